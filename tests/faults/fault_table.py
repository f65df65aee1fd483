"""The table of `examples/guides/when_something_fails.md`, made of the faults that the tests bring about.

    python tests/faults/fault_table.py

writes it anew.
"""

from __future__ import annotations

import re
from pathlib import Path

from embedder_faults import EMBEDDER_FAULTS
from store_faults import STORE_FAULTS, WHILE_OPEN

PAGE = Path(__file__).resolve().parents[2] / "examples" / "guides" / "when_something_fails.md"
BEGIN = "<!-- made by `python tests/faults/fault_table.py` -->\n"
END = "<!-- the end of it -->\n"


def make_table() -> str:
    """The rows, a fault each."""
    rows = [("the store", "the model call", "the receipt says", "what to do", "lost")]
    rows += [("---",) * 5]
    faults = {**STORE_FAULTS, **{name: fault for name, fault in WHILE_OPEN.items() if name not in STORE_FAULTS}}
    for name, fault in faults.items():
        rows.append((name, fault.happens, _say(fault.said), fault.repair, "nothing"))
    rows.append(("deleted and made anew while it is open", "what is there now applies", "", "", "nothing"))
    text = "".join(f"| {' | '.join(row)} |\n" for row in rows)
    text += "\n| an embedder that | the receipt says |\n|---|---|\n"
    text += "".join(f"| {name} | {_say(said)} |\n" for name, (_, said) in EMBEDDER_FAULTS.items())
    return text + "| hangs | … it took longer than the deadline of 2 s; 8 earlier calls are still running … |\n"


def _say(pattern: str) -> str:
    """A pattern as words."""
    words = re.sub(r"\\(.)", r"\1", pattern).replace(".*", " … ").replace("|", " or ")
    return f"… {words} …" if words else ""


def write_table(text: str) -> str:
    """A page with the table as it is now."""
    before, _, rest = text.partition(BEGIN)
    return f"{before}{BEGIN}{make_table()}{END}{rest.partition(END)[2]}"


if __name__ == "__main__":
    PAGE.write_text(write_table(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
