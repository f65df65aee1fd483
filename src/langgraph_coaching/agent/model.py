"""The model: a chat model of the user's that puts coaching into each request as it leaves.

What `coached_model` gives is a model of the user's own class: a subclass of it that stands only around the methods in
which a request begins. So everything else about it is what it was: `isinstance`, its attributes, its name in traces,
how it binds tools and counts tokens.
"""

from __future__ import annotations

import types
from typing import TYPE_CHECKING, Any, TypeVar

from langchain_core.language_models import BaseChatModel, BaseLLM
from langchain_core.runnables import Runnable
from pydantic import BaseModel

from langgraph_coaching.agent import request, text_request
from langgraph_coaching.errors import InvalidCoachingError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from langchain_core.messages import BaseMessage
    from langchain_core.outputs import LLMResult

    from langgraph_coaching.agent.lookup import Lookup

ModelT = TypeVar("ModelT")


class CoachedMethods:
    """The methods that stand in front of a chat model's class."""

    __slots__ = ()
    __coaching__: tuple[Lookup, ...] = ()

    def generate(self, messages: list[list[BaseMessage]], *args: Any, **kwargs: Any) -> LLMResult:
        """`BaseChatModel.generate`, with coaching in the prompts."""
        return request.generate(super().generate, self, messages, *args, **kwargs)  # type: ignore[misc, arg-type]

    async def agenerate(self, messages: list[list[BaseMessage]], *args: Any, **kwargs: Any) -> LLMResult:
        """`BaseChatModel.agenerate`, with coaching in the prompts."""
        return await request.agenerate(super().agenerate, self, messages, *args, **kwargs)  # type: ignore[misc, arg-type]

    def stream(self, input: Any, config: Any = None, **kwargs: Any) -> Iterator[Any]:
        """`BaseChatModel.stream`, with coaching in the prompt."""
        return request.stream(super().stream, self, input, config, **kwargs)  # type: ignore[misc, arg-type]

    def astream(self, input: Any, config: Any = None, **kwargs: Any) -> AsyncIterator[Any]:
        """`BaseChatModel.astream`, with coaching in the prompt."""
        return request.astream(super().astream, self, input, config, **kwargs)  # type: ignore[misc, arg-type]

    def _chat_model_stream_v3(self, input: Any, config: Any = None, **kwargs: Any) -> Any:
        return request.open_stream(super()._chat_model_stream_v3, self, input, config, **kwargs)  # type: ignore[misc, arg-type]

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        """A pickle holds the plain model, and how to open its coaches."""
        return _coach_by_all, (self.__coaching__, _copy_as(self, _plain_class(type(self), CoachedMethods)))  # type: ignore[arg-type]

    async def _achat_model_stream_v3(self, input: Any, config: Any = None, **kwargs: Any) -> Any:
        return await request.aopen_stream(super()._achat_model_stream_v3, self, input, config, **kwargs)  # type: ignore[misc, arg-type]


class CoachedTextMethods:
    """The methods that stand in front of the class of a model that completes text."""

    __slots__ = ()
    __coaching__: tuple[Lookup, ...] = ()

    def generate(self, prompts: list[str], *args: Any, **kwargs: Any) -> LLMResult:
        """`BaseLLM.generate`, with coaching in the prompts."""
        return text_request.generate(super().generate, self, prompts, *args, **kwargs)  # type: ignore[misc, arg-type]

    async def agenerate(self, prompts: list[str], *args: Any, **kwargs: Any) -> LLMResult:
        """`BaseLLM.agenerate`, with coaching in the prompts."""
        return await text_request.agenerate(super().agenerate, self, prompts, *args, **kwargs)  # type: ignore[misc, arg-type]

    def stream(self, input: Any, config: Any = None, **kwargs: Any) -> Iterator[str]:
        """`BaseLLM.stream`, with coaching in the prompt."""
        return text_request.stream(super().stream, self, input, config, **kwargs)  # type: ignore[misc, arg-type]

    def astream(self, input: Any, config: Any = None, **kwargs: Any) -> AsyncIterator[str]:
        """`BaseLLM.astream`, with coaching in the prompt."""
        return text_request.astream(super().astream, self, input, config, **kwargs)  # type: ignore[misc, arg-type]


class ConfigurableMethods:
    """The methods that stand in front of a configurable model's class, which makes its model anew in every call."""

    __slots__ = ()
    __coaching__: tuple[Lookup, ...] = ()

    def _model(self, config: Any = None) -> Any:
        return _coach_by_all(self.__coaching__, super()._model(config))  # type: ignore[misc]

    def with_config(self, config: Any = None, **kwargs: Any) -> Any:
        """The same with a config, coached too."""
        return _coach_by_all(self.__coaching__, super().with_config(config, **kwargs))  # type: ignore[misc]

    def __getattr__(self, name: str) -> Any:
        found = super().__getattr__(name)  # type: ignore[misc]
        if name not in ("bind_tools", "with_structured_output"):
            return found
        return lambda *args, **kwargs: _coach_by_all(self.__coaching__, found(*args, **kwargs))


def _coach_by_all(lookups: tuple[Lookup, ...], model: Any) -> Any:
    for lookup in lookups:
        model = _coach_value(lookup, model)
    return model


def coached_model(lookup: Lookup, model: ModelT) -> ModelT:
    """A chat model, or a Runnable with chat models in it, with coaching in each of their requests.

    Args:
        lookup: Where advice comes from.
        model: It is not changed.

    Raises:
        InvalidCoachingError: There is no chat model in it that could be coached.
    """
    coached: ModelT = _coach_value(lookup, model)
    if coached is model:
        raise InvalidCoachingError(
            f"coach.model() takes a chat model, or a Runnable that has one in it, such as model.bind_tools(…), not "
            f"{type(model).__name__}; an agent or a graph is coached where it calls its model: give it a coached "
            "model or coach.middleware(), or wrap its node with coach.node(…)"
        )
    return coached


def _coach_value(lookup: Lookup, value: Any) -> Any:
    """The value with each chat model in it coached; itself where there is none."""
    if isinstance(value, BaseChatModel | BaseLLM):
        methods = CoachedMethods if isinstance(value, BaseChatModel) else CoachedTextMethods
        return _copy_as(value, _coached_class(lookup, type(value), methods))
    if hasattr(value, "_queued_declarative_operations"):  # what `init_chat_model` gives without a model's name
        return _copy_configurable(lookup, value)
    if isinstance(value, list | tuple):
        parts = [_coach_value(lookup, part) for part in value]
        return type(value)(parts) if any(a is not b for a, b in zip(parts, value, strict=True)) else value
    if isinstance(value, dict):
        fields = {name: _coach_value(lookup, part) for name, part in value.items()}
        return fields if any(fields[name] is not part for name, part in value.items()) else value
    if isinstance(value, Runnable) and isinstance(value, BaseModel):
        given = {name: getattr(value, name) for name in type(value).model_fields}
        changed = {name: new for name, old in given.items() if (new := _coach_value(lookup, old)) is not old}
        return value.model_copy(update=changed) if changed else value
    return value


def _copy_as(model: BaseModel, model_class: type) -> BaseModel:
    """A copy of the model, as one of this class."""
    twin = model.model_copy()
    object.__setattr__(twin, "__class__", model_class)
    return twin


def _plain_class(model_class: type, methods: type) -> type:
    """The user's own class, without what stands in front of it."""
    line = model_class.__mro__
    return line[line.index(methods) + 1] if methods in line else model_class


def _copy_configurable(lookup: Lookup, model: Any) -> Any:
    own: Any = _coached_class(lookup, type(model), ConfigurableMethods)
    twin = own.__new__(own)
    vars(twin).update(vars(model))
    return twin


def _coached_class(lookup: Lookup, model_class: type, methods: type) -> type:
    """The subclass of a model's class, which passes for it: under its name in traces, caches and serialised forms."""
    plain = _plain_class(model_class, methods)
    lookups = (
        *(one for one in getattr(model_class, "__coaching__", ()) if one.registry.name != lookup.registry.name),
        lookup,
    )
    if (known := lookup.classes.get((plain, lookups))) is not None:
        return known
    subclass_methods = type(methods.__name__, (methods,), {"__slots__": (), "__coaching__": lookups})
    named = {"__module__": plain.__module__, "__qualname__": plain.__qualname__, "__doc__": plain.__doc__}
    made = types.new_class(plain.__name__, (subclass_methods, plain), {}, lambda body: body.update(named))
    return lookup.classes.setdefault((plain, lookups), made)
