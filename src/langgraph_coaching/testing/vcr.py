"""vcrpy's cassette with our matching, our scrub, and a miss that says what differed."""

from __future__ import annotations

import copy
import re
import threading
from typing import TYPE_CHECKING, Any

from vcr.cassette import Cassette
from vcr.errors import UnhandledHTTPRequestError
from vcr.request import Request
from vcr.serializers import yamlserializer
from vcr.util import read_body
from yaml import YAMLError

from langgraph_coaching.errors import RecordingError
from langgraph_coaching.testing.cassette_file import CassetteFile
from langgraph_coaching.testing.matching import ComparableRequest, MatchRules, comparable_request, requests_match
from langgraph_coaching.testing.mismatch import mismatches
from langgraph_coaching.testing.secrets.content_encoding import EncodedError, decode_body

if TYPE_CHECKING:
    from langgraph_coaching.testing.mismatch import Mismatch
    from langgraph_coaching.testing.scrub import Scrub


_MODES = {"none": "none", "new": "new_episodes", "rewrite": "all", "all": "all"}
"""Ours, and what vcrpy calls them; `rewrite` also drops what is not asked for any more."""

_SHOWN = 5
"""Differences in a message."""


class VcrCassette(Cassette):  # type: ignore[misc]
    """One cassette while it is open.

    Args:
        path: The YAML file.
        rules: What is compared.
        scrub: What is written.
        record: `none`, `new`, `rewrite` or `all`.
        again: The command that records it anew, for messages.
        owner: The test whose it is, or "".
        source: Where it is read from, where that is another file.
    """

    def __init__(
        self, path: str, rules: MatchRules, scrub: Scrub, record: str, again: str, owner: str, source: str | None
    ) -> None:
        self.refused: list[RecordingError] = []
        """Why something may not be written; where there is a reason, nothing is."""
        self.misses: list[RecordingError] = []
        """Requests that no recording answered; a test that asks for one on purpose clears it."""
        self.replays = record == "none"
        """Whether nothing is asked of a server."""
        self._rules = rules
        self._scrub = scrub
        self._again = again
        self._known: dict[int, ComparableRequest] = {}
        self._latest: tuple[Request, ComparableRequest] | None = None
        self._playing = threading.Lock()
        super().__init__(
            path,
            serializer=LabelledYaml,
            persister=CassetteFile(source or path, owner, self._scrub_recording),
            record_mode=_MODES[record],
            match_on=(self.is_recorded_as,),
            before_record_request=self._scrub_request,
            before_record_response=self._scrub_response,
            drop_unused_requests=record == "rewrite",
        )

    def is_recorded_as(self, asked: Request, recorded: Request) -> bool:
        """Whether a request is the recorded one."""
        return requests_match(self._as_comparable(recorded), self._as_comparable(asked))

    def can_play_response_for(self, request: Request) -> bool:
        """Whether a recording answers this request.

        Raises:
            RecordingError: None does, and nothing may be recorded.
        """
        if super().can_play_response_for(request):
            return True
        if self.write_protected:
            raise self._add_miss(request)
        return False

    def play_response(self, request: Request) -> dict[str, Any]:
        """The answer to a request, once; branches of a graph ask from several threads.

        Raises:
            RecordingError: Another thread has just had the last one.
        """
        with self._playing:
            try:
                answer: dict[str, Any] = super().play_response(request)
            except UnhandledHTTPRequestError:
                raise self._add_miss(request) from None
        return answer

    def unused(self) -> list[str]:
        """The requests of recordings that were loaded and not played, one line each; [] while recording."""
        if not self.replays:
            return []
        return [f"{r.method} {r.path}" for index, r in enumerate(self.requests) if not self.play_counts[index]]

    def discard(self) -> None:
        """Leaves the file as it was."""
        self.dirty = False
        self.refused.clear()

    def raise_refusal(self) -> None:
        """Raises what may not be written, whatever a client has made of it.

        Raises:
            RecordingError: Something could not be decoded.
        """
        if self.refused:
            raise self.refused[0]

    def _load(self) -> None:
        if self.record_mode == "all" and self.drop_unused_requests:
            return  # written anew
        try:
            super()._load()
        except (AttributeError, KeyError, TypeError, ValueError, YAMLError) as error:
            raise RecordingError(
                f"{self._path} cannot be read as a cassette of vcrpy ({type(error).__name__}: {error}); delete it, and "
                f"record it with `{self._again}`"
            ) from error

    def _add_miss(self, request: Request) -> RecordingError:
        self.misses.append(RecordingError(self._miss_message(self.filter_request(request))))
        return self.misses[-1]

    def _miss_message(self, request: Request) -> str:
        asked = self._as_comparable(request)
        named = f"{asked.method} {asked.path}"
        again = f"; record it with `{self._again}`" if self._again else ""
        if not len(self):
            return f"{self._path} holds no recording, so nothing answers {named}{again}"
        closest = [
            (mismatches(self._as_comparable(recorded), asked), number) for number, recorded in enumerate(self.requests)
        ]
        found, number = min(closest, key=_distance)
        if not found:
            times = sum(not some for some, _ in closest)
            return f"{named} is recorded in {self._path} {times} time(s), and asked for once more{again}"
        lines = [f"  {difference}" for difference in found[:_SHOWN]]
        rest = [f"  … and {len(found) - _SHOWN} more"] if len(found) > _SHOWN else []
        head = f"no recording in {self._path} answers {named}; the closest, {number + 1} of {len(self)}, differs in"
        return "\n".join([head, *lines, *rest]) + again.replace("; ", "\n", 1)

    def _as_comparable(self, request: Request) -> ComparableRequest:
        """As `asked_of`, once a request: the latest is held against every recorded one, and those stay."""
        if (known := self._known.get(id(request))) is not None:
            return known
        if self._latest is not None and self._latest[0] is request:
            return self._latest[1]
        asked = comparable_request(request.method, request.uri, request.headers, read_body(request), self._rules)
        if any(request is recorded for recorded in self.requests):
            self._known[id(request)] = asked
        else:
            self._latest = request, asked
        return asked

    def _scrub_request(self, request: Request) -> Request:
        # Headers and address first: they hold the secrets that an answer might repeat.
        headers, uri = self._scrub.headers(request.headers), self._scrub.uri(request.uri)
        body = read_body(request)
        body = body.encode() if isinstance(body, str) else body
        body, headers = self._decode_body(body, headers, f"the request {request.method} {uri}")
        return Request(request.method, uri, self._scrub.body(body, headers), headers)

    def _scrub_response(self, response: dict[str, Any]) -> dict[str, Any]:
        response = copy.deepcopy(response)
        kept = {**response, "headers": self._scrub.headers(response["headers"])}
        if isinstance(body := response.get("body"), dict) and isinstance(body.get("string"), bytes):
            read, kept["headers"] = self._decode_body(body["string"], kept["headers"], "an answer")
            kept["body"] = {**body, "string": self._scrub.body(read, kept["headers"])}
        return kept

    def _decode_body(
        self, body: bytes | None, headers: dict[str, Any], whose: str
    ) -> tuple[bytes | None, dict[str, Any]]:
        """A body without its encodings, and the headers without theirs.

        Raises:
            EncodedError: It cannot be read, and would be written.
        """
        bare = {name: value for name, value in headers.items() if name.lower() != "content-encoding"}
        if not isinstance(body, bytes) or len(bare) == len(headers):
            return body, bare
        named = next(value for name, value in headers.items() if name.lower() == "content-encoding")
        try:
            return decode_body(body, ",".join(named) if isinstance(named, list | tuple) else str(named)), bare
        except EncodedError as error:
            if self.replays:
                return body, headers
            self.refused.append(
                EncodedError(f"{self._path} is not written, secrets in {whose} cannot be seen: {error}")
            )
            self.misses.append(self.refused[-1])
            raise self.refused[-1] from error

    def _scrub_recording(self, request: Request, response: dict[str, Any]) -> tuple[Request, dict[str, Any]]:
        """A recording without the secrets that were told only later."""
        return self._scrub_request(request), self._scrub_response(response)


def _distance(found: tuple[list[Mismatch], int]) -> tuple[bool, bool, int]:
    places = {difference.where for difference in found[0]}
    return "method" in places, "path" in places, len(found[0])


_IN_BODY = re.compile(r'"model(?:_name|_id)?"\s*:\s*"([^"]{1,100})"')
_IN_PATH = re.compile(r"/models?/([^/:?]+)")


class LabelledYaml:
    """YAML that says in its first line which model answered, where that is known."""

    @staticmethod
    def serialize(content: dict[str, Any]) -> str:
        """The text of a cassette."""
        models = models_of(content["interactions"])
        said = f"# model: {', '.join(models)}\n" if models else ""
        return f"# Recorded HTTP: not to be edited; whoever changes a request records it again.\n{said}" + str(
            yamlserializer.serialize(content)
        )

    deserialize = staticmethod(yamlserializer.deserialize)


def models_of(interactions: list[dict[str, Any]]) -> list[str]:
    """The names of the models that answered, as requests, answers or addresses name them.

    Args:
        interactions: Mappings with `request` and `response`, as a cassette holds them.
    """
    found: dict[str, None] = {}
    for each in interactions:
        answer = each["response"].get("body")
        for body in (each["request"]["body"], answer.get("string") if isinstance(answer, dict) else answer):
            text = body.decode(errors="ignore") if isinstance(body, bytes) else str(body or "")
            found |= dict.fromkeys(_IN_BODY.findall(text)[:1])
        found |= dict.fromkeys(_IN_PATH.findall(each["request"]["uri"]))
    return [name for name in found if name.isprintable()]
