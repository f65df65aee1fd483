"""When two requests ask the same, in the payloads of several providers, and what is said where they do not."""

import gzip
import json

import pytest

from langgraph_coaching.recall.prompt import block
from langgraph_coaching.testing.matching import MatchRules, comparable_request
from langgraph_coaching.testing.mismatch import mismatches

REFUND = block(["- When replying to: a refund\n  Do this: ask why."])
DELAY = block(["- When replying to: a delay\n  Do this: say sorry."])
HELP = "You help."
IGNORING = MatchRules(ignore_coaching=True)


def asked(body, rules=IGNORING, uri="https://api.example.com/v1/chat?x=1", **headers):
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return comparable_request("POST", uri, {"content-type": "application/json", **headers}, raw, rules)


USER = {"role": "user", "content": "hi"}
PAYLOADS = {
    "openai chat": lambda *said: {"messages": [{"role": "system", "content": "\n\n".join(said)}, USER]},
    "openai chat parts": lambda *said: {
        "messages": [{"role": "system", "content": [{"type": "text", "text": text} for text in said]}, USER]
    },
    "openai responses": lambda *said: {"instructions": "\n\n".join(said), "input": [USER]},
    "openai responses input": lambda *said: {
        "input": [{"role": "developer", "content": [{"type": "input_text", "text": text} for text in said]}, USER]
    },
    "anthropic": lambda *said: {"system": "\n\n".join(said), "messages": [USER]},
    "anthropic blocks": lambda *said: {
        "system": [{"type": "text", "text": text, "cache_control": {"type": "ephemeral"}} for text in said],
        "messages": [USER],
    },
    "gemini": lambda *said: {
        "systemInstruction": {"parts": [{"text": text} for text in said]},
        "contents": [{"role": "user", "parts": [{"text": "hi"}]}],
    },
    "bedrock": lambda *said: {
        "system": [{"text": text} for text in said],
        "messages": [{"role": "user", "content": [{"text": "hi"}]}],
    },
}


def without_system(payload):
    kept = {
        name: value for name, value in payload.items() if name not in ("system", "instructions", "systemInstruction")
    }
    for name in ("messages", "input"):
        if name in kept:
            kept[name] = [message for message in kept[name] if message["role"] == "user"]
    return kept


@pytest.mark.parametrize("provider", PAYLOADS)
def test_the_coaching_block_is_ignored_where_it_is_asked_for(provider):
    payload = PAYLOADS[provider]
    bare, refund, delay = (asked(payload(*said)) for said in ((HELP,), (HELP, REFUND), (HELP, DELAY)))
    assert bare == refund == delay
    assert asked(payload("You do not help.", REFUND)) != refund
    strict = [asked(payload(*said), MatchRules()) for said in ((HELP,), (HELP, REFUND), (HELP, DELAY))]
    assert len({str(each.body) for each in strict}) == 3
    found = mismatches(strict[1], strict[2])
    assert len(found) == 1
    assert "the coaching block differs: recorded with a refund, now with a delay" in str(found[0])


@pytest.mark.parametrize("provider", PAYLOADS)
def test_a_system_prompt_that_was_only_the_block_is_none(provider):
    alone = PAYLOADS[provider](REFUND)
    assert asked(alone) == asked(without_system(alone))
    assert asked(alone, MatchRules()) != asked(without_system(alone), MatchRules())
    (found,) = mismatches(asked(without_system(alone), MatchRules()), asked(alone, MatchRules()))[:1]
    if "messages" not in found.where and "input" not in found.where:
        assert "recorded with none, now with a refund" in found.said


def test_what_only_looks_like_a_block_is_compared():
    likeness = "<coaching>\nmine\n</coaching>"
    assert asked({"messages": [{"role": "system", "content": likeness}]}) != asked({"messages": []})


def test_order_of_keys_and_white_space_do_not_count():
    assert asked(b'{"a": 1,\n  "b": [1, 2]}') == asked(b'{"b":[1,2],"a":1}')
    assert asked(b'{"b": [2, 1]}') != asked(b'{"b": [1, 2]}')
    assert asked({"a": "x y"}) != asked({"a": "x  y"})


def calling(call_id, other=None, value="A-1"):
    call = {"id": call_id, "function": {"name": "find", "arguments": json.dumps({"id": value, "n": 1})}}
    return {"messages": [{"tool_calls": [call]}, {"role": "tool", "tool_call_id": other or call_id}], "created": 17}


def test_ids_a_machine_made_count_by_what_they_tie_together():
    first, second = "call_aB3dE6gH9kL2", "call_zZ9yY8xX7wW6"
    assert asked(calling(first)) == asked({**calling(second), "created": 18})
    assert asked(calling(first)) != asked(calling(first, second))
    assert asked(calling(first)) != asked(calling(first, value="A-2"))
    assert asked({"id": "order-5"}) != asked({"id": "order-6"})


def test_an_id_a_tool_is_called_with_counts():
    def used(value):
        return {"content": [{"type": "tool_use", "id": "toolu_0123456789ab", "name": "f", "input": {"id": value}}]}

    assert asked(used("0123456789abcdef0123")) != asked(used("0123456789abcdef0124"))


def test_places_can_be_ignored():
    rules = MatchRules(ignore=("$.metadata", "$.messages[*].name", "seed"))
    one = {"metadata": {"run": 1}, "messages": [{"name": "a", "content": "x"}], "seed": 1}
    two = {"metadata": {"run": 2}, "messages": [{"name": "b", "content": "x"}], "seed": 2}
    assert asked(one, rules) == asked(two, rules)
    assert asked(one, MatchRules()) != asked(two, MatchRules())
    assert asked({**one, "metadatum": 1}, rules) != asked(one, rules)


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ({"uri": "https://api.example.com/v1/other?x=1"}, "path"),
        ({"uri": "https://api.example.com/v1/chat?x=2"}, "query"),
    ],
)
def test_the_part_that_differs_is_named(change, part):
    (found,) = mismatches(asked({}), asked({}, **change))
    assert found.where == part


def test_the_host_counts_only_where_it_is_asked_for():
    here, there = "http://127.0.0.1:1/v1", "https://api.example.com/v1"
    assert asked({}, uri=here) == asked({}, uri=there)
    strict = MatchRules(match_host=True)
    assert mismatches(asked({}, strict, here), asked({}, strict, there))[0].where == "host"


def test_a_long_text_is_shown_where_it_differs():
    (found,) = mismatches(asked({"a": "x" * 500 + "one"}), asked({"a": "x" * 500 + "two"}))
    assert found.where == "$.a"
    assert 'one"' in found.said
    assert len(str(found)) < 200


def test_values_of_another_type_are_not_the_same():
    (found,) = mismatches(asked({"a": 1}), asked({"a": True}))
    assert str(found) == "$.a: recorded 1, now true"


def test_bodies_that_are_no_json():
    body = json.dumps({"a": 1}).encode()
    assert asked(gzip.compress(body), **{"content-encoding": "gzip"}) == asked(body)
    form = "application/x-www-form-urlencoded"
    assert asked(b"a=1&b=2", **{"content-type": form}) == asked(b"b=2&a=1", **{"content-type": form})
    assert asked(b"\xff\xfe") == asked(b"\xff\xfe")
    assert asked(b"\xff\xfe") != asked(b"\xff\xfd")
    assert asked(b"{not json") != asked(b"{not jsn")
    parts = 'multipart/form-data; boundary="{}"'
    one, two = (f"--{b}\r\nx\r\n--{b}--".encode() for b in ("abc", "defg"))
    assert asked(one, **{"content-type": parts.format("abc")}) == asked(two, **{"content-type": parts.format("defg")})
