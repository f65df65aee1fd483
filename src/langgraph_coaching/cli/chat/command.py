"""The command that holds a test conversation with one's own graph: `chat`."""

from __future__ import annotations

import sys
from contextlib import suppress
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from langgraph_coaching.cli import render
from langgraph_coaching.cli.chat.screen import Screen
from langgraph_coaching.cli.chat.talk import Talk
from langgraph_coaching.cli.chat.which_store import coach_for_chat, load_graph
from langgraph_coaching.cli.options import DEFAULT_STORE, Embeddings, Namespace
from langgraph_coaching.errors import InvalidCoachingError

if TYPE_CHECKING:
    from langchain_core.runnables import RunnableConfig

    from langgraph_coaching.chat.chat import Chat


class Show(StrEnum):
    """Which coaching is shown under an answer."""

    ALL = "all"
    APPLIED = "applied"
    NONE = "none"


def chat(
    graph: Annotated[
        str, typer.Argument(metavar="MODULE:GRAPH", help="Your compiled graph, or a function that makes it.")
    ],
    folder: Annotated[
        str | None,
        typer.Argument(metavar="[STORE]", help="The same as --store.", show_default=False),
    ] = None,
    thread: Annotated[str | None, typer.Option(metavar="ID", help="Go on with this thread of the graph.")] = None,
    agent: Annotated[
        str | None, typer.Option(metavar="NAME", help="What /coach writes is only for this agent (its label).")
    ] = None,
    show: Annotated[Show, typer.Option(help="Which coaching is shown under an answer.")] = Show.ALL,
    input_key: Annotated[
        str | None,
        typer.Option("--input", metavar="KEY", help="The field of the state that takes what you say."),
    ] = None,
    configurable: Annotated[
        list[str] | None,
        typer.Option("--config", metavar="NAME=VALUE", help="For the graph's `configurable`; several times."),
    ] = None,
    store: Annotated[
        str | None,
        typer.Option(
            "--store",
            "-s",
            metavar="FOLDER",
            envvar="LANGGRAPH_COACHING_STORE",
            show_default=False,
            help=f"Folder or address of the coaching store; by default the graph's own, or {DEFAULT_STORE}.",
        ),
    ] = None,
    namespace: Namespace = "default",
    embeddings: Embeddings = "minilm",
) -> None:
    """Hold a test conversation with your graph.

    Its answers stream; under each stands which coaching was applied, and what was looked at and left out. Judge it at
    once (/wrong, /right, /should ID), write coaching for the answer (/coach), and try the turn again (/again): from the
    state before it, with the coaching as it is now. /why ID is the whole reckoning, /help lists the commands.

    Everything is captured as simulated: it can be looked at and coached from, and counts in no statistics. Piped, each
    line is a turn of the user or a command. Nothing ends the conversation but Ctrl-D or /quit.

    Example: langgraph-coaching chat shop.agent:graph --show applied
    """
    config: RunnableConfig = {"configurable": dict(map(_read_pair, configurable or ()))}
    found, opened = load_graph(graph)
    with (
        coach_for_chat(opened, folder or store, namespace, embeddings, DEFAULT_STORE) as coach,
        coach.chat(found, thread_id=thread, messages_key=input_key, config=config) as conversation,
    ):
        screen = Screen(render.console, show.value)
        screen.print_line(f"a test conversation with {graph}, coached from {coach.uri}", "bold")
        if sys.stdin.isatty():
            _edit_lines()
            screen.print_quiet("it is captured as simulated; /help lists what you can do, Ctrl-D ends it")
        try:
            Talk(coach, conversation, screen, agent).run()
        finally:
            _print_end(screen, conversation, coach.uri)


def _print_end(screen: Screen, conversation: Chat, where: str) -> None:
    captured = conversation.trace_ids
    if captured:
        runs = f"{len(captured)} run{'' if len(captured) == 1 else 's'}"
        screen.print_quiet(f"captured as simulated in {where}, {runs}, thread {conversation.thread_id}:")
        for trace_id in captured:
            screen.print_quiet(f"  {trace_id}")


def _read_pair(given: str) -> tuple[str, str]:
    name, equals, value = given.partition("=")
    if not name or not equals:
        raise InvalidCoachingError(f"--config is NAME=VALUE, such as user_id=7, not {given!r}")
    return name, value


def _edit_lines() -> None:
    """Lets lines be edited and repeated with the arrow keys, where the system can."""
    with suppress(ImportError):
        import readline  # noqa: F401
