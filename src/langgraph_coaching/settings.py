"""Settings: what `Coach(…)` is given, each refused at once where it is of the wrong kind."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import fields
from typing import Any
from unicodedata import category

from langgraph_coaching.coaching.validation import is_name
from langgraph_coaching.errors import InvalidCoachingError
from langgraph_coaching.recall.limits import Limits
from langgraph_coaching.storage.storable import check_path
from langgraph_coaching.surrogates import replace_surrogates
from langgraph_coaching.traces.capture.limits import CaptureLimits

_VALUES: dict[str, Any] = {"limits": Limits, "capture": CaptureLimits}

_CHOICES = ("durable",)
"""Those that are True or False."""


def refuse_wrong_kinds(uri: Any, namespace: Any, settings: Mapping[str, Any]) -> None:
    """Refuses what a coach could not work with, before anything is opened.

    Args:
        uri: Where the store shall be.
        namespace: Whose.
        settings: The other arguments by name; None is the default of each.

    Raises:
        InvalidCoachingError: One is of the wrong kind; the message says what to write instead.
    """
    if not isinstance(uri, str | os.PathLike) or not os.fspath(uri):
        raise InvalidCoachingError(
            f"the store is a folder or an address such as 's3://bucket/coaching', not {_kind_of(uri)}"
        )
    check_path(uri)
    if replace_surrogates(os.fspath(uri)) != os.fspath(uri):
        raise InvalidCoachingError(f"the name of a store is UTF-8, unlike {os.fspath(uri)!r}; give another path")
    if any(category(one) == "Cc" for one in os.fspath(uri)):
        raise InvalidCoachingError(
            f"the name of a store has no ends of lines and other control characters, unlike {os.fspath(uri)!r}"
        )
    if not isinstance(namespace, str):
        raise InvalidCoachingError(f"namespace is a name such as 'acme', not {_kind_of(namespace)}")
    if not is_name(namespace):
        raise InvalidCoachingError(
            f"namespace must be 1 to 200 printable characters, blanks only single and inside, not {namespace!r}"
        )
    given = {name: value for name, value in settings.items() if value is not None}
    _refuse_wrong_values(given)


def _refuse_wrong_values(given: Mapping[str, Any]) -> None:
    for name, kind in _VALUES.items():
        if name in given and not isinstance(given[name], kind):
            raise InvalidCoachingError(_instead(name, kind, given[name]))
    for name in _CHOICES:
        if not isinstance(given.get(name, False), bool):
            raise InvalidCoachingError(f"{name} is True or False, not {_kind_of(given[name])}")
    embeddings = given.get("embeddings", "")
    if not (isinstance(embeddings, str) or callable(getattr(embeddings, "embed_documents", None))):
        raise InvalidCoachingError(f"embeddings are LangChain embeddings or a name, not {_kind_of(embeddings)}")
    if "redact" in given and not callable(given["redact"]):
        raise InvalidCoachingError(f"redact is a function of a text, not {_kind_of(given['redact'])}")
    if "judge" in given and not callable(getattr(given["judge"], "invoke", None)):
        raise InvalidCoachingError(
            f"judge is a chat model such as ChatOpenAI(…), not {_kind_of(given['judge'])}; "
            "init_chat_model('provider:name') of langchain makes one"
        )
    options = given.get("storage_options", {})
    if not isinstance(options, Mapping) or not all(isinstance(text, str) for pair in options.items() for text in pair):
        raise InvalidCoachingError(
            "storage_options is a mapping of texts such as {'region': 'eu-west-1'}; write numbers as texts too"
        )


def _instead(name: str, kind: type, value: Any) -> str:
    known = [field.name for field in fields(kind)]
    if isinstance(value, Mapping) and value and set(value) <= set(known):
        written = ", ".join(f"{key}={one!r}" for key, one in value.items())
        return f"{name} is a {kind.__name__}, not {_kind_of(value)}; write {name}={kind.__name__}({written})"
    return f"{name} is a {kind.__name__} of {', '.join(known)}, not {_kind_of(value)}; see help({kind.__name__})"


def _kind_of(value: Any) -> str:
    if value == "":
        return "an empty text"
    name = type(value).__name__
    return "None" if value is None else f"{'an' if name[0] in 'aeiou' else 'a'} {name}"
