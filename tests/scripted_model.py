"""A chat model that answers what a test tells it to."""

from __future__ import annotations

from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, SystemMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from pydantic import Field, PrivateAttr


class ScriptedModel(BaseChatModel):
    """Stands in for a chat model: answers what it is told to, and records every prompt it was given.

    An answer is a text, a message, an exception to raise, or a function of the prompt that returns one of these; the
    last one is given again and again. It streams where it is asked to, a word a chunk.
    """

    answers: list[Any] = Field(default_factory=lambda: ["All right."])
    _prompts: list[list[Any]] = PrivateAttr(default_factory=list)

    @property
    def _llm_type(self) -> str:
        return "scripted"

    @property
    def prompts(self):
        """Every prompt so far, oldest first."""
        return self._prompts

    @property
    def blocks(self):
        """How many coaching blocks each prompt had."""
        return [str([m.content for m in prompt]).count("<coaching>") for prompt in self._prompts]

    @property
    def told(self):
        """What each prompt said in its system messages."""
        return ["\n".join(str(m.content) for m in p if isinstance(m, SystemMessage)) for p in self._prompts]

    def _next(self, messages):
        self._prompts.append(list(messages))
        answer = self.answers[min(len(self._prompts), len(self.answers)) - 1]
        if callable(answer):
            answer = answer(messages)
        if isinstance(answer, BaseException):
            raise answer
        return AIMessage(answer) if isinstance(answer, str) else answer.model_copy()

    def _generate(self, messages, stop=None, run_manager=None, **kwargs):
        return ChatResult(generations=[ChatGeneration(message=self._next(messages))])

    def _stream(self, messages, stop=None, run_manager=None, **kwargs):
        answer = self._next(messages)
        words = answer.text.split(" ")
        for index, word in enumerate(words):
            calls = answer.tool_calls if index == len(words) - 1 else []
            text = f" {word}" if index else word
            yield ChatGenerationChunk(message=AIMessageChunk(text, tool_calls=calls))

    def bind_tools(self, tools, **kwargs):
        """The same model: the script decides which tools are called."""
        return self
