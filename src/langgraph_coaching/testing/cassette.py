"""Recorded HTTP for tests of coached graphs: replayed unless asked to record."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from langsmith import tracing_context

from langgraph_coaching.errors import InvalidCoachingError, RecordingError, extra
from langgraph_coaching.testing.matching import MatchRules
from langgraph_coaching.testing.scrub import Scrub

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from langgraph_coaching.testing.vcr import VcrCassette

Record = Literal["none", "new", "rewrite", "all"]
"""`none`: replay only. `new`: ask the server what is not recorded. `rewrite`: ask everything, and keep nothing that is
not asked for any more. `all`: ask everything, and keep the rest of the file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CassetteConfig:
    """How cassettes are named, compared and scrubbed; what `coaching_cassette_config` returns."""

    name: str | None = None
    """The file's name without `.yaml`; the test's own when None."""
    folder: Path | str | None = None
    """Where the file is; `cassettes/<test file>` beside the test file when None."""
    ignore_coaching: bool = False
    """Answer requests that differ only in the coaching block from the same recording."""
    ignore: tuple[str, ...] = ()
    """Places in a JSON body that are not compared: `$.metadata`, `$.messages[*].name`."""
    match_host: bool = False
    """Compare scheme, host and port too."""
    secrets: tuple[str, ...] = ()
    """Further texts that are never written."""
    keep_headers: tuple[str, ...] = ()
    """Further headers that are written; only what a client needs in order to read an answer is."""
    scrub: Callable[[str], str] | None = None
    """Applied to every address and body before it is compared or written."""


@contextmanager
def recorded(
    path: Path | str,
    config: CassetteConfig | None = None,
    *,
    record: Record = "none",
    again: str = "",
    source: Path | str | None = None,
    owner: str = "",
) -> Iterator[VcrCassette]:
    """Answers every HTTP request inside from a cassette, or records it.

    Args:
        path: The cassette, a YAML file.
        config: How requests are compared and scrubbed; its name and folder are not looked at.
        record: Replay only, unless told otherwise.
        again: The command that records it anew, for the message of a miss.
        source: Where it is read from, where that is another file.
        owner: The test whose cassette it is, for a line in the file; "" where several share it.

    Yields:
        The cassette: `misses`, `unused()`, and what vcrpy's has.

    Raises:
        RecordingError: A request inside is not in the recording; the message says what differed. Or something cannot be
            decoded, so that nobody knows which secrets are in it; then nothing is written.
        InvalidCoachingError: There is no such way to record.
        MissingExtraError: `vcrpy` is not installed.
    """
    config = config or CassetteConfig()
    if record not in ("none", "new", "rewrite", "all"):
        raise InvalidCoachingError(f"record is none, new, rewrite or all, not {record!r}")
    with extra("testing", "vcrpy"):
        from langgraph_coaching.testing.vcr import VcrCassette
    rules = MatchRules(ignore_coaching=config.ignore_coaching, ignore=config.ignore, match_host=config.match_host)
    scrub = Scrub(config.secrets, config.keep_headers, config.scrub)
    cassette: VcrCassette | None = None
    try:
        # Uploads to LangSmith would be requests that are not in the recording; nor are these runs anybody's.
        with (
            tracing_context(enabled=False),
            # What ends in an error is not kept.
            VcrCassette.use(
                path=str(path),
                source=None if source is None else str(source),
                rules=rules,
                scrub=scrub,
                record=record,
                again=again,
                owner=owner,
                record_on_exception=False,
            ) as cassette,
        ):
            yield cassette
            cassette.raise_refusal()
    except RecordingError:
        raise
    except Exception as error:
        # A client wraps what its transport raises, or says only that there is no connection.
        if cassette is not None and cassette.misses:
            raise cassette.misses[0] from error
        raise
