"""`langgraph-coaching why`: the whole reckoning, readably or as JSON."""

import pytest

SWAP = "can I swap the lamp I got?"


def test_the_best_candidates_are_explained(command, shop):
    done = command("why", SWAP)
    assert (done.code, done.err) == (0, "")
    lines = done.out.splitlines()
    assert lines[0] == "swap, revision 2: a customer asks to swap something that was delivered"
    assert lines[1].startswith("  applied      probability")
    for word in (f"user (100%): {SWAP}", 'also here: "can I swap the lamp I got yesterday", likeness', "2 texts"):
        assert word in done.out
    assert "PRIVATE" not in done.out
    assert shop.receipts() == []


def test_one_coaching_is_explained_whatever_became_of_it(command, shop):
    done = command("why", SWAP, "old")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("old, revision 1: an old thing\n  not applied  it is archived\n")
    assert "to change it `langgraph-coaching restore old`" in done.out
    assert "swap, revision" not in done.out
    assert "it was deleted" in command("why", SWAP, "gone").out
    (archived,) = command("why", SWAP, "old", "--json").json
    assert (archived["coaching_id"], archived["outcome"]) == ("old", "archived")


def test_labels_floor_and_limit_are_those_of_the_call(command, shop):
    explained = command("why", SWAP, "--agent", "support", "--tag", "vip", "--json").json
    assert explained[0]["coaching_id"] == "swap"
    assert len(explained) == 2
    assert len(command("why", SWAP, "--agent", "support", "--tag", "vip", "--limit", "1", "--json").json) == 1
    (floor,) = command("why", SWAP, "swap", "--floor", "1", "--json").json
    assert (floor["outcome"], floor["floor"]) == ("below_floor", 1.0)


def test_a_language_that_is_not_known_is_named(command, shop):
    done = command("why", "wo ist mein Paket, ich warte schon lange darauf")
    assert done.code == 0
    assert "it looks like German, which the embedded embedder does not know" in done.out
    assert "use a multilingual embedder" in done.out


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ((SWAP, "nothing"), 1, "there is no coaching 'nothing' in the namespace 'default'; see `list`"),
        ((SWAP, "-n", "empty"), 1, "there is no active coaching"),
        (("",), 2, "the conversation is empty"),
        (("nofile.json",), 2, "there is no file nofile.json"),
    ],
)
def test_where_there_is_nothing_to_explain_it_says_so_beside_the_output(arguments, code, said, command, shop):
    done = command("why", *arguments)
    assert (done.code, done.out) == (code, "")
    assert said in done.err
