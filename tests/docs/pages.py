"""A page of examples/guides: its blocks run in order, in one folder, each printing what is shown under it.

    python tests/docs/pages.py examples/guides/*.md
    python tests/docs/pages.py --rewrite examples/guides/cost.md

runs them, each in a fresh folder with the files that lie beside them; `--rewrite` writes down what they print now.

A `python` block runs, with the names of those before it; a `text` block under it is what it prints. A `console` block
has commands behind `$ ` (`> ` goes on) and what each prints under it; `echo $?` is the exit code of the one before. A
block of any kind that begins with a comment such as `# agent.py` is written to that file. Other blocks are for reading.

An id that is shown stands for the one that is printed in its place, from then on, and commands may name it by its
beginning. Ids are drawn the same in each run, and so are the threads of a canary.
"""

from __future__ import annotations

import contextlib
import io
import os
import random
import re
import secrets
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from unittest import mock

from snippets import TOLERANCE

if TYPE_CHECKING:
    from collections.abc import Iterator

GUIDES = Path(__file__).resolve().parents[2] / "examples" / "guides"
COLUMNS = 100
FOLDER = "/srv/agent"
"""What is shown for the folder a page runs in."""
AUTHOR = "dana"
"""Who types the commands."""

_FENCED = re.compile(r"^```(\w+)\n(.*?)^```\n(?:\n?^```text\n(.*?)^```\n)?", re.MULTILINE | re.DOTALL)
_NAMED = re.compile(r"\A(?:#|//) ([\w./-]+\.\w+)\n")
_COMMAND = re.compile(r"^\$ (.*\n(?:> .*\n)*)((?:(?!\$ ).*\n)*)", re.MULTILINE)
_ID = re.compile(r"\b[crst]-[0-9a-z]{12,}\b")
_BEGUN = re.compile(r"\b[crst]-[0-9a-z]{4,}\b")
_VARIES = [
    (re.compile(r"\b\d{4}-\d\d-\d\d[ T]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:\+00:00|Z)?"), "TIME"),
    (re.compile(r"\b\d{4}-\d\d-\d\d\b"), "DATE"),
    (re.compile(r"\bchat-[0-9a-f]{8}\b"), "THREAD"),
    (re.compile(r"\b\d+(?:\.\d+)? ?m?s\b"), "SECONDS"),
    (re.compile(r"\b(?=\w*\d)(?=\w*[a-f])[0-9a-f]{12}\b"), "DIGEST"),
]
_NUMBER = re.compile(r"\d+\.\d+")
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_SPINNING = re.compile(r"\x1b\[\?25l.*?\x1b\[\?25h(?:\r?\x1b\[1A)?(?:\r?\x1b\[2K)?", re.DOTALL)


class Block(NamedTuple):
    """One fence of a page, and what is shown under it; None where nothing is."""

    kind: str
    code: str
    shown: str | None


class Ids:
    """Which id is printed now where one is shown on the page."""

    def __init__(self) -> None:
        self._printed: dict[str, str] = {}

    def named(self, text: str) -> str:
        """The text with the ids of now, whole where it has their beginning."""

        def whole(found: re.Match[str]) -> str:
            fitting = {real for shown, real in self._printed.items() if shown.startswith(found[0])}
            return fitting.pop() if len(fitting) == 1 else found[0]

        return _BEGUN.sub(whole, text)

    def shown(self, text: str) -> str:
        """The text with the ids of the page, where it has them."""
        known = {real: shown for shown, real in self._printed.items()}
        return _ID.sub(lambda found: known.get(found[0], found[0]), text)

    def alike(self, printed: str, shown: str) -> bool:
        """Whether two outputs are the same but for ids, times and the last digits; then the ids are known."""
        mine, theirs = _ID.findall(printed), _ID.findall(shown)
        if _parted(printed)[0] != _parted(shown)[0] or len(mine) != len(theirs):
            return False
        pairs = dict(zip(theirs, mine, strict=True))
        if any(pairs[one] != real for one, real in zip(theirs, mine, strict=True)):
            return False
        if any(self._printed.get(one, real) != real for one, real in pairs.items()):
            return False
        self._printed |= pairs
        return all(abs(a - b) <= TOLERANCE for a, b in zip(_parted(printed)[1], _parted(shown)[1], strict=True))


def _parted(text: str) -> tuple[str, list[float]]:
    text = "\n".join(line.rstrip() for line in _ID.sub("ID", text).strip().splitlines())
    for varying, name in _VARIES:
        text = varying.sub(name, text)
    return _NUMBER.sub("NUMBER", text), [float(number) for number in _NUMBER.findall(text)]


class Page:
    """A page while it runs, in the folder it was given; `text` is the page with what its blocks print now."""

    def __init__(self, text: str, name: str) -> None:
        self.text, self.name = text, name
        self.names: dict[str, Any] = {"__name__": name.removesuffix(".md")}
        self.differences: list[str] = []
        self._ids, self._code = Ids(), 0

    def run(self) -> Page:
        """Runs every block; what prints something else than is shown is in `differences`."""
        self.text = _FENCED.sub(self._run_block, self.text)
        return self

    def _run_block(self, found: re.Match[str]) -> str:
        block = Block(*found.groups())
        if named := _NAMED.match(block.code):
            Path(named[1]).parent.mkdir(parents=True, exist_ok=True)
            Path(named[1]).write_text(block.code.partition("\n")[2].lstrip("\n"), encoding="utf-8")
        elif block.kind == "python":
            return self._run_python(found[0], block)
        elif block.kind == "console":
            return found[0].replace(block.code, _COMMAND.sub(self._run_command, block.code), 1)
        return found[0]

    def _run_python(self, whole: str, block: Block) -> str:
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            try:
                exec(compile(self._ids.named(block.code), f"a snippet of {self.name}", "exec"), self.names)  # noqa: S102
            except Exception as error:  # noqa: BLE001 - what a reader would see last
                print(f"{type(error).__name__}: {error}")
        shown = self._compare(block.code, printed.getvalue(), block.shown or "")
        before = whole.partition("```text\n")[0] if block.shown else whole
        return f"{before}```text\n{shown}```\n" if shown else before

    def _run_command(self, found: re.Match[str]) -> str:
        typed, shown = found.groups()
        command = self._ids.named(re.sub(r"\n> ", "\n", typed).strip())
        printed, self._code = (f"{self._code}\n", 0) if command == "echo $?" else run_command(command)
        return f"$ {typed}{self._compare(typed.strip(), printed, shown)}"

    def _compare(self, code: str, printed: str, shown: str) -> str:
        printed = printed.strip().replace(os.getcwd(), FOLDER)  # noqa: PTH109 - a text
        printed = "".join(f"{line.rstrip()}\n" for line in printed.splitlines())
        if self._ids.alike(printed, shown):
            return shown
        self.differences.append(f"{code}\nprints\n{printed}and shows\n{shown}")
        mine = self._ids.shown(printed)
        self._ids.alike(printed, mine)
        return mine


def run_command(command: str) -> tuple[str, int]:
    """What a command prints on a terminal without colours, and its exit code; ours runs in this process.

    Args:
        command: As it is typed.
    """
    simple = not re.search(r"[|><&;]", re.sub(r"""(["']).*?\1""", "", command, flags=re.DOTALL))
    if simple and command.startswith("langgraph-coaching "):
        return _run_ours(command)
    # A shell, since the page says what to type.
    shell = {"shell": True, "executable": "/bin/bash", "env": _terminal(plain=True)}
    done = subprocess.run(command, capture_output=True, text=True, check=False, **shell)
    return done.stdout + done.stderr, done.returncode


def _run_ours(command: str) -> tuple[str, int]:
    import shlex

    from langgraph_coaching.cli import app, render

    out, err = io.StringIO(), io.StringIO()
    arguments = shlex.split(command.replace("\\\n", " "))
    with (
        mock.patch.object(sys, "argv", arguments),
        mock.patch.object(sys, "stdin", io.StringIO()),
        mock.patch.dict(os.environ, _terminal()),
        # A console that was made where the environment names a width keeps that one; pytest's workers have one.
        mock.patch.object(render.console, "_width", COLUMNS),
        mock.patch.object(render.errors, "_width", COLUMNS),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        code = app.run()
    text = out.getvalue() + _SPINNING.sub("", err.getvalue())
    return _COLOUR.sub("", text), int(code)


def _terminal(*, plain: bool = False) -> dict[str, str]:
    shown = {"COLUMNS": str(COLUMNS), "NO_COLOR": "1", "TERM": "xterm", "LANGGRAPH_COACHING_AUTHOR": AUTHOR}
    if not plain:
        return {**shown, "FORCE_COLOR": "1"}
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return {**os.environ, **shown, "PATH": path, "PYTHONDONTWRITEBYTECODE": "1"}


@contextlib.contextmanager
def drawn_again() -> Iterator[None]:
    """Ids are drawn the same in each run: those of each module by themselves, since threads draw at any time."""
    drawing: dict[str, random.Random] = {}

    def of_caller() -> random.Random:
        name = sys._getframe(2).f_globals["__name__"]
        return drawing.setdefault(name, random.Random(name))  # noqa: S311 - ids of a page

    with (
        mock.patch.object(secrets, "choice", lambda given: of_caller().choice(given)),
        mock.patch.object(secrets, "token_hex", lambda count=16: of_caller().randbytes(count).hex()),
    ):
        yield


@contextlib.contextmanager
def folder_of(path: Path, into: Path) -> Iterator[Path]:
    """A fresh folder with the files that lie beside a page, as the working folder; what was imported there goes."""
    for beside in path.parent.iterdir():
        if beside.is_file() and beside.suffix != ".md":
            shutil.copy(beside, into)
    before = set(sys.modules)
    with contextlib.chdir(into), mock.patch.object(sys, "path", [str(into), *sys.path]):
        try:
            yield into
        finally:
            for name in set(sys.modules) - before:
                if (file := getattr(sys.modules[name], "__file__", None)) and Path(file).is_relative_to(into):
                    del sys.modules[name]


def run_page(path: Path, into: Path) -> Page:
    """Runs a page in a folder, patient on a busy machine, and closes the coaches that it has opened."""
    from langgraph_coaching import Coach, Limits

    page, patient = Page(path.read_text(encoding="utf-8"), path.name), {"deadline": 30.0}
    with folder_of(path, into), drawn_again(), mock.patch.dict(Limits.__init__.__kwdefaults__, patient):
        try:
            return page.run()
        finally:
            for coach in [one for one in page.names.values() if isinstance(one, Coach)]:
                coach.close()


def main(arguments: list[str]) -> int:
    """Runs the pages that are named."""
    rewrite, failed = "--rewrite" in arguments, 0
    for argument in arguments:
        if argument == "--rewrite":
            continue
        path = Path(argument).resolve()
        with tempfile.TemporaryDirectory() as folder:
            page = run_page(path, Path(folder).resolve())
        failed += bool(page.differences)
        print("\n\n".join([f"{path.name}: {len(page.differences)} print something else", *page.differences]))
        if rewrite:
            path.write_text(page.text, encoding="utf-8")
    return 0 if rewrite else min(failed, 1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
