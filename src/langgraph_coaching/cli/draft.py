"""The command that shows what coaching from a step would begin with: `draft`; and the choice of its intent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from langgraph_coaching.cli import render
from langgraph_coaching.cli.chat_model import METAVAR, chat_model
from langgraph_coaching.cli.ids import find_step
from langgraph_coaching.cli.options import DEFAULT_STORE, Embeddings, Json, Namespace, Store, open_coach
from langgraph_coaching.cli.propose import Languages, ask_for_proposals, split_languages
from langgraph_coaching.errors import InvalidCoachingError

if TYPE_CHECKING:
    from langgraph_coaching.authoring.draft import Draft

_PROMPT = "Enter takes 1; another number takes that one; or write it in your own words: "


def draft(
    step: Annotated[
        str, typer.Argument(metavar="TRACE:NUMBER", help="A step that can be coached; `show TRACE` marks them with *.")
    ],
    model: Annotated[
        str | None, typer.Option(metavar=METAVAR, help="A chat model that proposes the intent, phrasings, near misses.")
    ] = None,
    languages: Languages = "",
    store: Store = DEFAULT_STORE,
    namespace: Namespace = "default",
    embeddings: Embeddings = "minilm",
    as_json: Json = False,
) -> None:
    """Show what coaching from a step would begin with.

    Nothing is saved. The step and what the user said before it, the suggested intent and its alternatives; with --model
    also what a chat model proposes. `add --step` saves it.

    Example: langgraph-coaching draft t-9f2c41d07be3:7
    """
    asked = None if model is None else chat_model(model)
    with open_coach(store, namespace, embeddings) as coach:
        begun = coach.draft(find_step(coach, step))
        if asked is not None:
            first = begun
            begun = ask_for_proposals(lambda: first.propose(asked, languages=split_languages(languages)))
    if as_json:
        render.print_json(_draft_json(begun))
        return
    print_suggestions(begun)
    if begun.proposals:
        render.print_proposals(begun)
    if begun.step is not None:
        name = f"{begun.step.trace_id}:{begun.step.index}"
        render.print_line(f"\nTo save it: langgraph-coaching add --step {name} --reply '…'")


def print_suggestions(begun: Draft) -> None:
    """The step, and the intents that are suggested for it, numbered from 1."""
    if begun.step is not None:
        where = f"{begun.step.trace_id}:{begun.step.index} {begun.step.type}"
        render.print_line(f"{where}: {' '.join(begun.step.text.split())[:300]}")
    said = next((message.text for message in reversed(begun.conversation) if message.type == "human"), "")
    if said:
        render.print_line(f"after the user said: {' '.join(said.split())[:300]}")
    intents = _intents_of(begun)
    render.print_line("when replying to:" if intents else "no intent could be suggested; word one with --intent")
    for number, intent in enumerate(intents, 1):
        render.print_line(f"{number:>3}  {intent}")


def choose_intent(begun: Draft) -> Draft:
    """The draft with the intent that a person takes, of those that are suggested or in words of their own.

    Raises:
        InvalidCoachingError: Nobody answers.
    """
    print_suggestions(begun)
    intents = _intents_of(begun)
    while True:
        render.errors.print(_PROMPT if intents else "When replying to what? ", end="", markup=False, soft_wrap=True)
        try:
            said = input().strip()
        except EOFError:
            raise InvalidCoachingError("nobody says which intent; give --yes or --intent; nothing was saved") from None
        if not said and intents:
            return begun
        if said.isdecimal() and not 1 <= int(said) <= len(intents):
            render.print_note(f"there is no suggestion {said}")
        elif said:
            return begun.when(intents[int(said) - 1] if said.isdecimal() else said)


def _intents_of(begun: Draft) -> list[str]:
    return [*dict.fromkeys(filter(None, (begun.intent, *begun.suggestions)))]


def _draft_json(begun: Draft) -> dict[str, Any]:
    step = begun.step
    return {
        "trace_id": step and step.trace_id,
        "step": step and step.index,
        "intent": begun.intent,
        "suggestions": [*begun.suggestions],
        "proposals": [{"text": p.text, "applies": p.applies, "language": p.language} for p in begun.proposals],
        "warnings": [*begun.warnings],
    }
