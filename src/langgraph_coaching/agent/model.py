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
    """Stands in front of a chat model's class."""

    __slots__ = ()
    __coaching__: tuple[Lookup, ...] = ()

    def generate(self, messages: list[list[BaseMessage]], *args: Any, **kwargs: Any) -> LLMResult:
        """`BaseChatModel.generate`, with coaching in the prompts."""
        return request.generate(super().generate, self, messages, *args, **kwargs)  # type: ignore[misc, arg-type]

    async def agenerate(self, messages: list[list[BaseMessage]], *args: Any, **kwargs: Any) -> LLMResult:
        """`BaseChatModel.agenerate`, with coaching in the prompts."""
        return await request.agenerate(super().agenerate, self, messages, *args, **kwargs)  # type: ignore[misc, arg-type]

    def stream(self, input: Any, config: Any = None, **kwargs: Any) -> Iterator[Any]:  # noqa: A002 - its name there
        """`BaseChatModel.stream`, with coaching in the prompt."""
        return request.stream(super().stream, self, input, config, **kwargs)  # type: ignore[misc, arg-type]

    def astream(self, input: Any, config: Any = None, **kwargs: Any) -> AsyncIterator[Any]:  # noqa: A002 - its name there
        """`BaseChatModel.astream`, with coaching in the prompt."""
        return request.astream(super().astream, self, input, config, **kwargs)  # type: ignore[misc, arg-type]

    def _chat_model_stream_v3(self, input: Any, config: Any = None, **kwargs: Any) -> Any:  # noqa: A002 - its name there
        return request.opened(super()._chat_model_stream_v3, self, input, config, **kwargs)  # type: ignore[misc, arg-type]

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        """A pickle holds the plain model, and how to open its coaches."""
        return _by_all, (self.__coaching__, _copied(self, _plain(type(self), CoachedMethods)))  # type: ignore[arg-type]

    async def _achat_model_stream_v3(self, input: Any, config: Any = None, **kwargs: Any) -> Any:  # noqa: A002
        return await request.aopened(super()._achat_model_stream_v3, self, input, config, **kwargs)  # type: ignore[misc, arg-type]


class CoachedTextMethods:
    """Stands in front of the class of a model that completes text."""

    __slots__ = ()
    __coaching__: tuple[Lookup, ...] = ()

    def generate(self, prompts: list[str], *args: Any, **kwargs: Any) -> LLMResult:
        """`BaseLLM.generate`, with coaching in the prompts."""
        return text_request.generate(super().generate, self, prompts, *args, **kwargs)  # type: ignore[misc, arg-type]

    async def agenerate(self, prompts: list[str], *args: Any, **kwargs: Any) -> LLMResult:
        """`BaseLLM.agenerate`, with coaching in the prompts."""
        return await text_request.agenerate(super().agenerate, self, prompts, *args, **kwargs)  # type: ignore[misc, arg-type]

    def stream(self, input: Any, config: Any = None, **kwargs: Any) -> Iterator[str]:  # noqa: A002 - its name there
        """`BaseLLM.stream`, with coaching in the prompt."""
        return text_request.stream(super().stream, self, input, config, **kwargs)  # type: ignore[misc, arg-type]

    def astream(self, input: Any, config: Any = None, **kwargs: Any) -> AsyncIterator[str]:  # noqa: A002 - its name there
        """`BaseLLM.astream`, with coaching in the prompt."""
        return text_request.astream(super().astream, self, input, config, **kwargs)  # type: ignore[misc, arg-type]


class ConfigurableMethods:
    """Stands in front of the class of what `init_chat_model` gives: a model that is made anew in every call."""

    __slots__ = ()
    __coaching__: tuple[Lookup, ...] = ()

    def _model(self, config: Any = None) -> Any:
        return _by_all(self.__coaching__, super()._model(config))  # type: ignore[misc]

    def with_config(self, config: Any = None, **kwargs: Any) -> Any:
        """The same with a config, coached too."""
        return _by_all(self.__coaching__, super().with_config(config, **kwargs))  # type: ignore[misc]

    def __getattr__(self, name: str) -> Any:
        found = super().__getattr__(name)  # type: ignore[misc]
        if name not in ("bind_tools", "with_structured_output"):
            return found
        return lambda *args, **kwargs: _by_all(self.__coaching__, found(*args, **kwargs))


def _by_all(doors: tuple[Lookup, ...], model: Any) -> Any:
    for lookup in doors:
        model = _coached(lookup, model)
    return model


def coached_model(lookup: Lookup, model: ModelT) -> ModelT:
    """A chat model, or a Runnable with chat models in it, with coaching in each of their requests.

    Args:
        lookup: Where advice comes from.
        model: It is not changed.

    Raises:
        InvalidCoachingError: There is no chat model in it that could be coached.
    """
    coached: ModelT = _coached(lookup, model)
    if coached is model:
        raise InvalidCoachingError(
            f"coach.model() takes a chat model, or a Runnable that has one in it, such as model.bind_tools(…), not "
            f"{type(model).__name__}; an agent or a graph is coached where it calls its model: give it a coached "
            "model or coach.middleware(), or wrap its node with coach.node(…)"
        )
    return coached


def _coached(lookup: Lookup, value: Any) -> Any:
    """The value with each chat model in it coached; itself where there is none."""
    if isinstance(value, BaseChatModel | BaseLLM):
        methods = CoachedMethods if isinstance(value, BaseChatModel) else CoachedTextMethods
        return _copied(value, _class_of(lookup, type(value), methods))
    if hasattr(value, "_queued_declarative_operations"):  # what `init_chat_model` gives without a model's name
        return _configurable(lookup, value)
    if isinstance(value, list | tuple):
        parts = [_coached(lookup, part) for part in value]
        return type(value)(parts) if any(a is not b for a, b in zip(parts, value, strict=True)) else value
    if isinstance(value, dict):
        fields = {name: _coached(lookup, part) for name, part in value.items()}
        return fields if any(fields[name] is not part for name, part in value.items()) else value
    if isinstance(value, Runnable) and isinstance(value, BaseModel):
        given = {name: getattr(value, name) for name in type(value).model_fields}
        changed = {name: new for name, old in given.items() if (new := _coached(lookup, old)) is not old}
        return value.model_copy(update=changed) if changed else value
    return value


def _copied(model: BaseModel, given: type) -> BaseModel:
    """The model as one of this class."""
    twin = model.model_copy()
    object.__setattr__(twin, "__class__", given)
    return twin


def _plain(given: type, methods: type) -> type:
    """The class that was coached."""
    line = given.__mro__
    return line[line.index(methods) + 1] if methods in line else given


def _configurable(lookup: Lookup, model: Any) -> Any:
    own: Any = _class_of(lookup, type(model), ConfigurableMethods)
    twin = own.__new__(own)
    vars(twin).update(vars(model))
    return twin


def _class_of(lookup: Lookup, given: type, methods: type) -> type:
    """The subclass of a model's class, which passes for it: under its name in traces, caches and serialised forms."""
    plain = _plain(given, methods)
    doors = (*(one for one in getattr(given, "__coaching__", ()) if one.registry.name != lookup.registry.name), lookup)
    if (known := lookup.classes.get((plain, doors))) is not None:
        return known
    standing = type(methods.__name__, (methods,), {"__slots__": (), "__coaching__": doors})
    named = {"__module__": plain.__module__, "__qualname__": plain.__qualname__, "__doc__": plain.__doc__}
    made = types.new_class(plain.__name__, (standing, plain), {}, lambda body: body.update(named))
    return lookup.classes.setdefault((plain, doors), made)
