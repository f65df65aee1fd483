"""The label on a model call: its receipts, in the metadata of its run and on the message it answers with."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from langchain_core.callbacks import BaseCallbackManager
from langchain_core.runnables.config import var_child_runnable_config

from langgraph_coaching.recall.inline import Inline
from langgraph_coaching.recall.situation import text_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from langchain_core.messages import BaseMessage
    from langchain_core.outputs import LLMResult

    from langgraph_coaching.recall.advice import Advice

KEY = "coaching"
"""Key of the receipts in run metadata and in `response_metadata`."""

APPLIED = "coaching_applied"
"""Key of the applied ones as a string, for tools that show only strings."""


class Label(Inline):
    """Labels the model calls whose prompt carries the block; of advice without one, the calls it hears of.

    Args:
        advice: Whose receipts.
        once: Of advice without a block, only the first call.
    """

    def __init__(self, advice: Advice, *, once: bool) -> None:
        self._block = advice.prompt
        self._receipts = [receipt.brief() for receipt in advice.considered]
        self._metadata = {
            KEY: self._receipts,
            APPLIED: ",".join(f"{r.coaching_id}@{r.revision}" for r in advice.applied),
            "coaching_considered": ",".join(
                f"{r.coaching_id}@{r.revision}={r.outcome}:{r.probability:.2f}"
                for r in advice.considered
                if r.coaching_id
            ),
        }
        self._once = once
        self._spent = False
        self._calls: set[UUID] = set()
        self._chunks: set[UUID] = set()

    def on_chat_model_start(
        self,
        serialized: Any,
        messages: list[list[BaseMessage]],
        *,
        run_id: UUID,
        metadata: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        """Labels the run: all handlers of a call are given the same metadata, and this one comes first."""
        if metadata is not None and APPLIED not in metadata and self._meant(messages):
            metadata.update(self._metadata)
            self._calls.add(run_id)

    def _meant(self, prompts: list[list[BaseMessage]]) -> bool:
        if self._block:
            return any(self._block in text_of(message) for prompt in prompts for message in prompt)
        first, self._spent = not self._spent, True
        return first or not self._once

    def on_llm_new_token(self, token: Any, *, chunk: Any = None, run_id: UUID, **kwargs: Any) -> None:
        """Labels the first chunk, so that a node that adds up the chunks has the label on their sum."""
        if chunk is not None and run_id in self._calls and run_id not in self._chunks:
            self._chunks.add(run_id)
            self._stamp(chunk)

    def on_llm_end(self, response: LLMResult, *, run_id: UUID, **kwargs: Any) -> None:
        """Labels the answer."""
        if run_id in self._calls:
            for generation in (generation for batch in response.generations for generation in batch):
                self._stamp(generation)
        self._forget(run_id)

    def on_llm_error(self, error: BaseException, *, run_id: UUID, **kwargs: Any) -> None:
        """There is no answer."""
        self._forget(run_id)

    def _stamp(self, generation: Any) -> None:
        if (message := getattr(generation, "message", None)) is not None:
            message.response_metadata[KEY] = self._receipts

    def _forget(self, run_id: UUID) -> None:
        self._calls.discard(run_id)
        self._chunks.discard(run_id)


def label_next_call(advice: Advice) -> None:
    """Labels the model call of the running node that is given this advice; other calls of the node stay as they are."""
    if advice.considered and (config := var_child_runnable_config.get()):
        config["callbacks"] = _preceded(config.get("callbacks"), Label(advice, once=True))


@contextmanager
def labelled(advice: Advice) -> Iterator[None]:
    """Labels the model calls made inside that are given this advice."""
    config = var_child_runnable_config.get()
    if not advice.considered or not config:
        yield
        return
    before = config.get("callbacks")
    # In the config itself, not in a copy of it: nodes hand the config they are given on to the model.
    config["callbacks"] = _preceded(before, Label(advice, once=False))
    try:
        yield
    finally:
        config["callbacks"] = before


def _preceded(callbacks: Any, label: Label) -> Any:
    if not isinstance(callbacks, BaseCallbackManager):
        return [label, *(callbacks or ())]
    manager = callbacks.copy()
    manager.handlers.insert(0, label)
    manager.inheritable_handlers.insert(0, label)
    return manager
