"""Request matching: two requests are the same when their normal forms are."""

from __future__ import annotations

import json
import re
import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from langgraph_coaching.recall.prompt import BLOCK
from langgraph_coaching.testing.secrets.shapes import SCRUBBED

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchRules:
    """What is compared."""

    ignore_coaching: bool = False
    """Requests that differ only in the coaching block are the same."""
    ignore: tuple[str, ...] = ()
    """Places in a JSON body that are left out, with everything below: `$.metadata`, `$.messages[*].name`."""
    match_host: bool = False
    """Compare scheme, host and port too."""


@dataclass(frozen=True, slots=True)
class ComparableRequest:
    """A request as it is compared."""

    method: str
    host: str
    """Scheme, host and port; "" where they are not compared."""
    path: str
    query: tuple[tuple[str, str], ...]
    body: Any = field(compare=False)
    """In its normal form."""
    json_text: str
    """The same as JSON, where 1 and true are not equal."""


def comparable_request(
    method: str, uri: str, headers: Mapping[str, Any], body: bytes | str | None, rules: MatchRules
) -> ComparableRequest:
    """A request as it is compared.

    Args:
        method: Such as POST.
        uri: The whole address.
        headers: Tell how the body is to be read.
        body: As it was sent.
        rules: What is compared.
    """
    parts = urlsplit(uri)
    named = {name.lower(): _first_value(value) for name, value in headers.items()}
    read = normal_form(parse_body(body, named), ignore_coaching=rules.ignore_coaching, ignore=rules.ignore)
    return ComparableRequest(
        method=method.upper(),
        host=f"{parts.scheme}://{parts.netloc}".lower() if rules.match_host else "",
        path=parts.path or "/",
        query=tuple(sorted(parse_qsl(parts.query, keep_blank_values=True))),
        body=read,
        json_text=json.dumps(read, sort_keys=True, default=repr),
    )


def requests_match(recorded: ComparableRequest, asked: ComparableRequest) -> bool:
    """Whether a request asks what a recorded one does; what stood in place of something scrubbed is not compared."""
    if recorded == asked:
        return True
    if SCRUBBED not in recorded.path + recorded.json_text + asked.path + asked.json_text:
        return False
    parts = ("method", "host", "path", "query", "body")
    return all(values_match(getattr(recorded, part), getattr(asked, part)) for part in parts)


def values_match(recorded: Any, asked: Any) -> bool:
    """Whether two values of requests are equal but for what is scrubbed in one of them."""
    match recorded, asked:
        case dict(), dict():
            return recorded.keys() == asked.keys() and all(
                values_match(value, asked[key]) for key, value in recorded.items()
            )
        case (list(), list()) | (tuple(), tuple()):
            return len(recorded) == len(asked) and all(map(values_match, recorded, asked))
        case str(), str():
            return recorded == asked or _fits_scrubbed(recorded, asked) or _fits_scrubbed(asked, recorded)
    return type(recorded) is type(asked) and bool(recorded == asked)


def _fits_scrubbed(scrubbed: str, text: str) -> bool:
    if SCRUBBED not in scrubbed:
        return False
    return re.fullmatch(".+?".join(map(re.escape, scrubbed.split(SCRUBBED))), text, re.DOTALL) is not None


def _first_value(value: Any) -> str:
    first = (value or [""])[0] if isinstance(value, list | tuple) else value
    return first.decode(errors="replace") if isinstance(first, bytes) else str(first)


_GENERATED = re.compile(
    r"^(?:[A-Za-z]+[-_]+)*(?:[0-9a-fA-F]{8}-?(?:[0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}|(?=\w*\d)\w{16,})$"
    r"|^(?:call|toolu|tooluse|msg|run|resp|chatcmpl|fc|rs|ctc|lc_run)[-_]+[\w-]{6,}$"
)
"""An id that a machine made: a UUID, or letters and digits behind a prefix."""

_IDS = {"id", "tool_call_id", "call_id", "tool_use_id", "toolUseId", "item_id", "previous_response_id", "response_id"}
_TIMES = {"created", "created_at", "completed_at", "timestamp"}
_SCHEMAS = {"parameters", "input_schema", "inputSchema", "schema", "properties"}
_ARGUMENTS = {"args", "arguments", "input"}
"""What a tool is called with: an id in there is the tool's, not the conversation's."""

_LABELS = {"role", "type", "id", "name", "cache_control", "cachePoint"}
"""Keys that say nothing once the text beside them is gone."""

_GONE = object()
"""What held nothing but the coaching block."""


def parse_body(body: bytes | str | None, headers: dict[str, str]) -> Any:
    """A body as it was meant: JSON values, a form's fields, a text; bytes where it is none of these.

    Args:
        body: As it was sent.
        headers: Of the request, names in lower case.
    """
    raw = body.encode() if isinstance(body, str) else body
    if not raw:
        return None
    if headers.get("content-encoding") == "gzip" or raw[:2] == b"\x1f\x8b":
        try:
            raw = zlib.decompress(raw, zlib.MAX_WBITS | 16)
        except zlib.error:
            return raw
    kind = headers.get("content-type", "")
    if boundary := re.search(r'boundary="?([^";]+)', kind):
        raw = raw.replace(boundary[1].encode(), b"boundary")
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        return raw
    if "form-urlencoded" in kind:
        return {"form": [list(pair) for pair in sorted(parse_qsl(text, keep_blank_values=True))]}
    try:
        return json.loads(text) if text.lstrip()[:1] in ("{", "[", '"') else text
    except ValueError:
        return text


def normal_form(body: Any, *, ignore_coaching: bool = False, ignore: tuple[str, ...] = ()) -> Any:
    """The normal form: keys in order, machine-made ids numbered as they appear, times and what is ignored left out.

    Args:
        body: As `plain_body` gives it.
        ignore_coaching: Leave out the coaching block, wherever it is.
        ignore: Places that are left out with everything below, such as `$.metadata` or `$.messages[*].name`.
    """
    places = [_json_path_pattern(place) for place in ignore]
    found = _NormalForm(places, ignore_coaching=ignore_coaching).value(body, "$", "")
    return None if found is _GONE else found


def _json_path_pattern(place: str) -> re.Pattern[str]:
    pattern = re.escape(place if place.startswith("$") else f"$.{place}")
    return re.compile(pattern.replace(r"\[\*\]", r"\[\d+\]").replace(r"\.\*", r"\.[^.\[]+"))


class _NormalForm:
    def __init__(self, ignored: list[re.Pattern[str]], *, ignore_coaching: bool) -> None:
        self._ignored = ignored
        self._bare = ignore_coaching
        self._ids: dict[str, str] = {}

    def value(self, value: Any, place: str, key: str) -> Any:
        if isinstance(value, dict):
            return self._mapping(value, place, key)
        if isinstance(value, list):
            return self._list(value, place)
        return self._text(value, key) if isinstance(value, str) else value

    def _text(self, text: str, key: str) -> Any:
        if key in _IDS and _GENERATED.match(text):
            return self._ids.setdefault(text, f"<id {len(self._ids) + 1}>")
        if key == "arguments":
            return _canonical_json(text)
        if self._bare and (rest := BLOCK.sub("", text)) != text:
            return rest or _GONE
        return text

    def _mapping(self, value: dict[str, Any], place: str, key: str) -> Any:
        if key in _SCHEMAS or key in _ARGUMENTS:
            return value
        kept, gone = {}, False
        for name, inner in sorted(value.items()):
            here = f"{place}.{name}"
            if (name in _TIMES and not isinstance(inner, dict | list)) or any(p.fullmatch(here) for p in self._ignored):
                continue
            found = self.value(inner, here, name)
            if found is _GONE:
                gone = True
            else:
                kept[name] = found
        return _GONE if gone and kept.keys() <= _LABELS else kept

    def _list(self, value: list[Any], place: str) -> Any:
        places = [f"{place}[{index}]" for index in range(len(value))]
        wanted = [(v, p) for v, p in zip(value, places, strict=True) if not any(i.fullmatch(p) for i in self._ignored)]
        found = [self.value(inner, here, "") for inner, here in wanted]
        kept = [inner for inner in found if inner is not _GONE]
        if found and not kept:
            return _GONE
        if self._bare and len(kept) == 1 and isinstance(kept[0], dict) and kept[0].keys() == {"type", "text"}:
            return kept[0]["text"]  # as one says it who has no block to add
        return kept


def _canonical_json(text: str) -> str:
    try:
        return json.dumps(json.loads(text), sort_keys=True, ensure_ascii=False)
    except ValueError:
        return text
