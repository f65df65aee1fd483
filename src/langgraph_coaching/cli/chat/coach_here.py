"""Written here: `/coach`, from the latest step that can be coached to what was saved and what is the matter with it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from langgraph_coaching.cli.behavior_options import read_behavior
from langgraph_coaching.cli.check import print_findings_of
from langgraph_coaching.coaching.behavior import behavior_of
from langgraph_coaching.coaching.one_line import cut_line

if TYPE_CHECKING:
    from collections.abc import Callable

    from langgraph_coaching.authoring.draft import Draft
    from langgraph_coaching.chat.chat import Chat
    from langgraph_coaching.coach import Coach
    from langgraph_coaching.traces.model import Step

_SHOWN = 300
"""Characters of the step that are shown."""

_TYPES = {
    "reply": "reply",
    "search": "search_knowledge",
    "search_knowledge": "search_knowledge",
    "action": "action",
    "process": "process",
    "playbook": "playbook",
    "handoff": "handoff",
}
_WHICH = "Enter takes 1, a number another, or say it in your own words: "
_NAMES = {
    "search_knowledge": "which article should it read first? ",
    "action": "which tool should it call? ",
    "process": "which process should it follow? ",
    "playbook": "which playbook should it switch to? ",
    "handoff": "to whom should it hand over? ",
}


@dataclass(frozen=True)
class Asker:
    """Who is told things, and asked."""

    tell: Callable[[str], None]
    ask: Callable[[str], str | None]
    """Asks one thing; None where nobody answers."""
    asks_intent: bool
    """Whether it is asked which of the suggested intents it is for, or the first is taken."""


def coach_here(coach: Coach, chat: Chat, said: str, agent: str | None, asker: Asker) -> None:
    """Writes coaching from the latest step that can be coached.

    Args:
        coach: Where it is saved.
        chat: The conversation.
        said: What stands behind `/coach`: nothing, the words of a reply, or a type, its name, and how.
        agent: The only agent that it is for.
        asker: Who is asked.

    Raises:
        CoachingError: There is nothing to coach, or something said is not acceptable; nothing was saved.
    """
    draft = chat.draft()
    if draft.step is not None:
        asker.tell(f"coaching for the {draft.step.type.replace('_', ' ')}: {_line_of(draft.step)}")
    chosen = _choose_intent(draft, asker)
    behavior = None if chosen is None else _read_behavior(said, asker.ask)
    if chosen is None or behavior is None:
        asker.tell("nothing was saved")
        return
    draft = replace(chosen.having(agent=agent) if agent else chosen, behavior=behavior_of(behavior))
    saved = coach.save(draft)
    asker.tell(f"saved {saved.id}")
    asker.tell(f"  when replying to: {saved.intent}")
    asker.tell(f"  do this: {' '.join(saved.behavior.render().split())}")
    print_findings_of(coach, [saved])
    asker.tell("/again tries the last turn with it")


def _line_of(step: Step) -> str:
    return cut_line(f"{step.name} {step.text}" if step.name else step.text, _SHOWN)


def _choose_intent(draft: Draft, asker: Asker) -> Draft | None:
    intents = [*dict.fromkeys(filter(None, (draft.intent, *draft.suggestions)))]
    asker.tell("when replying to:" if intents else "no intent could be suggested")
    for number, intent in enumerate(intents, 1):
        asker.tell(f"{number:>3}  {intent}")
    if intents and not asker.asks_intent:
        return draft
    while True:
        said = asker.ask(_WHICH if intents else "when replying to what? ")
        if said is None or (not said and not intents):
            return None
        if not said:
            return draft
        if not said.isdecimal():
            return draft.when(said)
        if 1 <= int(said) <= len(intents):
            return draft.when(intents[int(said) - 1])
        asker.tell(f"there is no suggestion {said}")


def _read_behavior(said: str, ask: Callable[[str], str | None]) -> dict[str, object] | None:
    """The behavior that was said, as `coach.add` takes it; None where nobody says one."""
    word, _, rest = said.partition(" ")
    kind = _TYPES.get(word.casefold(), "")
    if kind in ("", "reply"):
        text = (rest if kind else said).strip() or ask("what should it do instead? ")
        return read_behavior({"reply": text}, "") if text else None
    name, _, how = rest.strip().partition(" ")
    name = name or ask(_NAMES[kind]) or ""
    return read_behavior({kind: name}, how.strip()) if name else None
