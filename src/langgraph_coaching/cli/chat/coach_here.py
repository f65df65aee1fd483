"""Written here: `/coach`, from the latest step that can be coached to what was saved and what is the matter with it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from langgraph_coaching.cli import render
from langgraph_coaching.cli.behavior_options import read_behavior
from langgraph_coaching.cli.chat.flow import visible
from langgraph_coaching.cli.check import print_findings_of
from langgraph_coaching.cli.draft import print_suggestions
from langgraph_coaching.coaching.behavior import behavior_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from langgraph_coaching.authoring.draft import Draft
    from langgraph_coaching.chat.chat import Chat
    from langgraph_coaching.coach import Coach

_TYPES = {
    "reply": "reply",
    "search": "search_knowledge",
    "search_knowledge": "search_knowledge",
    "action": "action",
    "process": "process",
    "playbook": "playbook",
    "handoff": "handoff",
}
_WHICH = "for which of these? Enter takes 1, a number takes that one, or write it in your own words: "
_NAMES = {
    "search_knowledge": "which article should it read first? ",
    "action": "which tool should it call? ",
    "process": "which process should it follow? ",
    "playbook": "which playbook should it switch to? ",
    "handoff": "to whom should it hand over? ",
}


def coach_here(
    coach: Coach, chat: Chat, said: str, agent: str | None, ask: Callable[[str], str | None], *, asks_intent: bool
) -> None:
    """Writes coaching from the latest step that can be coached.

    Args:
        coach: Where it is saved.
        chat: The conversation.
        said: What stands behind `/coach`: nothing, the words of a reply, or a type, its name, and how.
        agent: The only agent that it is for.
        ask: Asks a person; None where nobody answers.
        asks_intent: Whether it is asked which of the suggested intents it is for, or the first is taken.

    Raises:
        CoachingError: There is nothing to coach, or something said is not acceptable; nothing was saved.
    """
    draft = chat.draft()
    print_suggestions(draft)
    chosen = _choose_intent(draft, ask, asks_intent=asks_intent)
    behavior = None if chosen is None else _read_behavior(said, ask)
    if chosen is None or behavior is None:
        render.print_line("nothing was saved")
        return
    draft = replace(chosen.having(agent=agent) if agent else chosen, behavior=behavior_of(behavior))
    saved = coach.save(draft)
    render.print_line(f"saved {saved.id}")
    render.print_line(f"  when replying to: {saved.intent}")
    render.print_line(f"  do this: {' '.join(visible(saved.behavior.render()).split())}")
    print_findings_of(coach, [saved])
    render.print_line("/again tries the last turn with it")


def _choose_intent(draft: Draft, ask: Callable[[str], str | None], *, asks_intent: bool) -> Draft | None:
    intents = [*dict.fromkeys(filter(None, (draft.intent, *draft.suggestions)))]
    if intents and not asks_intent:
        return draft
    while True:
        said = ask(_WHICH if intents else "when replying to what? ")
        if said is None or (not said and not intents):
            return None
        if not said:
            return draft
        if not said.isdecimal():
            return draft.when(said)
        if 1 <= int(said) <= len(intents):
            return draft.when(intents[int(said) - 1])
        render.print_line(f"there is no suggestion {said}")


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
