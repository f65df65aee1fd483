"""The error tree: every error is a `CoachingError`, and says what to do next.

```
CoachingError
├── InvalidCoachingError   a field of a coaching is not acceptable          (also a ValueError)
├── NotFoundError          no coaching, revision or trace of that name      (also a LookupError)
├── NotCoachableError      a step the agent's own reasoning did not make
├── ConflictError          somebody else changed it, or the id is taken
│   └── ChangedMeanwhileError   what you change was changed since you looked at it
├── StoreError             LanceDB could not read or write
│   └── EmbedderMismatchError   the store holds vectors of another embedder
├── EmbedderError          the embeddings failed or returned something unusable
├── TraceImportError       a file or rows that cannot be read as traces     (also a ValueError)
├── RecordingError         a recorded answer is asked for that is not there
└── MissingExtraError      an optional dependency is not installed          (also an ImportError)
```

They are raised while a person is authoring. In a running graph none of them is: coaching yields no advice and a
receipt that says why.
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING

from langgraph_coaching.surrogates import replace_surrogates

if TYPE_CHECKING:
    from collections.abc import Iterator

_KEY = re.compile(
    r"(?<=://)[^\s/@:]{0,64}:[^\s/@]+(?=@)|(?i:(?<=bearer )|(?<=basic ))[\w.~+/=-]{16,}"
    r"|\b(?:(?:[srp]k|gsk|xai|hf|pplx|gh[opsur]|lsv2)[-_]|AKIA|AIza|eyJ)(?=[\w.-]*\d)[\w.-]{16,}"
)
"""A key that a service or its client repeats in an error: it would go into logs and tracers."""


class CoachingError(Exception):
    """Anything this package raises on purpose; each message says what to do next, and can be printed."""

    def __init__(self, *said: object) -> None:
        super().__init__(*(replace_surrogates(one) if isinstance(one, str) else one for one in said))


class InvalidCoachingError(CoachingError, ValueError):
    """A field of a coaching is not acceptable; the message names the field and the rule."""


class NotFoundError(CoachingError, LookupError):
    """Nothing of that name in this namespace."""


class NotCoachableError(CoachingError):
    """The step was not made by the agent's own reasoning, so there is nothing to coach."""


class ConflictError(CoachingError):
    """The id is taken, or somebody else changed the same coaching at the same time."""


class ChangedMeanwhileError(ConflictError):
    """What is to be changed was changed by somebody else meanwhile; the message says field by field how."""


class StoreError(CoachingError):
    """LanceDB could not be opened, read or written."""


class EmbedderMismatchError(StoreError):
    """The store holds vectors of another embedder; `langgraph-coaching reembed` is the way out."""


class EmbedderError(CoachingError):
    """The embeddings raised, or returned vectors of the wrong shape."""


class TraceImportError(CoachingError, ValueError):
    """The given file or rows cannot be read as traces."""


class RecordingError(CoachingError):
    """A request is not in the recording that should answer it; the message says how to record it again."""


class MissingExtraError(CoachingError, ImportError):
    """An optional dependency is needed for this; the message names the extra to install."""


def say_error(error: BaseException, most: int = 2_000) -> str:
    """What an error says, in one line and without keys; its class where it says nothing or cannot be asked.

    Args:
        error: Anybody's.
        most: Characters, behind which it is cut.
    """
    try:
        said = " ".join(str(error).split())
    except BaseException as fault:
        if is_stop(fault):
            raise
        said = ""
    return _KEY.sub("[secret]", said[:most]) or type(error).__name__


def is_stop(error: BaseException) -> bool:
    """Whether somebody stops the call: Ctrl-C, a cancellation, the end of a generator. All else is a fault."""
    from asyncio import CancelledError

    return isinstance(error, KeyboardInterrupt | GeneratorExit | CancelledError)


@contextmanager
def extra(name: str, package: str) -> Iterator[None]:
    """Turns a missing optional dependency into a `MissingExtraError`.

    Args:
        name: The extra of this distribution.
        package: What it brings.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        raise MissingExtraError(f"this needs {package}: pip install 'langgraph-coaching[{name}]' ({error})") from error
