"""Completion: what a shell or notebook offers after the dot of a record, which is what the record is for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pydantic._internal._model_construction import ModelMetaclass
else:
    ModelMetaclass = type(BaseModel)

_OFFERED = {"model_dump", "model_dump_json", "model_validate", "model_validate_json"}
"""Of what pydantic brings along; the rest works as ever, and is offered nowhere."""

_LEFT_OUT = {name for name in dir(BaseModel) if not name.startswith("_")} - _OFFERED


class _Completed(ModelMetaclass):
    """The same for the class itself."""

    def __dir__(cls) -> list[str]:  # noqa: N805 - of a metaclass
        return _offered(super().__dir__())


class CompletedModel(BaseModel, metaclass=_Completed):
    """Base of records whose fields and methods are not lost among those of pydantic."""

    def __dir__(self) -> Iterable[str]:
        """Names without pydantic's own."""
        return _offered(super().__dir__())


def _offered(names: Iterable[Any]) -> list[str]:
    return sorted({*names} - _LEFT_OUT)
