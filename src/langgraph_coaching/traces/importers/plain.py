"""Values as JSON can hold them, whoever made them."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from datetime import date
from typing import TYPE_CHECKING, Any

from langchain_core.messages import BaseMessage
from pydantic import BaseModel

if TYPE_CHECKING:
    from langgraph_coaching.traces.importers.report import Repairs

HALF_CHARACTER = "half a character (a lone surrogate, or a byte that is no UTF-8): replaced by U+FFFD"


def plain(value: Any, repairs: Repairs) -> Any:
    """The value as JSON can hold it: texts, numbers, lists and mappings; messages stay as they are.

    Args:
        value: Anything.
        repairs: Told where a text could not be encoded.

    Raises:
        RecursionError: It is nested too deeply, or holds itself.
    """
    if value is None or isinstance(value, bool | int | float | BaseMessage):
        return value
    if isinstance(value, BaseModel):
        value = value.model_dump()
    if isinstance(value, Mapping):
        return {_whole(str(key), repairs): plain(item, repairs) for key, item in value.items()}
    if isinstance(value, list | tuple | AbstractSet):
        return [plain(item, repairs) for item in value]
    return _whole(value.isoformat() if isinstance(value, date) else str(value), repairs)


def _whole(text: str, repairs: Repairs) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        repairs.note(HALF_CHARACTER)
        # Two halves that belong together become the one character they stand for.
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text
