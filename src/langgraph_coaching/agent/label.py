"""The label on one model call: receipts in its run metadata, and on the message it answers with."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.runnables.config import merge_configs, var_child_runnable_config

from langgraph_coaching.agent.place import block_in

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from langchain_core.messages import BaseMessage
    from langchain_core.outputs import LLMResult

    from langgraph_coaching.recall.advice import Advice

KEY = "coaching"
"""Key of the receipts in run metadata and in `response_metadata`."""


def metadata(advice: Advice) -> dict[str, Any]:
    """What a traced model call says about coaching: the receipts, and two strings for tools that show only strings."""
    return {
        KEY: [receipt.brief() for receipt in advice.considered],
        "coaching_applied": ",".join(f"{r.coaching_id}@{r.revision}" for r in advice.applied),
        "coaching_considered": ",".join(
            f"{r.coaching_id}@{r.revision}={r.outcome}:{r.probability:.2f}" for r in advice.considered if r.coaching_id
        ),
    }


def stamp(message: BaseMessage, advice: Advice) -> None:
    """Puts the receipts on an answer."""
    message.response_metadata[KEY] = [receipt.brief() for receipt in advice.considered]


class _Stamp(BaseCallbackHandler):
    """Stamps the answer of the model call that carries the block, and ends the label there."""

    run_inline = True
    raise_error = False

    def __init__(self, advice: Advice, once: bool) -> None:
        self._advice = advice
        self._once = once
        self._calls: set[UUID] = set()

    def on_chat_model_start(
        self, serialized: Any, messages: list[list[BaseMessage]], *, run_id: UUID, **kwargs: Any
    ) -> None:
        prompt = messages[0] if messages else []
        if self._advice.prompt and not any(block_in(m) == self._advice.prompt for m in prompt if m.type == "system"):
            return
        self._calls.add(run_id)
        if self._once:
            var_child_runnable_config.set(self.before)

    def on_llm_end(self, response: LLMResult, *, run_id: UUID, **kwargs: Any) -> None:
        if run_id in self._calls:
            self._calls.discard(run_id)
            for generation in (g for batch in response.generations for g in batch):
                if (message := getattr(generation, "message", None)) is not None:
                    stamp(message, self._advice)

    def on_llm_error(self, error: BaseException, *, run_id: UUID, **kwargs: Any) -> None:
        self._calls.discard(run_id)

    before: Any = None


def label_next_call(advice: Advice) -> None:
    """Labels the next model call of the running node; later calls of the same node are not labelled."""
    if advice.considered:
        handler = _Stamp(advice, once=True)
        handler.before = var_child_runnable_config.get()
        var_child_runnable_config.set(_labelled(handler.before, advice, handler))


@contextmanager
def labelled(advice: Advice) -> Iterator[None]:
    """Labels the model calls made inside."""
    if not advice.considered:
        yield
        return
    token = var_child_runnable_config.set(
        _labelled(var_child_runnable_config.get(), advice, _Stamp(advice, once=False))
    )
    try:
        yield
    finally:
        var_child_runnable_config.reset(token)


def _labelled(config: Any, advice: Advice, handler: _Stamp) -> Any:
    return merge_configs(config, {"metadata": metadata(advice), "callbacks": [handler]})
