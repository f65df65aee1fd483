"""Stores that earlier versions have written open with today's; what `write_store` put in is found in them."""

import tarfile
from collections import Counter

import pytest
from write_store import (
    ADDRESS,
    ASKED,
    ASKED_WRONGLY,
    AUTHOR,
    COMMENTS,
    DAMAGED,
    DISCOUNT,
    ELSEWHERE,
    ERASED,
    EXAMPLES,
    FIRST_WORDING,
    GIFT,
    IMPORTED,
    IMPORTED_ID,
    INTENTS,
    OTHER_NAMESPACE,
    REPLIES,
    RUN_NAME,
    STORES,
    THREAD,
    TURNS,
    WordCounts,
    add,
    graph_with,
)

from langgraph_coaching import Coach, Limits, Reply
from langgraph_coaching.errors import EmbedderMismatchError, NotFoundError

OTHER_EMBEDDER = "1b7cd40"
"""The commit that shipped another embedder than today's."""

KEPT = {DAMAGED, ADDRESS, DISCOUNT, GIFT}
LIVE = [DAMAGED, ADDRESS, DISCOUNT]

LIMITS = Limits(deadline=60)


@pytest.fixture(scope="module", params=[path.name.removesuffix(".tar.xz") for path in sorted(STORES.glob("*.tar.xz"))])
def commit(request):
    return request.param


@pytest.fixture(scope="module", params=["shipped", "own"])
def kind(request):
    """With the shipped embedder, or with embeddings of one's own."""
    return request.param


def unpacked(commit, kind, folder):
    with tarfile.open(STORES / f"{commit}.tar.xz") as archive:
        safely = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}  # since Python 3.11.4
        archive.extractall(folder, **safely)  # noqa: S202 - of our own archive
    return folder / kind


@pytest.fixture(scope="module")
def opened(kind, embeddings):
    """Opens a folder as it is."""
    given = embeddings if kind == "shipped" else WordCounts()
    return lambda folder, **options: Coach(folder, limits=LIMITS, embeddings=given, **options)


def embedded(coach, commit, kind):
    """The coach, after its store was embedded anew where that is due."""
    if commit == OTHER_EMBEDDER and kind == "shipped":
        coach.reembed()
    return coach


@pytest.fixture(scope="module")
def coach(opened, commit, kind, tmp_path_factory):
    """A coach on a store that is only read."""
    with opened(unpacked(commit, kind, tmp_path_factory.mktemp("read"))) as coach:
        yield embedded(coach, commit, kind)


@pytest.fixture
def folder(commit, kind, tmp_path):
    """A store that may be written to."""
    return unpacked(commit, kind, tmp_path)


@pytest.fixture
def writer(opened, folder, commit, kind):
    with opened(folder) as coach:
        yield embedded(coach, commit, kind)


@pytest.mark.parametrize("kind", ["shipped"], indirect=True)
def test_vectors_of_another_embedder_are_refused_and_the_way_out_is_named(opened, folder, commit):
    with opened(folder) as coach:
        if commit == OTHER_EMBEDDER:
            with pytest.raises(EmbedderMismatchError, match="langgraph-coaching reembed"):
                coach.calibrate()
            assert "reembed" in coach.advise(ASKED[DAMAGED]).failure
        else:
            assert coach.calibrate().coachings == len(LIVE)
        assert {one.id for one in coach.list(status=None)} == KEPT  # what was said can be read all the same


def test_coachings_are_there_with_all_their_revisions(coach):
    found = {one.id: one for one in coach.list(status=None)}
    assert found.keys() == KEPT
    for name, one in found.items():
        assert one.intent == INTENTS[name]
        assert one.behavior == Reply(REPLIES[name])
        assert [example.text for example in one.examples][: len(EXAMPLES[name])] == EXAMPLES[name]
    assert {name: one.status for name, one in found.items()} == dict.fromkeys(LIVE, "active") | {GIFT: "archived"}
    assert found[DAMAGED].author == AUTHOR
    past = coach.history(DAMAGED)
    assert [one.revision for one in past] == [*range(1, len(past) + 1)]
    assert [past[0].behavior, past[1].behavior] == [Reply(FIRST_WORDING), Reply(REPLIES[DAMAGED])]
    assert [one.status for one in coach.history(GIFT)] == ["active", "archived"]
    assert [one.deleted for one in coach.history(ERASED)] == [False, True]
    with pytest.raises(NotFoundError):
        coach.get(ERASED)


def test_another_namespace_is_there_too_and_keeps_to_itself(coach, opened):
    with opened(coach.uri, namespace=OTHER_NAMESPACE) as other:
        assert (other.receipts(), other.verdicts(), other.traces.list()) == ([], [], [])
        assert [(one.id, one.behavior) for one in other.list()] == [(ELSEWHERE, Reply(REPLIES[ELSEWHERE]))]
        assert [one.coaching_id for one in other.advise_batch(EXAMPLES[ELSEWHERE])[0].considered] == [ELSEWHERE]
    with pytest.raises(NotFoundError):
        coach.get(ELSEWHERE)


def test_verdicts_and_their_receipts_are_there(coach):
    verdicts = {one.coaching_id: one for one in coach.verdicts()}
    assert {name: one.correct for name, one in verdicts.items()} == {DAMAGED: True, ADDRESS: True, DISCOUNT: False}
    assert {name: one.comment for name, one in verdicts.items()} == COMMENTS
    asked = {**ASKED, DISCOUNT: ASKED_WRONGLY}
    for name, verdict in verdicts.items():
        assert (verdict.author, verdict.applied) == (AUTHOR, True)
        (receipt,) = [one for one in coach.receipts(coaching_id=name) if one.id == verdict.receipt_id]
        assert (receipt.situation, receipt.outcome) == (f"user: {asked[name]}", "applied")
        assert receipt.intent == INTENTS[name]


def test_every_receipt_is_there_newest_first(coach):
    receipts = coach.receipts()
    calls = len(TURNS) + len(ASKED) + 1
    assert Counter(one.coaching_id for one in receipts) == dict.fromkeys(LIVE, calls)
    assert [one.at for one in receipts] == sorted((one.at for one in receipts), reverse=True)
    traces = [trace for trace in coach.traces.list() if trace.id != IMPORTED_ID]
    for trace in traces:
        assert {one.coaching_id for one in coach.receipts(trace_id=trace.id)} == set(LIVE)
    assert sum(one.trace_id is None for one in receipts) == len(LIVE) * (len(ASKED) + 1)


def test_traces_are_there_word_for_word(coach):
    live = coach.traces.list(origin="live")[::-1]
    assert [(one.name, one.thread_id, one.status) for one in live] == [(RUN_NAME, THREAD, "done")] * len(TURNS)
    said = [text for pair in TURNS.items() for text in pair]
    for number, trace in enumerate(live, 1):
        assert coach.traces.get(trace.id) == trace
        texts = [step.text for step in trace.steps if step.type in ("user", "message")]
        assert texts == said[: 2 * number]
        assert [step.text for step in trace.coachable_steps() if not step.history] == [said[2 * number - 1]]
    imported = coach.traces.get(IMPORTED_ID)
    assert [step.text for step in imported.steps] == [message["content"] for message in IMPORTED["messages"]]
    assert [step.type for step in imported.steps] == ["user", "message"] * 2
    assert [one.id for one in coach.traces.list(origin="imported")] == [IMPORTED_ID]
    assert [one.id for one in coach.traces.list(text="wrapped in THIN paper")] == [live[1].id]
    applied = {trace.id for trace in live if DAMAGED in {one.coaching_id for one in trace.receipts if one.applied}}
    assert {one.id for one in coach.traces.list(coaching_id=DAMAGED)} == applied


def test_recorded_runs_replay_unchanged(coach):
    for trace in coach.traces.list():
        replay = coach.replay(trace, as_of="recorded")
        assert replay.diff().changes == [], trace.id
        assert [step.recorded.behavior for step in replay.steps] == [step.replayed.behavior for step in replay.steps]


def test_the_report_counts_what_was_recorded_and_judged(coach):
    report = {one.coaching_id: one for one in coach.report()}
    assert report.keys() == KEPT
    for name in LIVE:
        assert report[name].considered == len(TURNS) + len(ASKED) + 1
        assert report[name].applied == sum(one.outcome == "applied" for one in coach.receipts(coaching_id=name)) > 0
        assert (report[name].judged, report[name].right) == (1, int(name != DISCOUNT))
    assert report[GIFT].considered == 0


def test_the_right_coaching_is_recalled_and_its_reckoning_explained(coach):
    for name, asked in ASKED.items():
        (advice,) = coach.advise_batch([asked])  # which leaves no receipts
        assert [one.coaching_id for one in advice.applied] == [name]
        assert REPLIES[name] in advice.prompt
        assert asked in str(advice.why(name))


def test_reviewing_calibrating_and_judging_go_on(writer):
    judged = {one.receipt_id for one in writer.verdicts()}
    review = writer.review()
    assert not {one.id for one in review} & judged
    assert writer.calibrate().verdicts == len(judged)
    (unjudged, *_) = [one for one in writer.receipts(coaching_id=ADDRESS) if one.id not in judged]
    writer.verdict(unjudged, correct=unjudged.outcome != "applied", comment="later")
    writer.verdict(next(one.receipt_id for one in writer.verdicts(DISCOUNT)), correct=True, comment="after all")
    assert len(writer.verdicts()) == len(judged) + 1
    assert [(one.correct, one.comment) for one in writer.verdicts(DISCOUNT)] == [(True, "after all")]


def test_writing_goes_on(writer, opened, folder):
    add(writer, ELSEWHERE)
    writer.edit(DAMAGED, behavior=Reply("Send two."))
    writer.restore(GIFT)
    graph_with(writer, ["Two are on their way."]).invoke(
        {"messages": [("user", ASKED[DAMAGED])]},
        {"configurable": {"thread_id": "thread-2"}, "callbacks": [writer.callback()]},
    )
    writer.close()
    with opened(folder) as again:
        assert {one.id for one in again.list()} == {*LIVE, GIFT, ELSEWHERE}
        assert again.get(DAMAGED).behavior == Reply("Send two.")
        (trace,) = again.traces.list(thread_id="thread-2")
        assert [step.text for step in trace.steps] == [ASKED[DAMAGED], "Two are on their way."]
        applied = [one for one in again.receipts(trace_id=trace.id) if one.outcome == "applied"]
        assert [(one.coaching_id, one.revision) for one in applied] == [(DAMAGED, again.get(DAMAGED).revision)]
        assert again.replay(trace).diff().changes == []
        assert len(again.traces.list()) == len(TURNS) + 2
