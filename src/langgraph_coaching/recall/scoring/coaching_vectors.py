"""The vectors of a coaching: of its intent, and of each situation in which it also applies or never does."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from langgraph_coaching.recall.scoring.situation_vector import place
from langgraph_coaching.recall.situation import Situation

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from langgraph_coaching.coaching.model import Coaching, Example
    from langgraph_coaching.recall.embedder import Embedder
    from langgraph_coaching.recall.scoring.background.background import Background


_WHO_ASKS = re.compile(
    r"^(?:(?:the|a|an|any|some)\s+)?(?:\w+\s+)?(?:customer|user|client|caller|person|guest|member|visitor|someone|somebody)\s+"
    r"(?:who\s+|that\s+)?(?:is\s+)?(?:asks?|asking|inquires?|inquiring|enquires?|wants?|wanting|wishes|would\s+like|needs?|"
    r"requests?|says?|reports?|tells?\s+us)\s+(?:(?:us|the\s+agent)\s+)?"
    r"(?:(?:about|for|to\s+know|whether|if|that|to)\s+)?",
    re.IGNORECASE,
)


def intent_text(intent: str) -> str:
    """What of an intent is embedded: without "a customer asks about" in front, which makes all intents alike.

    Measured with the default embedder, such words cost up to 7 points of finding the right intent.
    """
    return _WHO_ASKS.sub("", intent, count=1) or intent


def texts_of(coaching: Coaching) -> list[str]:
    """What is embedded: the intent, then the texts of the examples, turn by turn where a conversation is known."""
    return [intent_text(coaching.intent), *(text for example in coaching.examples for text, _ in _turns(example))]


def vectors_of(
    coachings: Sequence[Coaching], embedder: Embedder, background: Callable[[int], Background]
) -> list[list[NDArray[np.float32]]]:
    """Unit vectors of coachings, `float32[dimension]` each: of the intent first, then of the examples in order.

    An example with turns is placed as a live situation of the same turns would be.

    Args:
        coachings: Any number; their texts are embedded in one call.
        embedder: For the texts.
        background: Of the same embedder, for vectors of a dimension.

    Raises:
        EmbedderError: The embedder failed.
    """
    texts = list(dict.fromkeys(text for coaching in coachings for text in texts_of(coaching)))
    vectors: NDArray[np.float32] = embedder.documents(texts)
    measured = background(vectors.shape[1])
    at = {text: index for index, text in enumerate(texts)}

    def example(one: Example) -> NDArray[np.float32]:
        rows: NDArray[np.float32] = vectors[[at[text] for text, _ in _turns(one)]]
        # A single turn is where its text is, whoever said it.
        return rows[0] if len(rows) == 1 else place(Situation(one.turns), rows, measured).vector

    return [[vectors[at[intent_text(c.intent)]], *(example(one) for one in c.examples)] for c in coachings]


def _turns(example: Example) -> tuple[tuple[str, bool], ...]:
    return example.turns or ((example.text, True),)
