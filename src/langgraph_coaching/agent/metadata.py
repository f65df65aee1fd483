"""The receipts of a model call, in the metadata of its run and on the message it answers with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from langchain_core.callbacks import BaseCallbackManager

from langgraph_coaching.recall.inline import Inline

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from uuid import UUID

    from langchain_core.outputs import LLMResult

    from langgraph_coaching.recall.receipt import Receipt

KEY = "coaching"
"""Key of the receipts in run metadata and in `response_metadata`."""

APPLIED = "coaching_applied"
"""Key of the applied ones as a string, for tools that show only strings."""


class ReceiptMetadata(Inline):
    """A callback handler of one model call that writes its receipts; no call made inside it is given it.

    Args:
        receipts: What was considered for the call.
        on_failure: Called where the call fails.
    """

    def __init__(self, receipts: Sequence[Receipt], on_failure: Sequence[Callable[[], None]]) -> None:
        self._on_failure = on_failure
        self._briefs = [receipt.brief() for receipt in receipts]
        self.metadata = {
            KEY: self._briefs,
            APPLIED: ",".join(f"{r.coaching_id}@{r.revision}" for r in receipts if r.applied),
            "coaching_considered": ",".join(
                f"{r.coaching_id}@{r.revision}={r.outcome}:{r.probability:.2f}" for r in receipts if r.coaching_id
            ),
        }
        self._streamed = False

    def on_chat_model_start(self, *args: Any, **kwargs: Any) -> None:
        """The metadata is there already."""

    def on_llm_new_token(self, token: Any, *, chunk: Any = None, **kwargs: Any) -> None:
        """Adds the receipts to the first chunk, so that a node that adds up the chunks has them on the sum."""
        if chunk is not None and not self._streamed:
            self._streamed = True
            self._add_receipts(chunk)

    def on_llm_end(self, response: LLMResult, **kwargs: Any) -> None:
        """Adds the receipts to the answer."""
        for generation in (generation for batch in response.generations for generation in batch):
            self._add_receipts(generation)

    def on_llm_error(self, error: BaseException, *, run_id: UUID, **kwargs: Any) -> None:
        """Notes that the call has failed."""
        for mark_failed in self._on_failure:
            mark_failed()

    def _add_receipts(self, generation: Any) -> None:
        if (message := getattr(generation, "message", None)) is not None:
            message.response_metadata[KEY] = self._briefs

    def prepend_to(self, callbacks: Any) -> Any:
        """The callbacks of a call with this one in front, so that all the others see what it writes."""
        if not isinstance(callbacks, BaseCallbackManager):
            return [self, *(callbacks or ())]
        manager = callbacks.copy()
        manager.handlers.insert(0, self)
        return manager
