"""Recording when it is asked for and replaying otherwise, from a real server through a real client."""

import pytest
import vcr
import yaml

pytest_plugins = "pytester"

WAYS = {
    "sync": 'MODEL.invoke("hello").text',
    "async": 'asyncio.run(MODEL.ainvoke("hello")).text',
    "streamed": '"".join(chunk.text for chunk in MODEL.stream("hello"))',
    "astreamed": "asyncio.run(astreamed())",
}
ASTREAMED = """
async def astreamed():
    return "".join([chunk.text async for chunk in MODEL.astream("hello")])
"""


def one(ask, expected="answer 1", mark="@pytest.mark.coaching_cassette"):
    return f"{ASTREAMED}\n{mark}\ndef test_one():\n    assert {ask} == {expected!r}\n"


@pytest.mark.parametrize("way", WAYS)
def test_what_was_recorded_is_replayed_with_the_server_stopped(way, project, provider):
    source = one(WAYS[way])
    project(source, "--coaching-record=new").assert_outcomes(passed=1)
    assert len(provider.asked) == 1
    provider.shutdown()
    provider.server_close()
    project().assert_outcomes(passed=1)
    assert len(provider.asked) == 1


def test_nothing_is_recorded_and_nothing_is_asked_unless_told_so(project, provider):
    result = project(one(WAYS["sync"]))
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["*RecordingError: * holds no recording, so nothing answers POST /v1/chat/completions*"]
    )
    result.stdout.fnmatch_lines(["*record it with `pytest test_shop.py::test_one --coaching-record=rewrite`*"])
    assert provider.asked == []
    assert not project.cassette("test_one").exists()


def test_new_asks_only_for_what_is_missing(project, provider):
    project(one(WAYS["sync"]), "--coaching-record=new").assert_outcomes(passed=1)
    more = one(WAYS["sync"]) + "    assert MODEL.invoke('more').text == 'answer 2'\n"
    project(more, "--coaching-record=new").assert_outcomes(passed=1)
    assert [asked["messages"][0]["content"] for asked in provider.asked] == ["hello", "more"]
    project().assert_outcomes(passed=1)


def test_rewrite_keeps_nothing_that_is_not_asked_for_and_all_does(project, provider):
    project(one('MODEL.invoke("old").text'), "--coaching-record=new").assert_outcomes(passed=1)
    project(one(WAYS["sync"], "answer 2"), "--coaching-record=all").assert_outcomes(passed=1)
    text = project.cassette("test_one").read_text()
    assert "old" in text
    assert "hello" in text
    project(one(WAYS["sync"], "answer 3"), "--coaching-record=rewrite").assert_outcomes(passed=1)
    assert "old" not in project.cassette("test_one").read_text()
    project(one(WAYS["sync"], "answer 3")).assert_outcomes(passed=1)


def test_what_made_a_test_fail_is_not_kept(project):
    project(one(WAYS["sync"]), "--coaching-record=new").assert_outcomes(passed=1)
    before = project.cassette("test_one").read_text()
    project(one(WAYS["sync"], "answer 99"), "--coaching-record=rewrite").assert_outcomes(failed=1)
    assert project.cassette("test_one").read_text() == before


@pytest.mark.parametrize("way", ["invoke", "stream"])
def test_tool_calls_and_what_the_tool_returned(way, project):
    source = f"""
def test_one(coaching_cassette):
    bound = MODEL.bind_tools([find])
    def asked(messages):
        if {way!r} == "invoke":
            return bound.invoke(messages)
        first, *rest = bound.stream(messages)
        for chunk in rest:
            first = first + chunk
        return first
    messages = [("user", "where is the lamp?")]
    answer = asked(messages)
    assert answer.tool_calls[0]["args"] == {{"what": "lamp"}}
    result = find.invoke(answer.tool_calls[0])
    assert asked([*messages, answer, result]).text == "answer 2"
    assert len(coaching_cassette) == 2
"""
    project(source, "--coaching-record=new").assert_outcomes(passed=1)
    project().assert_outcomes(passed=1)


def test_no_secret_no_cookie_and_no_id_is_written_and_the_model_is(project):
    project(one(WAYS["sync"]), "--coaching-record=new").assert_outcomes(passed=1)
    text = project.cassette("test_one").read_text()
    for private in ("sk-proj", "cookie", "req_0123", "org-0123", "stainless", "user-agent"):
        assert private not in text.lower()
    assert "# model: small, small-2026\n" in text
    (interaction,) = yaml.safe_load(text)["interactions"]
    assert "answer 1" in interaction["response"]["body"]["string"]  # not compressed any more


def test_stock_vcrpy_reads_what_was_recorded(project):
    project(one(WAYS["sync"]), "--coaching-record=new").assert_outcomes(passed=1)
    with vcr.use_cassette(str(project.cassette("test_one")), record_mode="none") as cassette:
        assert len(cassette) == 1


def test_recording_goes_through_a_blocked_network_and_replay_does_not_need_it(project, provider):
    block = ("--block-network",)
    project(one(WAYS["sync"]), *block, "--coaching-record=new").assert_outcomes(passed=1)
    project("", *block).assert_outcomes(passed=1)
    unmarked = "def test_two():\n    MODEL.invoke('hello')\n"
    result = project(unmarked, *block, "--coaching-record=new")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*Network is disabled*"])
    assert len(provider.asked) == 1


def test_pytest_recording_goes_on_beside_it(project, provider):
    source = (
        one(WAYS["sync"]) + "\n@pytest.mark.vcr\ndef test_two():\n    assert MODEL.invoke('hi').text == 'answer 2'\n"
    )
    project(source, "--coaching-record=new", "--record-mode=once").assert_outcomes(passed=2)
    project("", "--block-network").assert_outcomes(passed=2)
    assert len(provider.asked) == 2


def test_a_cassette_that_cannot_be_read_says_so(project):
    project.cassette("test_one").parent.mkdir(parents=True)
    project.cassette("test_one").write_text("version: 3\n")
    result = project(one(WAYS["sync"]))
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*cannot be read as a cassette of vcrpy*"])


@pytest.mark.slow
def test_it_works_in_a_process_of_its_own_by_its_entry_point(project, pytester, monkeypatch):
    project(one(WAYS["sync"]), "--coaching-record=new").assert_outcomes(passed=1)
    monkeypatch.delenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD")
    pytester.runpytest_subprocess("-q", "--strict-markers", "-p", "no:recording").assert_outcomes(passed=1)
