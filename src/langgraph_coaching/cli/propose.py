"""The command `propose`, and how proposals are shown and chosen."""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING, Annotated

import typer

from langgraph_coaching.cli import render
from langgraph_coaching.cli.chat_model import METAVAR, chat_model
from langgraph_coaching.cli.ids import coaching_id
from langgraph_coaching.cli.options import DEFAULT_STORE, Embeddings, Exit, Json, Namespace, Store, open_coach
from langgraph_coaching.errors import InvalidCoachingError

if TYPE_CHECKING:
    from collections.abc import Callable

    from langgraph_coaching.authoring.draft import Draft

Languages = Annotated[
    str, typer.Option(metavar="NAMES", help="Propose in these languages too, such as de,fr or German,French.")
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Keep every proposal, without asking.")]
Drop = Annotated[
    str | None, typer.Option(metavar="NUMBERS", help="Keep every proposal but these, such as 2,5, without asking.")
]

_PROMPT = "Drop which (2,5)? Reword one (3=other words)? Enter keeps the rest: "

_REWORDED = re.compile(r"\s*(\d+)\s*=\s*(\S.*)")


def propose(
    coaching: Annotated[str, typer.Argument(metavar="ID", help="Id of a coaching; `list` shows them.")],
    model: Annotated[
        str, typer.Option(metavar=METAVAR, help="A chat model, such as openai:gpt-4o-mini; or MODULE:NAME of yours.")
    ],
    languages: Languages = "",
    yes: Yes = False,
    drop: Drop = None,
    intent: Annotated[bool, typer.Option("--intent", help="Take the model's wording of the intent as well.")] = False,
    store: Store = DEFAULT_STORE,
    namespace: Namespace = "default",
    embeddings: Embeddings = "minilm",
    as_json: Json = False,
) -> None:
    """Let a chat model propose phrasings and near misses.

    Each proposal is shown with its number. Those that are kept become examples of the coaching, "also here" or "never
    here", in its next revision. With --json they are saved only where --yes or --drop says so.

    Example: langgraph-coaching propose c-k3v9q2m7x4ab --model openai:gpt-4o-mini --languages de,fr
    """
    asked = chat_model(model)
    with open_coach(store, namespace, embeddings) as coach:
        name = coaching_id(coach, coaching)
        draft = ask_for_proposals(lambda: coach.propose(name, asked, languages=split_languages(languages)))
        found = bool(draft.proposals or (intent and draft.suggestions))
        if intent and draft.suggestions:
            draft = draft.when(draft.suggestions[0])
        saved = None
        if found and (yes or drop is not None or not as_json):
            draft = choose_proposals(draft, yes=yes, drop=drop, quiet=as_json)
            saved = coach.save(draft)
    if as_json:
        told = [{"text": one.text, "applies": one.applies, "language": one.language} for one in draft.proposals]
        kept = None if saved is None else saved.model_dump(mode="json")
        words = {"intent": draft.intent, "suggestions": list(draft.suggestions)}
        render.print_json(words | {"proposals": told, "warnings": list(draft.warnings), "saved": kept})
    elif saved is not None:
        render.print_line(
            f"{saved.id} is known by its intent and {len(saved.examples)} examples now (revision {saved.revision})"
        )
    raise typer.Exit(Exit.DONE if found else Exit.NOTHING)


def split_languages(languages: str) -> list[str]:
    """The languages of an option such as `de,fr`."""
    return [name.strip() for name in languages.split(",") if name.strip()]


def ask_for_proposals(proposing: Callable[[], Draft]) -> Draft:
    """Waits for a model's proposals, and says what went wrong with them."""
    # Otherwise Python would print the same a second time.
    logging.getLogger("langgraph_coaching.authoring.propose").addHandler(logging.NullHandler())
    with render.errors.status("asking the model"):
        draft = proposing()
    for warning in draft.warnings:
        render.print_note(warning)
    return draft


def choose_proposals(draft: Draft, *, yes: bool, drop: str | None, quiet: bool = False) -> Draft:
    """The draft with those of its proposals that a person keeps.

    Args:
        draft: With proposals.
        yes: Keep all of them.
        drop: Keep all but these; neither asks.
        quiet: Show nothing, and ask nothing.

    Raises:
        InvalidCoachingError: A number is of no proposal, or there is nobody to answer.
    """
    if not draft.proposals:
        return draft
    if quiet and not yes and drop is None:
        raise InvalidCoachingError("with --json, say which proposals to keep: --yes for all, or --drop 2,5")
    if not quiet:
        render.print_proposals(draft)
    if drop is not None:
        return draft.drop(*_proposal_indices(drop, draft))
    return draft if yes else _ask_choices(draft)


def _ask_choices(draft: Draft) -> Draft:
    """Asks until there is an empty line; the numbers stay those that were shown."""
    changed, dropped, answered = draft, set[int](), False
    while True:
        render.errors.print(_PROMPT, end="", markup=False, soft_wrap=True)
        try:
            line = input()
        except EOFError:
            if answered:
                return changed.drop(*dropped)
            raise InvalidCoachingError(
                "nobody answers which proposals to keep: give --yes for all, or --drop 2,5; nothing was saved"
            ) from None
        if not line.strip():
            return changed.drop(*dropped)
        answered = True
        try:
            if reworded := _REWORDED.fullmatch(line):
                changed = changed.reword(_proposal_indices(reworded[1], draft)[0], reworded[2].strip())
            else:
                dropped.update(_proposal_indices(line, draft))
        except InvalidCoachingError as error:
            render.print_note(str(error))


def _proposal_indices(numbers: str, draft: Draft) -> list[int]:
    """Places of the proposals with these numbers, which count from 1."""
    most = len(draft.proposals)
    given = re.findall(r"[^\s,]+", numbers)
    wrong = next((one for one in given if not (one.isdecimal() and 1 <= int(one) <= most)), None)
    if wrong is not None:
        raise InvalidCoachingError(f"there is no proposal {wrong}; write numbers from 1 to {most}, such as 1,{most}")
    return [int(one) - 1 for one in given]
