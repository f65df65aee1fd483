"""`Coach(…)` refuses what is of the wrong kind at once, in words."""

import pytest

from langgraph_coaching import CaptureLimits, Coach, Limits
from langgraph_coaching.errors import InvalidCoachingError


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"limits": {"items": 3}}, r"limits is a Limits, not a dict; write limits=Limits\(items=3\)"),
        ({"limits": {"item": 3}}, "limits is a Limits of items, tokens"),
        ({"limits": {}}, "limits is a Limits of items"),
        ({"limits": 3}, "not an int"),
        ({"limits": Limits}, "not a type"),
        ({"limits": CaptureLimits()}, "not a CaptureLimits"),
        ({"capture": {"sample": 0.5}}, r"write capture=CaptureLimits\(sample=0.5\)"),
        ({"embeddings": 7}, "embeddings are LangChain embeddings or a name, not an int"),
        ({"redact": "names"}, "redact is a function of a text, not a str"),
        ({"judge": "openai:gpt"}, "judge is a chat model"),
        ({"storage_options": {"timeout": 3}}, "a mapping of texts"),
        ({"storage_options": "key"}, "a mapping of texts"),
        ({"durable": "yes"}, "durable is True or False, not a str"),
        ({"namespace": 5}, "namespace is a name such as 'acme', not an int"),
        ({"namespace": ""}, "namespace must be 1 to 200"),
        ({"namespace": None}, "namespace is a name such as 'acme', not None"),
    ],
)
def test_an_argument_of_the_wrong_kind(settings, said, tmp_path):
    with pytest.raises(InvalidCoachingError, match=said):
        Coach(tmp_path / "store", **settings)
    assert not (tmp_path / "store").exists()


@pytest.mark.parametrize("name", ["a\nb", "a\tb", "a\x01b", "a\x7fb", "a\x85b"])
def test_a_store_whose_name_lancedb_cannot_write(name, tmp_path):
    with pytest.raises(InvalidCoachingError, match="no ends of lines"):
        Coach(tmp_path / name)


@pytest.mark.parametrize("uri", [None, "", 5, b"store", ["store"]])
def test_a_store_that_is_no_address(uri):
    with pytest.raises(InvalidCoachingError, match="the store is a folder or an address"):
        Coach(uri)


@pytest.mark.parametrize(
    "limits", [{"floor": "x"}, {"items": 2.5}, {"items": True}, {"deadline": None}, {"tokens": "9"}]
)
def test_a_limit_of_the_wrong_kind(limits):
    with pytest.raises(InvalidCoachingError, match=f"{next(iter(limits))} is a"):
        Limits(**limits)
