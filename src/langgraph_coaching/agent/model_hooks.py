"""Hooks in LangChain's model classes: every model call of the process takes pending advice into its request.

A wrapped node, a middleware and `coached(state)` do not know the model that is called in the end; and what they would
put into the state instead, everything else that a node does with its messages would see. So `install_hooks` puts the
functions of `agent.request` and `agent.text_request` around the methods of models in which a request begins. Where no
advice is pending, they hand the call on.
"""

from __future__ import annotations

import functools
from threading import Lock
from typing import TYPE_CHECKING, Any

from langchain_core.language_models import BaseChatModel, BaseLLM

from langgraph_coaching.agent import request, text_request

if TYPE_CHECKING:
    from collections.abc import Callable

_AROUND: dict[type, dict[str, Callable[..., Any]]] = {
    BaseChatModel: {
        "generate": request.generate,
        "agenerate": request.agenerate,
        "stream": request.stream,
        "astream": request.astream,
        "_chat_model_stream_v3": request.open_stream,
        "_achat_model_stream_v3": request.aopen_stream,
    },
    BaseLLM: {
        "generate": text_request.generate,
        "agenerate": text_request.agenerate,
        "stream": text_request.stream,
        "astream": text_request.astream,
    },
}
"""What stands around which method; not every version has all of them."""

_lock = Lock()


def install_hooks() -> None:
    """Puts them around the methods, once in a process."""
    with _lock:
        for model, methods in _AROUND.items():
            for name, around in methods.items():
                method: Any = vars(model).get(name)
                if method is not None and not hasattr(method, "__coaching__"):
                    setattr(model, name, _wrap_method(method, around))


def _wrap_method(method: Callable[..., Any], around: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(method)
    def call_around(self: Any, *args: Any, **kwargs: Any) -> Any:
        return around(functools.partial(method, self), self, *args, **kwargs)

    call_around.__coaching__ = True  # type: ignore[attr-defined]
    return call_around
