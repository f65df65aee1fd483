"""`langgraph-coaching feedback`."""

from langgraph_coaching import Coach


def test_there_is_nothing_to_tell_yet(command, folder):
    with Coach(folder):
        done = command("feedback", "--format", "langsmith")
    assert (done.code, done.out) == (1, "")


def test_an_unknown_format_is_answered_with_the_known_ones(command):
    done = command("feedback", "--format", "datadog")
    assert done.code == 2
    assert "openinference" in done.err
