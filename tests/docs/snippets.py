"""The snippets of a text: its Python blocks, each with the output that is shown under it, run in order.

    python tests/docs/snippets.py README.md [HEADING]

runs those under a heading in this folder, and compares what they print with what is shown.
"""

import contextlib
import io
import re
import sys
from pathlib import Path
from typing import NamedTuple

_BLOCK = re.compile(r"^```python\n(.*?)^```\n(?:\n?^```text\n(.*?)^```\n)?", re.MULTILINE | re.DOTALL)
_ID = re.compile(r"\b[crt]-[0-9a-z]{12,}\b")
_NUMBER = re.compile(r"\d+\.\d+")

TOLERANCE = 0.05
"""How far a printed probability may be from the one shown: processors round an int8 model a little differently."""


class Snippet(NamedTuple):
    """One block, and what is shown under it; None where nothing is."""

    code: str
    shown: str | None


def snippets_in(text: str, heading: str | None = None) -> list[Snippet]:
    """The blocks of a Markdown text, or of what is under one of its second-level headings."""
    if heading is not None:
        (text,) = re.findall(rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    return [Snippet(code, shown or None) for code, shown in _BLOCK.findall(text)]


def run_snippets(snippets: list[Snippet], name: str, names: dict | None = None) -> dict:
    """Runs them in order, as one script, and returns its names.

    Raises:
        AssertionError: One prints something else than is shown under it.
    """
    names = {} if names is None else names
    for number, (code, shown) in enumerate(snippets, 1):
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(code, f"{name} snippet {number}", "exec"), names)  # noqa: S102 - that is what they are for
        where = f"{name} snippet {number} prints"
        assert alike(printed.getvalue(), shown or ""), f"{where}\n{printed.getvalue()}\nand shows\n{shown}"
    return names


def alike(printed: str, shown: str) -> bool:
    """Whether two outputs are the same but for ids, blanks at the ends of lines, and the last digits of numbers."""
    mine, theirs = _parted(printed), _parted(shown)
    near = all(abs(a - b) <= TOLERANCE for a, b in zip(mine[1], theirs[1], strict=False))
    return mine[0] == theirs[0] and near


def _parted(text: str) -> tuple[str, list[float]]:
    lines = "\n".join(line.rstrip() for line in _ID.sub("ID", text).strip().splitlines())
    return _NUMBER.sub("NUMBER", lines), [float(number) for number in _NUMBER.findall(lines)]


if __name__ == "__main__":
    path, *headings = sys.argv[1:]
    found = snippets_in(Path(path).read_text(encoding="utf-8"), *headings)
    run_snippets(found, path)
    print(f"{len(found)} snippets of {path} print what they show")
