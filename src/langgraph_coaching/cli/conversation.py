"""The conversation that `advise` and `why` are asked about, and the labels of the call it stands for."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from langgraph_coaching.errors import InvalidCoachingError
from langgraph_coaching.recall.limits import Limits
from langgraph_coaching.recall.situation import read_messages

if TYPE_CHECKING:
    from langchain_core.messages import BaseMessage

_JSON = re.compile(r"\s*(\[\s*[\[{\]]|\{\s*\")")
"""How JSON of messages begins; "[urgent] where is my parcel" is words."""

_FILE = re.compile(r"\S+\.(json|jsonl|txt)")

Conversation = Annotated[
    str,
    typer.Argument(
        metavar="CONVERSATION",
        help='What a user says; or a JSON list of messages; or a file with either; "-" reads standard input.',
    ),
]
DEFAULT_FLOOR = Limits().floor
Agent = Annotated[str | None, typer.Option("--agent", metavar="NAME", help="Label of the calling agent.")]
Node = Annotated[str | None, typer.Option("--node", metavar="NAME", help="Label of the calling node.")]
Tag = Annotated[
    list[str] | None, typer.Option("--tag", metavar="NAME", help="Further label; may be given several times.")
]
Thread = Annotated[
    str | None, typer.Option("--thread", metavar="ID", help="The thread, which says whether it is in a canary's share.")
]
Floor = Annotated[
    float, typer.Option("--floor", min=0, max=1, metavar="0..1", help="Below this probability nothing applies.")
]


def messages_of(given: str) -> list[BaseMessage]:
    """The messages of a conversation as it is given on the command line.

    Raises:
        InvalidCoachingError: It is empty, there is no such file, or it is JSON of something else.
    """
    text = _read_text(given)
    if not text.strip():
        raise InvalidCoachingError("the conversation is empty; give what a user says, or a JSON list of messages")
    if not _JSON.match(text):
        return read_messages(text)
    try:
        found = json.loads(text)
        return read_messages(found["messages"] if isinstance(found, dict) and "messages" in found else found)
    except ValueError as error:
        said = str(error).splitlines()[0]
        raise InvalidCoachingError(f"the conversation looks like JSON but is no list of messages: {said}") from None


def _read_text(given: str) -> str:
    is_name = len(given) < 1_000 and "\n" not in given  # noqa: PLR2004 - longer is no file name
    try:
        if given == "-":
            return sys.stdin.read()
        if is_name and Path(given).is_file():
            return Path(given).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidCoachingError(f"cannot read the conversation {given}: {error}") from None
    if is_name and _FILE.fullmatch(given):
        raise InvalidCoachingError(f"there is no file {given}")
    return given
