"""The command that changes a coaching: `edit`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from langgraph_coaching.cli import behavior_options as given_as
from langgraph_coaching.cli import render
from langgraph_coaching.cli.behavior_options import author_of, enforcement_of, read_behavior
from langgraph_coaching.cli.coaching_page import print_changes
from langgraph_coaching.cli.ids import coaching_id
from langgraph_coaching.cli.options import DEFAULT_STORE, Embeddings, Json, Namespace, Store, open_coach
from langgraph_coaching.coaching.changes import changes_between
from langgraph_coaching.coaching.enforcement import APPROVAL
from langgraph_coaching.errors import InvalidCoachingError

_NEVER = "never"

_CLEARED = "Only for this; '' for any."


def edit(
    name: Annotated[str, typer.Argument(metavar="ID", help="A coaching, by its id or how that begins.")],
    intent: given_as.Intent = None,
    reply: given_as.Reply = None,
    search_knowledge: given_as.SearchKnowledge = None,
    action: given_as.Action = None,
    process: given_as.Process = None,
    playbook: given_as.Playbook = None,
    handoff: given_as.Handoff = None,
    instruction: given_as.Instruction = "",
    enforce: Annotated[
        bool | None,
        typer.Option(
            "--enforce/--no-enforce",
            help="The graph is made to do it, where it can; or only told to.",
            show_default=False,
        ),
    ] = None,
    approval: given_as.Approval = False,
    example: Annotated[
        list[str] | None, typer.Option(metavar="WORDS", help="It applies here too; may be given several times.")
    ] = None,
    never: Annotated[
        list[str] | None, typer.Option(metavar="WORDS", help="It never applies here; may be given several times.")
    ] = None,
    remove: Annotated[
        list[str] | None,
        typer.Option(metavar="WORDS", help="This is no example any more, of either kind; may be given several times."),
    ] = None,
    priority: Annotated[int | None, typer.Option(metavar="NUMBER", help="-100 to 100.", show_default=False)] = None,
    agent: Annotated[str | None, typer.Option(metavar="NAME", help=_CLEARED.replace("this", "this agent"))] = None,
    node: Annotated[str | None, typer.Option(metavar="NAME", help=_CLEARED.replace("this", "this node"))] = None,
    tag: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Only for calls with these labels, in place of earlier ones; '' for any."),
    ] = None,
    status: given_as.Status = None,
    share: given_as.Share = None,
    notes: Annotated[str | None, typer.Option(metavar="WORDS", help="Private; never in a prompt.")] = None,
    expires: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="From then on it is silent (UTC), such as 2030-01-31T12:00; or `never`."),
    ] = None,
    author: given_as.Author = None,
    store: Store = DEFAULT_STORE,
    namespace: Namespace = "default",
    embeddings: Embeddings = "minilm",
    as_json: Json = False,
) -> None:
    """Change a coaching: its next revision, with what you name.

    What you leave out stays. --example and --never come to those that are known, --remove takes one away. What changed
    is shown; `history ID` has all of it, `restore ID --revision NUMBER` goes back.

    Example: langgraph-coaching edit c-k3v9q2m7x4ab --intent "a customer asks about shipping abroad" --priority 5
    """
    behaviors = {
        "reply": reply,
        "search_knowledge": search_knowledge,
        "action": action,
        "process": process,
        "playbook": playbook,
        "handoff": handoff,
    }
    given: dict[str, Any] = {
        "intent": intent,
        "add_examples": example,
        "add_never": never,
        "remove": remove,
        "priority": priority,
        "status": status,
        "share": share,
        "notes": notes,
        "author": author,
    }
    changes = {field: value for field, value in given.items() if value is not None}
    changes |= {field: label or None for field, label in (("agent", agent), ("node", node)) if label is not None}
    changes |= {} if tag is None else {"tags": [one for one in tag if one]}
    changes |= {} if expires is None else {"expires_at": read_expiry(expires)}
    if instruction or any(value is not None for value in behaviors.values()):
        changes["behavior"] = read_behavior(behaviors, instruction, enforcement_of(bool(enforce), approval))
    enforced = (
        None if "behavior" in changes or (enforce is None and not approval) else (approval and APPROVAL) or enforce
    )
    if not changes and enforced is None:
        raise InvalidCoachingError("nothing to change: name it, such as --intent WORDS or --example WORDS; see --help")
    with open_coach(store, namespace, embeddings) as coach:
        name = coaching_id(coach, name)
        before = coach.get(name)
        if enforced is not None:
            changes["behavior"] = {**before.behavior.model_dump(), "enforce": enforced}
        after = coach.edit(name, **changes, changed_by=author_of(author))
    found = changes_between(before, after)
    if as_json:
        render.print_json(after.model_dump(mode="json"))
    elif after.revision == before.revision:
        render.print_line(f"{name} says that already (revision {after.revision})")
    else:
        print_changes(found)
        render.print_line(f"{name} is at revision {after.revision}")


def read_expiry(given: str) -> datetime | None:
    """The moment of `--expires`, in UTC where no zone is said; None for never.

    Raises:
        InvalidCoachingError: It is no time.
    """
    if given.strip().casefold() == _NEVER:
        return None
    try:
        found = datetime.fromisoformat(given.strip())
    except ValueError:
        raise InvalidCoachingError(
            f"--expires is a time such as 2030-01-31T12:00, or {_NEVER}, not {given!r}"
        ) from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
