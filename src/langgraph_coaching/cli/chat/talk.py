"""Talk: what a person says, line by line, and what becomes of it, until the end; no error ends it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from langgraph_coaching.chat.question import answer_of
from langgraph_coaching.cli import render
from langgraph_coaching.cli.chat.coach_here import Asker
from langgraph_coaching.cli.chat.commands import LITERAL, Commands, full_name
from langgraph_coaching.cli.chat.flow import visible
from langgraph_coaching.cli.command_words import say_commands
from langgraph_coaching.errors import CoachingError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from langgraph_coaching.chat.chat import Chat
    from langgraph_coaching.chat.event import ChatEvent
    from langgraph_coaching.cli.chat.screen import Screen
    from langgraph_coaching.coach import Coach


class Talk:
    """One conversation on a terminal, or piped.

    Args:
        coach: With which it is held.
        chat: The conversation.
        screen: What prints it.
        agent: The only agent that `/coach` writes for.
    """

    def __init__(self, coach: Coach, chat: Chat, screen: Screen, agent: str | None) -> None:
        self._chat = chat
        self._screen = screen
        self._typed = sys.stdin.isatty()
        self._commands = Commands(coach, chat, Asker(screen.print_line, self.ask, self._typed), agent)

    def run(self) -> None:
        """Goes on until nothing comes any more, or `/quit`."""
        while (line := self._next_line()) is not None:
            said = line.strip()
            if not said and not self._chat.waits:
                continue
            try:
                if self._take_line(said):
                    return
            except CoachingError as error:
                self._screen.print_line(say_commands(str(error)), "yellow")
            except KeyboardInterrupt:
                self._screen.print_line("stopped; what was captured is kept", "yellow")
            except Exception as error:  # noqa: BLE001 - whatever it is, the conversation is worth more
                self._screen.print_line(f"that failed: {type(error).__name__}: {error}", "red")

    def _take_line(self, said: str) -> bool:
        """Does what a line says; whether it ends the conversation."""
        if not said.startswith("/") or said.startswith(LITERAL):
            said = said.removeprefix("/")
            if self._chat.waits:
                self._print_turn(self._chat.answer(self._answer_of(said)))
            else:
                self._print_turn(self._chat.send(said))
            return False
        name = full_name(said[1:].split(" ")[0])
        if name == "quit":
            return True
        if name == "again":
            events = self._chat.again()
            self._screen.print_quiet(f"again: {' '.join(visible(self._chat.turn.said).split())[:200]}")
            self._print_turn(events)
        else:
            self._commands.run(said)
        return False

    def _answer_of(self, said: str) -> object:
        asked = [event for event in self._chat.turn.events if event.kind == "question"]
        return answer_of(asked[-1].value, said) if asked else None

    def _print_turn(self, events: Iterator[ChatEvent]) -> None:
        try:
            for event in events:
                self._screen.print_event(event)
        finally:
            self._screen.end_line()
        self._screen.print_coaching(self._chat.turn)

    def _next_line(self) -> str | None:
        if self._typed:
            self._screen.print_line("")
        line = self.ask("answer: " if self._chat.waits else "you: ", keep_on=True)
        if line is not None and not self._typed and line.strip():
            self._screen.print_line(f"you: {visible(line)}")
        return line

    def ask(self, prompt: str, *, keep_on: bool = False) -> str | None:
        """The next line; None where nothing comes any more.

        Args:
            prompt: Shown on a terminal.
            keep_on: Whether Ctrl-C asks again, or means that nobody answers.
        """
        if not self._typed:
            line = sys.stdin.readline()
            return line.rstrip("\r\n") if line else None
        while True:
            try:
                return input(prompt)
            except EOFError:
                render.print_line("")
                return None
            except KeyboardInterrupt:
                render.print_line("")
                if not keep_on:
                    return None
                self._screen.print_quiet("Ctrl-D or /quit ends the conversation")
