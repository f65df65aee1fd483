"""Generated test file: what a correction promised, as pytest reads it and a person does."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from langgraph_coaching.errors import InvalidCoachingError
from langgraph_coaching.recall.prompt import entry
from langgraph_coaching.testing import template
from langgraph_coaching.testing.literal import docstring, dotted_name, literal
from langgraph_coaching.testing.source_check import refuse_foreign_source

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from langgraph_coaching.authoring.exported import Exported
    from langgraph_coaching.coaching.model import Coaching
    from langgraph_coaching.testing.recorded_turn import Conversation

_WIDTH = 100
"""Characters of a piece of a long text."""


_WRAPPED = textwrap.TextWrapper(
    _WIDTH, expand_tabs=False, replace_whitespace=False, drop_whitespace=False, break_on_hyphens=False
)


FOLLOWED = "followed"
"""Name of the recording."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneratedTest:
    """Everything a test file says."""

    coaching: Coaching
    again: str
    """The command that writes it anew."""
    coach: str
    """Expression that opens the coach."""
    imports: Mapping[str, set[str]]
    """What the expressions need: names by module; a module without names is imported whole."""
    fires: Mapping[str, Conversation]
    silent: Mapping[str, Conversation]
    model: str | None = None
    """Expression that builds the model whose answer is in the cassette."""
    system: str = ""
    """The agent's own instructions, for the model."""
    turn: str | None = None
    """Name of the file with the recorded turn."""
    expected: Sequence[str] = ()
    """Regular expressions that what is said must hold; for a reply."""
    followed_in: str = ""
    """Name of the situation in which it was recorded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What `write_test` has written."""

    path: Path
    """The test file."""
    recording: Path | None
    """The recording beside it, or None where there is none."""
    notes: tuple[str, ...]
    """What a person should know of it."""
    exported: Exported | None = None
    """What became of the coaching files that the test loads; None where it opens the store."""

    def __str__(self) -> str:
        recording = f" and {self.recording}" if self.recording else ""
        files = [f"  coaching files: {line.strip()}" for line in str(self.exported or "").splitlines()[:1]]
        kept = self.exported.kept if self.exported else {}
        files += [f"  note: {name} {why}; the test loads it as it is" for name, why in kept.items()]
        return "\n".join([f"wrote {self.path}{recording}", *files, *(f"  note: {note}" for note in self.notes)])


def render_test_file(page: GeneratedTest) -> str:
    """The text of the file.

    Raises:
        InvalidCoachingError: Something in it cannot be written down so that it is read as what it is.
    """
    parts = [_header(page), *_imports(page), "", _constants(page), template.COACH.format(coach=page.coach)]
    parts += [_advice_functions(page), template.FIRES]
    if page.silent:
        parts.append(template.SILENT)
    if page.model is not None:
        parts.append(template.MODEL.format(checked=_check_line(page), system=_prompt_line(page)))
    if page.turn is not None:
        parts.append(template.TURN.format(checked=_check_line(page, "TURN")))
    text = "\n".join(parts)
    said: dict[str, Any] = {
        "COACHING": page.coaching.id,
        "PROMPTED": entry(page.coaching),
        "EXPECTED": list(page.expected),
    }
    said |= {name: {label: list(turns) for label, turns in found.items()} for name, found in _situations(page)}
    refuse_foreign_source(text, said)
    return text


def _situations(page: GeneratedTest) -> list[tuple[str, Mapping[str, Conversation]]]:
    return [("FIRES", page.fires), ("SILENT", page.silent)]


def _header(page: GeneratedTest) -> str:
    said = " ".join(page.coaching.intent.split())
    line = textwrap.shorten(f"When replying to: {said}", 110, placeholder="…")
    promise = f"Holds revision {page.coaching.revision} of {page.coaching.id} to what it promises. After a change that"
    return docstring(f"{line}.", "", f"{promise} is meant, write it anew:", f"`{page.again}`") + "\n"


def _imports(page: GeneratedTest) -> list[str]:
    ours: dict[str, set[str]] = {}
    for module, names in page.imports.items():
        ours.setdefault(module, set()).update(names)
    if page.model is not None:
        ours.setdefault("langgraph_coaching", set()).add("coached")
        ours["langgraph_coaching.testing"] = {"recorded_turn_of"}
    if page.turn is not None:
        ours["langgraph_coaching.testing"] = {"RecordedTurn"}
    if page.expected:
        ours["langgraph_coaching.testing"].add("missing")
    standard = ["import os"] if "os" in ours else []
    ours.pop("os", None)
    own = [
        f"from {dotted_name(m)} import {', '.join(map(dotted_name, sorted(names)))}"
        for m, names in sorted(ours.items())
    ]
    third = sorted(line for line in own if not line.startswith("from langgraph_coaching"))
    first = [line for line in own if line.startswith("from langgraph_coaching")]
    return [*standard, "from pathlib import Path", "", "import pytest", *third, "", *first]


def _constants(page: GeneratedTest) -> str:
    found = [f"COACHING = {_wrapped_literal(page.coaching.id)}"]
    found.append(f"PROMPTED = {_wrapped_literal(entry(page.coaching))}")
    found.append(_conversations_literal("FIRES", page.fires))
    if page.silent:
        found.append(_conversations_literal("SILENT", page.silent))
    if page.expected:
        found.append(
            f"EXPECTED = [\n{''.join(f'    {_wrapped_literal(each, 4)},{chr(10)}' for each in page.expected)}]"
        )
    if page.model is not None:
        found.append(f"MODEL = {page.model}")
        if page.system:
            found.append(f"SYSTEM = {_wrapped_literal(page.system)}")
    if page.turn is not None:
        folder = 'Path(__file__).parent / "cassettes" / Path(__file__).stem'
        found.append(f"TURN = RecordedTurn.load({folder} / {_wrapped_literal(page.turn)})")
    return "\n".join(found)


def _conversations_literal(name: str, found: Mapping[str, Conversation]) -> str:
    lines = [f"{name} = {{"]
    for label, said in found.items():
        lines.append(f"    {_wrapped_literal(label)}: [")
        lines += [f"        ({_wrapped_literal(role)}, {_wrapped_literal(text, 8)})," for role, text in said]
        lines.append("    ],")
    return "\n".join([*lines, "}"])


def _wrapped_literal(text: str, indent: int = 0) -> str:
    """A literal, in pieces of a line each where it is long."""
    pieces = [piece for line in text.splitlines(keepends=True) for piece in _WRAPPED.wrap(line)]
    if "".join(pieces) != text:  # white space that wrapping would change
        pieces = [text[start : start + _WIDTH] for start in range(0, len(text), _WIDTH)]
    if len(pieces) <= 1:
        return literal(text)
    blank = "\n" + " " * (indent + 4)
    return f"({blank}{blank.join(literal(piece) for piece in pieces)}\n{' ' * indent})"


def _advice_functions(page: GeneratedTest) -> str:
    scope = page.coaching.scope
    labels = [
        f"{name}={_wrapped_literal(value)}" for name in ("agent", "node") if (value := getattr(scope, name)) is not None
    ]
    labels += [f"tags=[{', '.join(map(_wrapped_literal, scope.tags))}]"] if scope.tags else []
    return template.ADVICE.format(labels="".join(f", {label}" for label in labels))


def _prompt_line(page: GeneratedTest) -> str:
    situation = f"FIRES[{_wrapped_literal(page.followed_in)}]"
    prompt = f'[("system", SYSTEM), *{situation}]' if page.system else situation
    return f"said, prompt = {situation}, {prompt}"


def _check_line(page: GeneratedTest, turn: str = "turn") -> str:
    if page.expected:
        return f"assert missing({turn}.text, EXPECTED) == [], {turn}.text"
    return f'assert {turn}.follows(coach.get(COACHING).behavior)[0] == "yes"'


def refuse(path: Path, *, force: bool) -> None:
    """Refuses a file that pytest would not run, or that is there already.

    Raises:
        InvalidCoachingError: The message says what to do instead.
    """
    if not (path.suffix == ".py" and (path.name.startswith("test_") or path.stem.endswith("_test"))):
        raise InvalidCoachingError(
            f"pytest runs files such as test_{path.stem or 'it'}.py; name it so, not {path.name}"
        )
    there = [file for file in (path, *recordings_in(recordings_folder(path))) if file.exists()]
    if there and not force:
        raise InvalidCoachingError(
            f"{', '.join(map(str, there))} is there already; give --force (force=True) to replace it"
        )


def recordings_folder(path: Path) -> Path:
    """Where the recording of a test is."""
    return path.parent / "cassettes" / path.stem


def recordings_in(folder: Path) -> list[Path]:
    """The files that may be the recording of a test, there or not."""
    return [folder / f"{FOLLOWED}.yaml", folder / f"{FOLLOWED}.json"]
