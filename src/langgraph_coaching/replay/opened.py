"""An open coach, as far as replay has to know it: the rooms below do not import the one above."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import builtins
    from collections.abc import Sequence

    from langgraph_coaching.coaching.model import Coaching
    from langgraph_coaching.recall.advice import Advice
    from langgraph_coaching.recall.limits import Limits
    from langgraph_coaching.traces.archive import Archive


class Opened(Protocol):
    """What of a coach is asked here."""

    limits: Limits
    namespace: str
    traces: Archive

    @property
    def uri(self) -> str: ...  # noqa: D102 - as in `Coach`, and so are the others
    @property
    def embeddings(self) -> Any: ...  # noqa: D102
    def flush(self) -> None: ...  # noqa: D102
    def get(self, coaching_id: str, /) -> Coaching: ...  # noqa: D102
    def list(self, **filters: Any) -> builtins.list[Coaching]: ...  # noqa: D102
    def advise_batch(  # noqa: D102
        self, conversations: Sequence[Any], /, *, agent: str | None, node: str | None, tags: Sequence[str]
    ) -> builtins.list[Advice]: ...
