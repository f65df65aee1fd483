"""The command that opens the studio: `studio`."""

from __future__ import annotations

import ipaddress
import webbrowser
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from langgraph_coaching.cli import render
from langgraph_coaching.cli.chat_model import METAVAR, chat_model, load_object
from langgraph_coaching.cli.options import DEFAULT_STORE, Embeddings, Namespace, open_coach
from langgraph_coaching.errors import InvalidCoachingError, extra

if TYPE_CHECKING:
    from langgraph_coaching.studio.access import Person, Role

_WORDS = 3


def studio(
    store: Annotated[
        str,
        typer.Argument(metavar="FOLDER", envvar="LANGGRAPH_COACHING_STORE", help="The coaching store."),
    ] = DEFAULT_STORE,
    namespace: Namespace = "default",
    embeddings: Embeddings = "minilm",
    graph: Annotated[
        str | None,
        typer.Option(metavar="MODULE:NAME", help="Your compiled graph: to talk with it, and for its tools' names."),
    ] = None,
    model: Annotated[
        str | None, typer.Option(metavar=METAVAR, help="A chat model that proposes phrasings and answers previews.")
    ] = None,
    host: Annotated[
        str, typer.Option(metavar="ADDRESS", help="Where it listens; others than this machine need --people.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65_535, metavar="NUMBER", help="0 for any that is free.")] = 8_420,
    people: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Who may sign in: a line each, NAME ROLE TOKEN (reader, coach or admin; 16 characters or more).",
        ),
    ] = None,
    read_only: Annotated[bool, typer.Option("--read-only", help="Only show; nothing can be changed.")] = False,
    browser: Annotated[bool, typer.Option("--open/--no-open", help="Open it in your browser.")] = True,
) -> None:
    """Open the page to read conversations and coach.

    The studio is served on this machine only, until Ctrl-C. With --people whoever has a token signs in, and their name
    stands on every change they make.

    Example: langgraph-coaching studio ./coaching --graph shop.agent:graph
    """
    with extra("studio", "starlette, jinja2 and uvicorn"):
        import uvicorn

        from langgraph_coaching.studio.app import studio_app
    tokens = None if people is None else read_people(people)
    if tokens is None and not _is_this_machine(host):
        raise InvalidCoachingError(
            f"on {host} others could read and change everything: say who may sign in with --people FILE"
        )
    asked = None if model is None else chat_model(model)
    compiled = None if graph is None else load_object(graph, "--graph")
    with open_coach(store, namespace, embeddings) as coach:
        app = studio_app(coach, graph=compiled, graph_name=graph or "", model=asked, tokens=tokens, read_only=read_only)
        server = uvicorn.Server(uvicorn.Config(app, host=host, port=port, log_level="warning", access_log=False))
        socket = _listen(server)
        address = f"http://{f'[{host}]' if ':' in host else host}:{socket.getsockname()[1]}/"
        render.print_line(f"{store} at {address} until Ctrl-C")
        if browser and render.console.is_terminal:
            webbrowser.open(address)
        server.run(sockets=[socket])


def _listen(server: Any) -> Any:
    try:
        found = server.config.bind_socket()
    except SystemExit:  # what uvicorn makes of an address that is taken, after saying so
        config = server.config
        raise InvalidCoachingError(
            f"{config.host}:{config.port} cannot be listened on; give another --port, or --port 0 for any that is free"
        ) from None
    found.listen()  # what is asked from now on waits until the server answers
    return found


def read_people(file: Path) -> dict[str, Person]:
    """The people of a file by their token.

    Args:
        file: A line each: name, role and token, blanks between; `#` begins a remark.

    Raises:
        InvalidCoachingError: It cannot be read, or a line is something else.
    """
    from langgraph_coaching.studio.access import Person

    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidCoachingError(f"--people {file} cannot be read: {error}") from None
    found: dict[str, Person] = {}
    for number, line in enumerate(lines, 1):
        words = line.partition("#")[0].split()
        if not words:
            continue
        if len(words) < _WORDS or words[-1] in found:
            raise InvalidCoachingError(f"line {number} of {file} must be NAME ROLE TOKEN, each token once")
        *name, role, token = words
        found[token] = Person(name=" ".join(name), role=cast("Role", role))  # refused there if it is none
    if not found:
        raise InvalidCoachingError(f"{file} names nobody; write a line each: NAME ROLE TOKEN")
    return found


def _is_this_machine(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
