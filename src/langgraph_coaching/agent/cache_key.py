"""The key of a cached node: of its input, and of the coaching that applies to it."""

from __future__ import annotations

import hashlib
import logging
import secrets
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from langgraph.types import CachePolicy

from langgraph_coaching.agent.call_key import current_thread
from langgraph_coaching.agent.state import read_field

if TYPE_CHECKING:
    from collections.abc import Callable

    from langgraph_coaching.coaching.model import Labels
    from langgraph_coaching.recall.adviser import Adviser

log = logging.getLogger("langgraph_coaching")


def cache_key(
    adviser: Adviser, key_func: Callable[..., str | bytes] | None, labels: Labels, messages_key: str
) -> Callable[..., str | bytes]:
    """A `key_func` whose key is another where other coaching applies.

    Where it cannot be told what applies, the key is one of its own: then nothing is taken from the cache.

    Args:
        adviser: Finds coaching.
        key_func: Makes the key of the input; by default LangGraph's own.
        labels: Of the calls inside.
        messages_key: Where the input keeps its messages.
    """
    of_input = key_func or CachePolicy().key_func

    def key(*args: Any, **kwargs: Any) -> bytes:
        given = of_input(*args, **kwargs)
        thread = current_thread()
        advice = adviser.advise(_messages(args, kwargs, messages_key), replace(labels, thread_id=thread))
        if advice.failure is not None:
            log.warning("coaching: nothing is taken from the cache: %s", advice.failure)
        # Without a thread it is not known which canaries the answer was made with.
        unknown = thread is None and any(one.outcome == "held_back" for one in advice.considered)
        told = secrets.token_hex(16) if unknown or advice.failure is not None else advice.prompt
        return hashlib.sha256(told.encode("utf-8", "replace")).digest() + _bytes(given)

    return key


def _bytes(key: str | bytes) -> bytes:
    return key.encode() if isinstance(key, str) else key


def _messages(args: tuple[Any, ...], kwargs: dict[str, Any], messages_key: str) -> Any:
    """The messages in the input of a node, or among the arguments of a task."""
    if messages_key in kwargs:
        return kwargs[messages_key]
    first = args[0] if args else next(iter(kwargs.values()), None)
    if isinstance(first, str | list | tuple):
        return first
    return read_field(first, messages_key) or []
