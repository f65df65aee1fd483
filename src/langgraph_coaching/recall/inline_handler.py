"""Inline handler: a callback handler that is called on the event loop, and keeps no event from any other."""

from __future__ import annotations

import sys

from langchain_core.callbacks import BaseCallbackHandler

_TELLS_SOME = "on_llm_start"
"""The one event of which langchain-core's `AsyncCallbackManager` tells either the inline handlers or all the others."""


class InlineHandler(BaseCallbackHandler):
    """A handler that is called on the event loop itself, for what takes microseconds; through a thread it costs more.

    At the start of a model that completes text langchain-core tells nobody else once one handler is inline. There this
    one says that it is not: then it is told of it with all others, and inline all the same.
    """

    raise_error = False

    @property
    def run_inline(self) -> bool:  # type: ignore[override]
        """Whether it is called without a thread."""
        frame = sys._getframe(1)  # noqa: SLF001 - whoever asks gives no other sign
        if frame.f_code.co_name == "<listcomp>" and frame.f_back is not None:  # before Python 3.12
            frame = frame.f_back
        return frame.f_code.co_name != _TELLS_SOME
