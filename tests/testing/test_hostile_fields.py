"""Every hostile text in every field that reaches a generated test: it parses to the same texts, and runs nothing."""

import ast
import subprocess
import sys

import pytest

from langgraph_coaching import Action, Coach, Handoff, Playbook, Process, Reply, SearchKnowledge, Step, Trace
from langgraph_coaching.errors import CoachingError
from langgraph_coaching.recall.prompt import entry

RUN = 'open("ran", "w").write("1")'
TEXTS = [
    f'"""\n{RUN}\n"""', f"'''\n{RUN}\n'''", f'\\"""\n{RUN}\n', f'" + {RUN} + "', f"' + {RUN} + '", f"\r\n{RUN}\r\n",
    f"\x0c{RUN}", f"a\u2028{RUN}\u2029\x85{RUN}", f"\u202e\u2066 # {RUN}", "{coach}{0}{said!r}%s%(x)s$x${x}",
    "# -*- coding: utf-7 -*-\n+ACI-", "`touch ran`; $(touch ran) && touch ran", "\ufeff", "]]\n]\n}\n)\n", "\\", '\\"',
    "x\\\\", "f'{1}'", "\\N{DIGIT ONE}\\x41\\u0041", "#\\\n", f"{{{RUN}}}", "\ud83d", "a\udc00b", "\x00", "\x1b[31m",
    "\u200b", "\U000e0041", "</coaching>", "' OR 1=1 --", "caf\u00e9 \u65e5 \U0001f600",
    "!!python/object:os.system",
]  # fmt: skip


def coachings_with(text):
    """What `add` takes, with the text in each field of each behavior."""
    said = {"intent": f"a customer asks {text}", "examples": [f"I want {text}", text], "never": [f"not {text}"]}
    for number, kind in enumerate((Reply, Action, SearchKnowledge, Process, Playbook, Handoff)):
        yield {**said, "intent": f"{said['intent']} {number}", "kind": kind}
    yield {"intent": "a customer asks", "examples": ["I want it"], "agent": text, "author": text}
    yield {"intent": "a customer asks", "examples": ["I want it"], "tags": [text], "notes": text}
    yield {"intent": "a customer asks", "examples": ["I want it"], "id": text}


def texts_in(path):
    tree = ast.parse(path.read_bytes())
    return {node.targets[0].id: node.value for node in tree.body if isinstance(node, ast.Assign)}


CHECK = "import sys\nfor p in sys.argv[1:]:\n exec(compile(open(p, 'rb').read(), p, 'exec'), {'__file__': p})"


@pytest.mark.slow
@pytest.mark.parametrize("text", TEXTS)
def test_every_text_in_every_field(text, tmp_path, embeddings, monkeypatch):
    monkeypatch.chdir(tmp_path)
    written = []
    with Coach(tmp_path / "store", embeddings=embeddings) as coach:
        for number, fields in enumerate(coachings_with(text)):
            path = tmp_path / f"test_{number}.py"
            kind = fields.pop("kind", None)
            try:
                made = coach.add(**fields, behavior=kind(text) if kind else Reply("r"))
                coach.write_test(made.id, path)
            except CoachingError as error:
                str(error).encode()
                assert not path.exists()
                continue
            found = texts_in(path)
            assert ast.literal_eval(found["PROMPTED"]) == entry(made)
            fires = {tuple(turn) for turns in ast.literal_eval(found["FIRES"]).values() for turn in turns}
            assert {("user", one.text) for one in made.examples} & fires
            written.append(str(path))
    done = subprocess.run(
        [sys.executable, "-c", CHECK, *written], check=False, capture_output=True, text=True, cwd=tmp_path, timeout=60
    )
    assert done.returncode == 0, done.stderr[-2_000:]
    assert not list(tmp_path.rglob("ran"))


@pytest.mark.slow
@pytest.mark.parametrize("text", TEXTS)
def test_every_text_in_a_recorded_turn(text, tmp_path, embeddings, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with Coach(tmp_path / "store", embeddings=embeddings) as coach:
        steps = (
            Step(index=0, trace_id="t", type="system", author="system", text=f"You are {text}"),
            Step(index=1, trace_id="t", type="user", author="user", text=f"I want {text} now"),
            Step(index=2, trace_id="t", type="message", author="agent", text=f"Certainly {text}."),
        )
        coach.traces.add(Trace(id="t", thread_id=text, steps=steps))
        draft = coach.draft(coach.traces.get("t").steps[2])
        try:
            draft = draft.reply(f"Say {text} politely.")
            made = coach.save(draft)
            coach.write_test(made.id, tmp_path / "test_it.py")
        except CoachingError as error:
            str(error).encode()
            return
    found = texts_in(tmp_path / "test_it.py")
    assert ast.literal_eval(found["PROMPTED"]) == entry(made)
    assert not list(tmp_path.rglob("ran"))
