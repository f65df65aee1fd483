"""Commands in place of Python: what a message says to call, as the command line has it."""

from __future__ import annotations

import ast
import re
import shlex
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

_CALL = re.compile(r"`?coach\.(?:traces\.)?\w+\(")

_NAME = "langgraph-coaching"

_TWICE = re.compile(rf"(`{_NAME} [^`]+`), or \1")
"""The same command for both ways that a hint names."""

_DOTS = "…"

_WORDS = "WORDS"
"""What stands for dots."""

_PARAMETERS = {
    "give until=…": "give --until TIME",
    "prefer='file'": "--prefer file",
    "prefer='store'": "--prefer store",
    "coach.promote(id, ": "coach.promote('ID', ",
    "share=0.1 for": "--share 0.1 for",
    "with to='active'": "with --to active",
    "as_of='recorded'": "--as-of recorded",
    "with using= and graph= give": "with --using and --graph give",
    "give model= to": "give --model to",
    "Coach(…, namespace=…)": "--namespace NAME",
    "their ids, thread_id=, user=, before=, older_than= or keep_latest=; keep_latest=0 means all of them": (
        "their ids, --thread, --user, --before, --older-than or --keep-latest; --keep-latest 0 means all of them"
    ),
    "give before= or older_than=, not both": "give --before or --older-than, not both",
    "how long traces are kept, days=, or how many, traces=": "how long runs are kept, --days, or how many, --traces",
    "give a model to have it answered": "give --model to have it answered",
}
"""What else a message says in Python."""

_PLAIN = {
    "traces.list": "traces",
    "traces.get": "show TRACE",
    "list": "list",
    "receipts": "receipts",
    "calibrate": "calibrate",
    "reembed": "reembed",
    "report": "report",
    "draft": "draft TRACE:NUMBER",
    "change_sets": "changes",
    "resume": "resume",
}
"""Methods whose arguments say nothing."""

_FIELDS = {
    "intent": "--intent",
    "priority": "--priority",
    "add_examples": "--example",
    "examples": "--example",
    "add_never": "--never",
    "never": "--never",
    "remove": "--remove",
    "expires_at": "--expires",
    "agent": "--agent",
    "node": "--node",
    "tags": "--tag",
    "notes": "--notes",
    "behavior": "--reply",
    "status": "--status",
    "share": "--share",
}
"""Fields of `coach.edit` as options of `edit`."""


def say_commands(text: str) -> str:
    """The text with a command in place of every call of a coach; a call that no command makes stays.

    Args:
        text: A message, a reason or a hint of the library.
    """
    for written, said in _PARAMETERS.items():
        text = text.replace(written, said)
    start = 0
    while found := _CALL.search(text, start):
        end = _end_of_call(text, found.end())
        quoted = text[found.start()] == "`" and text[end : end + 1] == "`"
        begin, stop = found.start() + (text[found.start()] == "`"), end
        command = _command_of(text[begin:stop])
        if command is None:
            start = found.end()
            continue
        said = f"`{_NAME} {command}`"
        begin, stop = (begin - 1, stop + 1) if quoted else (begin, stop)
        text, start = text[:begin] + said + text[stop:], begin + len(said)
    return _TWICE.sub(r"\1", text)


def _end_of_call(text: str, position: int) -> int:
    """Where the call ends whose arguments begin here, with what is called on its result."""
    depth, quote = 1, ""
    while position < len(text) and depth:
        sign = text[position]
        if quote:
            position += sign == "\\"
            quote = "" if sign == quote else quote
        elif sign in "'\"":
            quote = sign
        else:
            depth += (sign in "([{") - (sign in ")]}")
        position += 1
    chained = re.compile(r"\.\w+\(").match(text, position)
    return _end_of_call(text, chained.end()) if chained else position


def _command_of(call: str) -> str | None:
    # In a message dots stand for what the reader knows; Python reads three of them as a value.
    try:
        tree = ast.parse(call.replace(_DOTS, "..."), mode="eval").body
    except SyntaxError:
        return None
    if not isinstance(tree, ast.Call):
        return None
    if isinstance(tree.func, ast.Attribute) and isinstance(tree.func.value, ast.Call):
        return _chained(tree)
    method = ast.unparse(tree.func).removeprefix("coach.")
    given = [_value_of(node) for node in tree.args]
    named = {one.arg or "": _values_of(one.value) for one in tree.keywords}
    return _PLAIN.get(method) or _with_id(method, given[0] if given else "ID", named)


def _chained(tree: ast.Call) -> str | None:
    """`coach.advise(messages).why(id)` and `coach.traces.get(id).coachable_steps()`."""
    assert isinstance(tree.func, ast.Attribute)  # noqa: S101 - as the caller has seen
    if tree.func.attr == "why":
        return f"why CONVERSATION {_value_of(tree.args[0])}"
    return "show TRACE" if tree.func.attr == "coachable_steps" else None


def _with_id(method: str, name: str, named: dict[str, list[str]]) -> str | None:
    if method in _WRITTEN:
        return _WRITTEN[method](name, named)
    return f"{method} {name}" if method in _NAMED else None


def _edit(name: str, named: dict[str, list[str]]) -> str | None:
    if named.get("status") == ["active"] and len(named) == 1:
        return f"restore {name}"
    if not named.keys() <= _FIELDS.keys():
        return None
    pairs = ((field, value) for field, values in named.items() for value in values or [""])
    return " ".join(("edit", name, *(f"{_FIELDS[field]} {_option(field, value)}" for field, value in pairs)))


def _verdict(name: str, named: dict[str, list[str]]) -> str:
    side = "--wrong" if named.get("correct") == ["False"] else "--correct"
    return f"verdict {'RECEIPT' if name == 'receipt' else name} {side}"


def _propose(name: str, named: dict[str, list[str]]) -> str:
    languages = ",".join(named.get("languages", ())).replace(_WORDS, "NAMES")
    return f"propose {name} --model NAME{f' --languages {languages}' if languages else ''}"


def _restore(name: str, named: dict[str, list[str]]) -> str:
    return " ".join(("restore", name, *(f"--revision {number}" for number in named.get("revision", ()))))


def _promote(name: str, named: dict[str, list[str]]) -> str:
    named = {option: ["STAGE" if value == _WORDS else value for value in given] for option, given in named.items()}
    options = (f"--{option} {value}" for option in ("to", "share", "replaces") for value in named.get(option, ()))
    return " ".join(("promote", name, *options))


_WRITTEN: dict[str, Callable[[str, dict[str, list[str]]], str | None]] = {
    "edit": _edit,
    "verdict": _verdict,
    "propose": _propose,
    "restore": _restore,
    "promote": _promote,
    "advise": lambda *_: "advise CONVERSATION",
}
"""Methods whose arguments become options."""

_NAMED = ("archive", "delete", "similar", "history", "rollback")
"""Methods of one id, whose command has the same name."""


def _option(field: str, value: str) -> str:
    if field == "expires_at" and value == "None":
        return "never"
    return "''" if value in ("None", "") and field in ("agent", "node", "tags") else value or _WORDS


def _values_of(node: ast.expr) -> list[str]:
    return [_value_of(one) for one in node.elts] if isinstance(node, ast.List) else [_value_of(node)]


def _value_of(node: ast.expr) -> str:
    if not isinstance(node, ast.Constant):
        return ast.unparse(node)
    value: Any = node.value
    if value is Ellipsis:
        return _WORDS
    return _quote(value.replace("...", _DOTS)) if isinstance(value, str) else str(value)


def _quote(text: str) -> str:
    if text and re.fullmatch(r"[\w.:-]+", text):
        return text
    # In double quotes, where a shell reads nothing in them, since words hold apostrophes more often.
    return f'"{text}"' if not set('"\\$`!').intersection(text) else shlex.quote(text)
