"""Silent texts: where a coaching would stay silent though its source or an example says yes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from langchain_core.messages import AIMessage, HumanMessage

from langgraph_coaching.authoring.impact_rows import SilentText
from langgraph_coaching.authoring.situations import labels_of
from langgraph_coaching.coaching.validation import quote_text

if TYPE_CHECKING:
    from langgraph_coaching.authoring.supposition import Supposition
    from langgraph_coaching.recall.adviser import Adviser

_QUOTED = 300


def find_silent_texts(adviser: Adviser, supposition: Supposition) -> tuple[SilentText, ...]:
    """The examples of where a coaching applies in which it would not be in the prompt, its source among them.

    Args:
        adviser: Recalls.
        supposition: The coaching beside the others.

    Raises:
        EmbedderError: The embedder failed.
    """
    coaching = supposition.coaching
    told = [one for one in coaching.examples if one.applies]
    conversations = [
        [HumanMessage(text) if user else AIMessage(text) for text, user in reversed(one.turns or ((one.text, True),))]
        for one in told
    ]
    advised = adviser.advise_batch(conversations, labels_of(coaching), snapshot=supposition.supposed)
    found = []
    for example, advice in zip(told, advised, strict=True):
        receipt = advice.receipt(coaching.id)
        if receipt is None or not receipt.applied:
            reason = receipt.reason if receipt else "others are nearer, so that it is not even considered"
            chance = receipt.probability if receipt else None
            text = quote_text(example.text, _QUOTED)
            found.append(SilentText(text=text, origin=example.origin, probability=chance, reason=reason))
    return tuple(found)
