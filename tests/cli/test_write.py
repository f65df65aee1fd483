"""`add`, `import` and `reembed`: what they save, and that a fault saves nothing."""

import json

import pytest

from langgraph_coaching import Action, Handoff, Playbook, Process, Reply, Scope, SearchKnowledge

SIX = [
    (["--reply", "Ask."], Reply("Ask.")),
    (["--search-knowledge", "Returns", "--instruction", "i"], SearchKnowledge("Returns", instruction="i")),
    (["--action", "refund", "--instruction", "i"], Action("refund", instruction="i")),
    (["--process", "returns", "--instruction", "i"], Process("returns", instruction="i")),
    (["--playbook", "angry", "--instruction", "i"], Playbook("angry", instruction="i")),
    (["--handoff", "billing", "--instruction", "i"], Handoff("billing", instruction="i")),
]


@pytest.mark.parametrize(("options", "behavior"), SIX)
def test_each_of_the_six_can_be_added(options, behavior, command, coach_there):
    done = command("add", "--when", "When replying to a refund", *options, "--json")
    assert done.code == 0
    (saved,) = coach_there().list()
    assert (saved.id, saved.intent, saved.behavior) == (done.json[0]["id"], "a refund", behavior)


@pytest.fixture
def coach_there(folder, embeddings):
    """The store as the next process sees it."""
    from langgraph_coaching import Coach

    return lambda **settings: Coach(folder, embeddings=embeddings, **settings)


def test_all_further_options_are_saved(command, coach_there):
    done = command(
        "add", "--when", "a refund", "--reply", "Ask.", "--example", "one", "--example", "two", "--never", "three",
        "--agent", "a", "--node", "n", "--tag", "x", "--tag", "y", "--priority", "-7", "--notes", "why",
        "--author", "Kim",
    )  # fmt: skip
    assert (done.code, done.err) == (0, "")
    assert "1 saved in" in done.out
    (saved,) = coach_there().list()
    assert [(e.text, e.applies) for e in saved.examples] == [("one", True), ("two", True), ("three", False)]
    assert (saved.scope, saved.priority) == (Scope(agent="a", node="n", tags=("x", "y")), -7)
    assert (saved.notes, saved.author) == ("why", "Kim")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (
            [],
            "--search-knowledge, --action, --process, --playbook, --handoff; you gave none",
        ),
        (["--when", "x"], "choose exactly one of"),
        (["--when", "x", "--reply", "y", "--handoff", "z"], "you gave 2"),
        (["--reply", "y"], "say when it applies with --intent, or name the step"),
        (["--when", "", "--reply", "y"], "intent must not be empty"),
        (["--when", "x", "--reply", ""], "behavior.reply text must not be empty"),
        (["--when", "x", "--reply", "y" * 10_000], "longer than 4,000 characters"),
        (["--when", "x\x1b[31m", "--reply", "y"], "contains the control character U+001B"),
        (["--when", "x", "--reply", "y", "--priority", "1000"], "priority must be at most 100"),
        (["--when", "x", "--reply", "y", "--instruction", "z"], "--reply is its own instruction"),
        (["--when", "x", "--reply", "y", "--tag", ""], "tags.0 must not be empty"),
        (["--from", "nofile.jsonl"], "cannot read nofile.jsonl"),
        (["--from", "."], "cannot read ."),
        (["--from", "x.jsonl", "--when", "y"], "--from brings whole coachings; leave the other options out"),
    ],
)
def test_what_is_not_acceptable_ends_with_2_and_saves_nothing(options, said, command, folder):
    done = command("add", *options)
    assert (done.code, done.out) == (2, "")
    assert said in done.err
    assert "Traceback" not in done.err
    assert not folder.exists()


def rows(file, *lines):
    file.write_text("\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines), encoding="utf-8")
    return file


GOOD = {"intent": "a refund", "behavior": {"type": "reply", "text": "Ask."}}


def test_many_come_from_a_file(command, coach_there, tmp_path):
    file = rows(tmp_path / "many.jsonl", {**GOOD, "id": "c-1"}, "", {**GOOD, "id": "c-2", "tags": ["汉字"]}, " ")
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes())
    done = command("add", "--from", file)
    assert (done.code, done.err) == (0, "")
    assert "2 saved in" in done.out
    assert [c.id for c in coach_there().list()] == ["c-1", "c-2"]
    assert command("add", "--from", file).code == 0
    assert len(coach_there().list()) == 2


def test_a_file_with_an_id_that_is_a_program_saves_nothing_and_runs_nothing(command, folder, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    name = 'x"""\nopen("ran", "w")\n"""'
    done = command("add", "--from", rows(tmp_path / "rows.jsonl", {**GOOD, "id": "c-1"}, {**GOOD, "id": name}))
    assert (done.code, done.out) == (2, "")
    assert "row 2: the id" in done.err
    assert not folder.exists()
    assert not (tmp_path / "ran").exists()


def test_hundreds_are_saved_and_the_last_are_shown(command, coach_there, tmp_path):
    file = rows(tmp_path / "many.jsonl", *({**GOOD, "id": f"c-{n:03}", "intent": f"case {n}"} for n in range(120)))
    done = command("add", "--from", file)
    assert "120 saved in" in done.out
    assert "c-119" in done.out
    assert "c-099" not in done.out
    assert len(coach_there().list()) == 120


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        ({"intent": ""}, "row 2: "),
        ({**GOOD, "typo": 1}, "row 2: typo cannot be given; use intent, behavior"),
        ({**GOOD, "behavior": {"type": "shout"}}, "row 2: behavior is of unknown type shout"),
        ([1], "row 2: it must be a mapping of fields"),
        ("7", "row 2: it must be a mapping of fields"),
        ("null", "row 2: it must be a mapping of fields"),
        ('{"intent": ', "line 2 is no JSON"),
        ('{"intent": NaN}', "row 2: "),
        (
            '{"intent": "half \\ud83d", "behavior": {"type": "reply", "text": "x"}}',
            "row 2: intent contains half a character",
        ),
    ],
)
def test_a_broken_row_is_named_and_nothing_is_saved(bad, said, command, folder, tmp_path):
    done = command("add", "--from", rows(tmp_path / "many.jsonl", GOOD, bad, GOOD))
    assert (done.code, done.out) == (2, "")
    assert said in done.err
    assert "nothing was saved" in done.err
    assert len(done.err.splitlines()) == 1
    assert not folder.exists()


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xff\xfe\x00\xd8"])
def test_a_file_without_coachings_ends_with_2(content, command, folder, tmp_path):
    (tmp_path / "many.jsonl").write_bytes(content)
    done = command("add", "--from", tmp_path / "many.jsonl")
    assert (done.code, done.out) == (2, "")
    assert "many.jsonl" in done.err
    assert not folder.exists()


def test_an_id_that_is_taken_ends_with_2_and_saves_nothing(command, shop, tmp_path):
    before = shop.list()
    done = command("add", "--from", rows(tmp_path / "many.jsonl", GOOD, {**GOOD, "id": "swap"}))
    assert done.code == 2
    assert "the id 'swap' is taken" in done.err
    assert shop.list() == before


def test_coaching_is_written_from_a_step(command, shop):
    done = command("add", "--step", "t-lamp:4", "--handoff", "exchanges", "--json")
    assert done.code == 0
    saved = shop.get(done.json[0]["id"])
    assert saved.intent
    assert (saved.source.trace_id, saved.source.step, saved.behavior) == ("t-lamp", 4, Handoff("exchanges"))
    assert saved.examples[0].origin == "source"
    done = command(
        "add", "--step", "t-lamp:2", "--when", "a swap of a lamp", "--reply", "r", "--example", "e", "--json"
    )
    assert done.json[0]["intent"] == "a swap of a lamp"
    assert [e["text"] for e in done.json[0]["examples"]][-1] == "e"


@pytest.mark.parametrize(
    ("step", "code", "said"),
    [
        ("t-lamp:0", 2, "step 0 (user) cannot be coached"),
        ("t-lamp:3", 2, "Coachable steps of this trace: 1, 2, 4"),
        ("t-lamp:5", 2, "t-lamp has the steps 0 to 4; write t-lamp:NUMBER"),
        ("t-lamp:-1", 2, "t-lamp has the steps 0 to 4"),
        ("t-lamp:four", 2, "t-lamp has the steps 0 to 4"),
        ("t-lamp:²", 2, "t-lamp has the steps 0 to 4"),
        ("t-lamp", 2, "a step is named TRACE:NUMBER"),
        ("t-lamp:", 2, "t-lamp has the steps 0 to 4"),
        ("t-empty:0", 2, "t-empty has no steps"),
        ("nothing:1", 1, "no trace 'nothing'"),
        (":1", 2, "a step is named TRACE:NUMBER"),
    ],
)
def test_a_step_that_is_not_there_or_not_coachable_is_said(step, code, said, command, shop):
    before = shop.list()
    done = command("add", "--step", step, "--reply", "r")
    assert (done.code, done.out) == (code, "")
    assert said in done.err
    assert shop.list() == before


TALK = {"id": "t-1", "messages": [{"role": "user", "content": "hello"}, {"role": "assistant", "content": "Hi."}]}


def test_recordings_are_brought_in_and_again_adds_nothing(command, coach_there, tmp_path):
    file = rows(tmp_path / "runs.jsonl", TALK, "not json [red]", {"id": "t-2", "messages": TALK["messages"]})
    for _ in range(2):
        done = command("import", file, "--simulated")
        assert done.code == 0
        assert done.out.splitlines()[0].startswith("traces: 2")
        assert "row 2 unreadable" in done.err
        assert {(t.id, t.origin) for t in coach_there().traces.list()} == {("t-1", "simulated"), ("t-2", "simulated")}
    found = command("import", file, "--json").json
    assert found["traces"] == ["t-1", "t-2"]
    assert [(f["row"], f["kind"]) for f in found["findings"]] == [(2, "unreadable")]


def test_many_findings_are_cut_short(command, tmp_path):
    done = command("import", rows(tmp_path / "runs.jsonl", TALK, *["broken"] * 50))
    assert len(done.err.splitlines()) == 21
    assert "and 30 more; --json has them all" in done.err


@pytest.mark.parametrize(
    ("content", "options", "said"),
    [
        (None, [], "cannot read"),
        (b"", [], "there is no conversation to import"),
        (b"\xff\xfe\x00\xd8", [], "there is no conversation to import"),
        (json.dumps(GOOD).encode(), [], "there is no conversation to import"),
        (json.dumps(TALK).encode(), ["--format", "x"], "the format 'x' is unknown; use one of openai"),
    ],
)
def test_what_cannot_be_imported_ends_with_2(content, options, said, command, folder, tmp_path):
    if content is not None:
        (tmp_path / "runs.jsonl").write_bytes(content)
    done = command("import", tmp_path / "runs.jsonl", *options)
    assert (done.code, done.out) == (2, "")
    assert said in done.err
    assert "Traceback" not in done.err
    assert not folder.exists()


def test_reembed_says_how_many(command, shop):
    done = command("reembed")
    assert done.code == 0
    assert "6 revisions in" in done.out
    assert "hold vectors of minilm" in done.out
