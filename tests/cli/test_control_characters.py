"""No recorded text commands the terminal, whatever command shows it."""

import json
import re

import pytest
from rich.text import Text

from langgraph_coaching import Coach, Reply, import_traces
from langgraph_coaching.cli.control_characters import PlainConsole, escape_controls, show_controls

HOSTILE = "\x1b[31mred\x1b]0;title\x07\x1b[2J\x9b31m\x08\r\x7f\u202eback\u2066\U000e0041\x0c"
OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\U000e0000-\U000e007f]")


def test_they_are_shown_as_pictures_and_the_text_keeps_its_length():
    shown = show_controls(HOSTILE)
    assert not OBEYED.search(shown)
    assert len(shown) == len(HOSTILE)
    assert shown.startswith("\u241b[31mred\u241b]0;title\u2407")
    kept = "a\tline\nand \u2028 é 日本 \U0001f468\u200d\U0001f469 \u0645\u06cc\u200c"
    assert show_controls(kept) == kept


def test_json_stays_the_same_document():
    document = json.dumps({"said": HOSTILE, "n": [1]}, ensure_ascii=False, indent=2)
    assert not OBEYED.search(escape_controls(document))
    assert json.loads(escape_controls(document)) == {"said": HOSTILE, "n": [1]}


@pytest.mark.parametrize("printed", [HOSTILE, Text(HOSTILE), Text(HOSTILE, style="bold")])
def test_a_console_prints_none_but_its_own(printed, capsys):
    PlainConsole(force_terminal=True, color_system="standard").print(printed, markup=False)
    said = capsys.readouterr().out
    assert not OBEYED.search(re.sub(r"\x1b\[[0-9;]*m", "", said))
    assert "\x1b[31m" not in said


@pytest.fixture
def recorded(folder, embeddings):
    call = {"id": "c", "function": {"name": f"look{HOSTILE}", "arguments": json.dumps({HOSTILE: HOSTILE})}}
    said = [
        {"role": "user", "content": f"it is broken {HOSTILE}"},
        {"role": "assistant", "content": HOSTILE, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "c", "content": HOSTILE},
    ]
    with Coach(folder, embeddings=embeddings) as coach:
        coach.traces.add(import_traces([{"id": "t-1", "messages": said}], format="openai"))
        coach.add(intent="it is broken", behavior=Reply("Ask for a photo."), id="c-1")
        coach.advise([("user", f"it is broken {HOSTILE}")])


def test_no_command_hands_them_on(recorded, command):
    for arguments in (["traces"], ["show", "t-1"], ["why", "t-1"], ["replay", "t-1"], ["receipts"]):
        for also in ([], ["--json"]):
            done = command(*arguments, *also)
            assert not OBEYED.search(done.out + done.err), arguments
