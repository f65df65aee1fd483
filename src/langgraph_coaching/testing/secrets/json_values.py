"""Secrets in JSON: values by the names of their keys, and every text looked through, in streams as well."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from langgraph_coaching.testing.secrets.shapes import SCRUBBED, is_secret, looks_random, replace_spans
from langgraph_coaching.testing.secrets.stream_fragments import remove_split_secrets
from langgraph_coaching.traces.secret_names import describes_value, kind_of_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from langgraph_coaching.testing.secrets.shapes import Span
    from langgraph_coaching.traces.secret_names import Kind

_LINE = re.compile(r"^([ \t]*(?:data:)?[ \t]*)([\[{].*[\]}])([ \t]*)$", re.MULTILINE)
"""A line of server-sent events, or of JSON lines."""

_OF_A_MODEL = {
    *("logprob", "logprobs", "top_logprobs", "token_logprobs", "text_offset"),
    *("bytes", "piece", "special", "prob", "score"),
}
"""Beside a `token`, they say that it is a word of a model's answer."""

_TYPES = {"string", "number", "integer", "boolean", "object", "array", "null"}
_NAMES, _VALUES = ("name", "key", "header", "field", "Name", "Key"), ("value", "Value")
"""Of a pair that is written as two keys: `{"name": "Authorization", "value": "…"}`."""


class JsonSecrets:
    """Takes secrets out of JSON texts.

    Args:
        text: A text in it without secrets, whatever that text is by itself.
        spans: Where secrets stand in a text, by what they are.
        remember: Told what stood under the name of a secret.
    """

    def __init__(
        self, text: Callable[[str], str], spans: Callable[[str], Iterable[Span]], remember: Callable[[str], None]
    ) -> None:
        self._text = text
        self._spans = spans
        self._remember = remember

    def read(self, text: str) -> str | None:
        """The text without secrets, or None where it is neither JSON nor lines of it."""
        try:
            return self._read(text)
        except RecursionError:  # too deep to be walked through
            return None

    def _read(self, text: str) -> str | None:
        bare = text.strip("\ufeff \t\r\n")
        if bare[:1] in ("{", "[") and (value := _load_json(bare)) is not _NONE:
            events = value if isinstance(value, list) else [value]
            (clean,) = self._scrub_values([value], events)
            return text if clean is None else text.replace(bare, _dump_json(clean[0], bare), 1)
        lines = [(match, value) for match in _LINE.finditer(text) if (value := _load_json(match[2])) is not _NONE]
        if not lines:
            return None
        cleaned = self._scrub_values([value for _, value in lines], [value for _, value in lines])
        parts, at = [], 0
        for (match, _), clean in zip(lines, cleaned, strict=True):
            said = match[2] if clean is None else _dump_json(clean[0], match[2])
            parts += [replace_spans(text[at : match.start()], self._spans), match[1] + said + match[3]]
            at = match.end()
        return "".join([*parts, replace_spans(text[at:], self._spans)])

    def _scrub_values(self, values: list[Any], events: list[Any]) -> list[tuple[Any] | None]:
        """Each value without secrets, or None where it holds none."""
        before = [json.dumps(value) for value in values]
        if len(events) > 1:
            remove_split_secrets(events, self._spans, SCRUBBED)
        found = [self._value(value, None) for value in values]
        return [None if json.dumps(new) == old else (new,) for old, new in zip(before, found, strict=True)]

    def _value(self, value: Any, kind: Kind | None) -> Any:
        if isinstance(value, dict):
            return self._mapping(value, None if _is_schema(value) or _is_of_a_model(value) else kind)
        if isinstance(value, list):
            return self._list(value, kind)
        if isinstance(value, str):
            return self._scrub_text(value, kind)
        return 0 if kind == "secret" and type(value) in (int, float) else value

    def _scrub_text(self, text: str, kind: Kind | None) -> str:
        if not is_secret(text, kind):
            return self._text(text)
        if kind == "secret":
            self._remember(text)
        return SCRUBBED

    def _mapping(self, value: dict[str, Any], kind: Kind | None) -> dict[str, Any]:
        within = {name: self._kind(name, inner, value, kind) for name, inner in value.items()}
        for name, held in ((name, held) for name in _NAMES for held in _VALUES if name in value and held in value):
            if isinstance(value[name], str):
                within[held] = within[held] or kind_of_name(value[name])
        return {replace_spans(name, self._spans): self._value(inner, within[name]) for name, inner in value.items()}

    @staticmethod
    def _kind(name: str, inner: Any, beside: dict[str, Any], kind: Kind | None) -> Kind | None:
        """What the name of a key promises, or else that of the mapping it stands in."""
        own = kind_of_name(name)
        if own == "token" and _is_of_a_model(beside):
            return None
        if own or describes_value(name) or not isinstance(inner, str | list | dict):
            return own
        return kind

    def _list(self, value: list[Any], kind: Kind | None) -> list[Any]:
        match value:
            case [str(name), str(held)] if kind is None and kind_of_name(name) and looks_random(held, 8):
                return [self._text(name), SCRUBBED]
        return [self._value(inner, kind if isinstance(inner, str | list | dict) else None) for inner in value]


def _is_schema(value: dict[str, Any]) -> bool:
    """Whether it says of what type a value is, and holds none."""
    told = value.get("type")
    types = [told] if isinstance(told, str) else told if isinstance(told, list) else []
    return any(name in _TYPES for name in types) or not {"$ref", "anyOf", "oneOf", "allOf"}.isdisjoint(value)


def _is_of_a_model(value: dict[str, Any]) -> bool:
    return not _OF_A_MODEL.isdisjoint(value)


_NONE = object()


def _load_json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return _NONE


def _dump_json(value: Any, like: str) -> str:
    """JSON as it was written before."""
    lines = re.match(r"[\[{]\r?\n([ \t]*)", like)
    gap = ": " if re.search(r'":\s', like) else ":"
    item = "," if lines or gap == ":" else ", "
    style: dict[str, Any] = {"indent": lines[1] if lines else None, "separators": (item, gap)}
    written = json.dumps(value, ensure_ascii=like.isascii(), **style)
    return json.dumps(value, **style) if re.search("[\ud800-\udfff]", written) else written
