"""The chat model that `--model` names: one of LangChain's providers, or an object in a module of the user's."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from langgraph_coaching.errors import InvalidCoachingError, extra

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

METAVAR = "PROVIDER:NAME"


def chat_model(reference: str) -> BaseChatModel:
    """The chat model of that name.

    Args:
        reference: `provider:name` as LangChain's `init_chat_model` takes it; where there is no such provider,
            `module:name` of a chat model.

    Raises:
        InvalidCoachingError: There is no such model, or it cannot be made.
        MissingExtraError: `langchain` is not installed.
    """
    from langchain_core.language_models import BaseChatModel

    if not reference.strip():
        raise InvalidCoachingError("write --model PROVIDER:NAME, such as openai:gpt-4o-mini")
    with extra("agents", "langchain"):
        from langchain.chat_models import init_chat_model
    try:
        return init_chat_model(reference)
    except Exception as error:
        said = " ".join(str(error).partition("\n")[0].split())
        # A ValueError is what LangChain raises for a provider it does not know; a module may have that name.
        if not isinstance(error, ValueError) or ":" not in reference:
            raise InvalidCoachingError(f"--model {reference} cannot be made: {said}") from error
    try:
        model = load_object(reference)
    except InvalidCoachingError as error:
        raise InvalidCoachingError(f"{error}; and it is no PROVIDER:NAME either: {said}") from error
    if not isinstance(model, BaseChatModel):
        raise InvalidCoachingError(f"--model {reference} is a {type(model).__name__}, not a chat model of LangChain")
    return model


def load_object(reference: str, option: str = "--model") -> Any:
    """The object that `module:name` says, with the folder the command runs in on the path, as with `python -m`.

    Args:
        reference: `module:name`.
        option: Where it was given, for the message.

    Raises:
        InvalidCoachingError: There is none, or it cannot be imported.
    """
    module, _, name = reference.partition(":")
    if not (module and name):
        raise InvalidCoachingError(f"write {option} MODULE:NAME, such as shop.agent:{option[2:]}, not {reference!r}")
    sys.path.insert(0, str(Path.cwd()))
    try:
        return getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError) as error:
        raise InvalidCoachingError(f"{option} {reference} cannot be loaded: {error}") from error
    finally:
        sys.path.pop(0)
