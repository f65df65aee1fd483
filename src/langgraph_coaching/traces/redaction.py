"""Redaction: a hook runs over every text of a trace or a receipt before it is written; secrets by itself."""

from __future__ import annotations

import hashlib
import logging
from collections import OrderedDict
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from langgraph_coaching.errors import is_stop
from langgraph_coaching.traces.secret_redaction import SECRET, is_secret_field, redact_personal_data, redact_secrets
from langgraph_coaching.traces.storable_trace import mend_trace
from langgraph_coaching.traces.texts import map_fields, map_receipt_texts, map_texts

if TYPE_CHECKING:
    from collections.abc import Callable

    from langgraph_coaching.recall.receipts import Entry
    from langgraph_coaching.traces.model import Trace

log = logging.getLogger("langgraph_coaching")

REMEMBERED = 16_384
"""Texts whose redaction is known, so that a history is not redacted again at each turn: 3 MB, or 20 where each holds
something secret."""

FAILED = "redaction_failed"
"""Key of a trace's metadata: how many of its texts were withheld because the hook failed."""

_UNKNOWN = object()
_WITHHELD = "[withheld: the redaction hook failed]"

_SHORT = 1_024
"""Characters of redacted texts that are remembered."""


class Redaction:
    """Runs the hook; where it fails, the text is withheld.

    Args:
        hook: From a text to the text that may be written; None for as they are.
    """

    def __init__(self, hook: Callable[[str], str] | None = None) -> None:
        self._hook = hook
        self._by_name = hook in (redact_secrets, redact_personal_data)
        self._known: OrderedDict[bytes, object] = OrderedDict()

    @classmethod
    def of(cls, hook: Callable[[str], str] | None) -> Redaction:
        """With a hook of one's own; one that takes out secrets where none is given."""
        return cls(redact_secrets if hook is None else hook)

    def redact_trace(self, trace: Trace) -> Trace:
        """The trace as it may be written; its metadata says where a text was withheld."""
        if self._hook is None:
            return trace
        try:
            return self._redact_texts(trace)
        except RecursionError:  # nested without end, or in itself
            return self._redact_texts(mend_trace(trace))

    def _redact_texts(self, trace: Trace) -> Trace:
        withheld = 0

        def redacted(text: str) -> str:
            nonlocal withheld
            result = self._apply_hook(text)
            withheld += result is None
            return _WITHHELD if result is None else result

        redacted_trace = map_texts(trace, redacted)
        if self._by_name:
            redacted_trace = map_fields(redacted_trace, _redact_field)
        if not withheld:
            return redacted_trace
        return redacted_trace.model_copy(update={"metadata": redacted_trace.metadata | {FAILED: withheld}})

    def redact_entry(self, entry: Entry) -> Entry:
        """Receipts as they may be written; the prompt block is coaching, which its author has written."""
        if self._hook is None:
            return entry
        advice = entry.advice
        situation = self._redact(advice.situation)

        def redacted(text: str) -> str:
            return situation if text is advice.situation else self._redact(text)  # each receipt quotes it

        considered = [map_receipt_texts(receipt, redacted) for receipt in advice.considered]
        return replace(entry, advice=replace(advice, considered=considered, situation=situation))

    def _redact(self, text: str) -> str:
        result = self._apply_hook(text)
        return _WITHHELD if result is None else result

    def _apply_hook(self, text: str) -> str | None:
        """The redacted text, or None where the hook fails."""
        if self._hook is None or not text:
            return text
        digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
        known = self._known.get(digest, _UNKNOWN)
        if known is not _UNKNOWN:
            return text if known is None else str(known)
        try:
            result: Any = self._hook(text)
        except BaseException as error:
            if is_stop(error):
                raise
            log.warning("the redaction hook raised %s; a text was withheld", type(error).__name__)
            return None
        if not isinstance(result, str):
            log.warning("the redaction hook returned %s, not a text; a text was withheld", type(result).__name__)
            return None
        if result == text or len(result) <= _SHORT:
            self._known[digest] = None if result == text else result
            while len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
        return result


def _redact_field(name: str, text: str) -> str:
    if not name:
        return _redact_name(text)
    return SECRET if is_secret_field(name, text) else text


@lru_cache(REMEMBERED)
def _redact_name(name: str) -> str:
    return redact_secrets(name)
