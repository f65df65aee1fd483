"""Commands: what may be said to the conversation itself, each with a slash before it."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from langgraph_coaching.cli.chat.coach_here import Asker, coach_here
from langgraph_coaching.cli.command_words import say_commands
from langgraph_coaching.cli.ids import coaching_id
from langgraph_coaching.cli.transcript import print_trace
from langgraph_coaching.errors import InvalidCoachingError, NotFoundError

if TYPE_CHECKING:
    from langgraph_coaching.chat.chat import Chat
    from langgraph_coaching.coach import Coach
    from langgraph_coaching.recall.receipt import Receipt

HELP = {
    "again": "the last turn anew, with the coaching as it is now",
    "coach": "coach the last answer: /coach, /coach WORDS, /coach action TOOL",
    "wrong": "it should not have been applied here: /wrong, /wrong ID, /wrong 2",
    "right": "it was rightly applied here; takes the same",
    "should": "it should have been applied here: /should ID",
    "why": "the whole reckoning for a coaching: /why ID",
    "show": "the conversation so far, with what was considered",
    "new": "a new thread",
    "help": "these commands",
    "quit": "end; so does Ctrl-D",
}

LITERAL = "//"
"""Before a message that itself begins with a slash."""


@dataclass
class Commands:
    """The commands of one conversation."""

    coach: Coach
    chat: Chat
    asker: Asker
    """Who is told things, and asked."""
    agent: str | None = None
    """The only agent that `/coach` writes for."""

    def run(self, line: str) -> None:
        """Runs any of them but `/again` and `/quit`.

        Args:
            line: With its slash.

        Raises:
            CoachingError: It cannot be done; nothing was changed.
        """
        name, _, said = line.removeprefix("/").partition(" ")
        said = said.strip()
        match full_name(name):
            case "coach":
                coach_here(self.coach, self.chat, said, self.agent, self.asker)
            case "wrong":
                self._judge(said, correct=False)
            case "right":
                self._judge(said, correct=True)
            case "should":
                self._say_should(said)
            case "why":
                self._explain(said)
            case "show":
                print_trace(self.chat.trace())
            case "new":
                self.asker.tell(f"a new thread: {self.chat.begin_anew()}")
            case "help":
                for command, what in HELP.items():
                    self.asker.tell(f"/{command:<7} {what}")
                self.asker.tell(f"{LITERAL}text   says /text to the agent")

    def _judge(self, said: str, *, correct: bool) -> None:
        which, _, comment = said.partition(" ")
        receipt = self._applied(which)
        judge = self.chat.right if correct else self.chat.wrong
        verdict = judge(receipt, comment=comment.strip())
        if correct:
            self.asker.tell(f"{verdict.coaching_id} was right here, and knows it now")
            return
        self.asker.tell(f"{verdict.coaching_id} has learned: never here; /again tries the last turn without it")
        source = self.coach.get(verdict.coaching_id).source
        if source is not None and source.trace_id in self.chat.trace_ids:
            self.asker.tell("it was written in this conversation: if not for this turn, edit or archive it")

    def _applied(self, which: str) -> Receipt | None:
        """The receipt of what was applied in the last turn: by its number, or how its id begins."""
        if not which:
            return None
        applied = self.chat.turn.applied
        if which.isdecimal() and 1 <= int(which) <= len(applied):
            return applied[int(which) - 1]
        found = [one for one in applied if (one.coaching_id or "").startswith(which) or one.id.startswith(which)]
        if len(found) != 1:
            listed = ", ".join(f"{n} {one.coaching_id}" for n, one in enumerate(applied, 1)) or "nothing"
            raise NotFoundError(f"which one? In the last turn was applied: {listed}")
        return found[0]

    def _say_should(self, said: str) -> None:
        which, _, comment = said.partition(" ")
        if not which:
            raise InvalidCoachingError("say which coaching should have been applied: /should ID")
        name = coaching_id(self.coach, which)
        try:
            verdict = self.chat.should(name, comment=comment.strip())
        except NotFoundError:
            self.asker.tell(say_commands(str(self.chat.why(name))))
            raise
        self.asker.tell(f"{verdict.coaching_id} has learned: also here; /again tries the last turn with it")

    def _explain(self, said: str) -> None:
        considered = self.chat.turn.considered
        if not said and not considered:
            raise NotFoundError("no coaching was looked at in the last turn; /why ID says it of any")
        name = coaching_id(self.coach, said) if said else str(considered[0].coaching_id)
        self.asker.tell(say_commands(str(self.chat.why(name))))


def full_name(name: str) -> str:
    """The whole name of a command; an unambiguous beginning is enough.

    Raises:
        InvalidCoachingError: There is none of that name; the message names the nearest.
    """
    name = name.casefold()
    if name in HELP:
        return name
    begun = [one for one in HELP if name and one.startswith(name)]
    if len(begun) == 1:
        return begun[0]
    near = begun or difflib.get_close_matches(name, HELP, n=2, cutoff=0.5)
    told = f"did you mean {' or '.join(f'/{one}' for one in near)}?" if near else "/help lists them"
    raise InvalidCoachingError(f"there is no command /{name}; {told}")
