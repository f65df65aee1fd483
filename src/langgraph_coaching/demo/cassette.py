"""Recorded HTTP: what a real model once answered, found again by method, path and body."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from langsmith import tracing_context

from langgraph_coaching.demo.agent import MODEL
from langgraph_coaching.errors import RecordingError, extra

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_HEADER = f"""\
# Recorded from {MODEL}, Q4_K_M, Apache-2.0,
# sha256 cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046.
# Not to be edited: whoever changes a request records it again.
"""

_PRIVATE = ("authorization", "cookie", "set-cookie", "user-agent")


class _Serializer:
    """YAML that says in its first lines which model answered."""

    @staticmethod
    def serialize(content: Any) -> str:
        from vcr.serializers import yamlserializer

        return _HEADER + str(yamlserializer.serialize(content))

    @staticmethod
    def deserialize(text: str) -> Any:
        from vcr.serializers import yamlserializer

        return yamlserializer.deserialize(text)


def _anonymous(message: Any) -> Any:
    # A request is an object with headers, a response a mapping with headers.
    headers = message["headers"] if isinstance(message, dict) else message.headers
    for name in [name for name in headers if name.lower() in _PRIVATE or name.lower().startswith("x-stainless")]:
        del headers[name]
    return message


@contextmanager
def recorded(path: Path, *, again: str, record: bool = False) -> Iterator[Any]:
    """Answers every HTTP request inside from a recording, or records it.

    Args:
        path: The cassette, a YAML file.
        again: The command that records it anew, for the error message.
        record: Ask the real server and write the cassette, in place of replaying it.

    Yields:
        vcrpy's cassette.

    Raises:
        RecordingError: A request inside is not in the recording.
        MissingExtraError: `vcrpy` is not installed.
    """
    with extra("demo", "vcrpy"):
        import vcr
        from vcr.errors import CannotOverwriteExistingCassetteException

    recorder = vcr.VCR(
        record_mode="all" if record else "none",
        match_on=("method", "path", "body"),
        before_record_request=_anonymous,
        before_record_response=_anonymous,
        decode_compressed_response=True,
        serializer="labelled",
    )
    recorder.register_serializer("labelled", _Serializer)
    if record:
        path.unlink(missing_ok=True)
    try:
        # Uploads to LangSmith would be requests that are not in the recording; nor are these runs anybody's.
        with tracing_context(enabled=False), recorder.use_cassette(str(path)) as cassette:
            yield cassette
    except Exception as error:
        if _raised_by(error, CannotOverwriteExistingCassetteException):
            raise RecordingError(
                f"{path.name} is stale: the agent asks something that is not recorded, because the prompt or what is "
                f"recalled has changed; record it again with `{again}`"
            ) from error
        raise


def _raised_by(error: BaseException | None, kind: type[Exception]) -> bool:
    while error is not None and not isinstance(error, kind):
        error = error.__cause__ or error.__context__
    return error is not None
