"""A frozen value that says in one sentence a field what is wrong with what it was given."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from langgraph_coaching.coaching.wording import invalid


class Checked(BaseModel):
    """Base of everything a person types.

    Raises:
        InvalidCoachingError: A field is unknown, missing or not acceptable.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    def __init__(self, **fields: Any) -> None:
        try:
            super().__init__(**fields)
        except ValidationError as error:
            raise invalid(error) from None
