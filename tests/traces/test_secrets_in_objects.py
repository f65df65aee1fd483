"""A secret that no text holds is not written either: in an object, a number, a name, or under a name with others."""

import dataclasses
import enum
from collections import deque
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import NamedTuple

import pytest
from pydantic import BaseModel

from langgraph_coaching import Step, Trace, redact_secrets
from langgraph_coaching.errors import CoachingError, EmbedderError, say_error
from langgraph_coaching.storage.faults import faults
from langgraph_coaching.testing.scrub import Scrub
from langgraph_coaching.traces.jsonable import describe_error, safe_repr
from langgraph_coaching.traces.redaction import Redaction
from langgraph_coaching.traces.storable_trace import to_storable_trace

KEY = "sk-proj-q8Z3vT5xK1mN7bW2cY9dL4pF6hJ0sA"
CARD = 4242_4242_4242_4242


class Client:
    def __repr__(self):
        return f"Client(key={KEY!r})"


@dataclasses.dataclass
class Login:
    password: str


class Settings(BaseModel):
    key: str


class Pair(NamedTuple):
    left: int
    right: str


HELD = {
    "an object": Client(),
    "objects in a list": [{"clients": [Client()]}],
    "a data class": Login(KEY),
    "a model": Settings(key=KEY),
    "a set": {KEY},
    "bytes": KEY.encode(),
    "a deque": deque([KEY]),
    "an enum": enum.Enum("Key", {"ours": KEY}).ours,
    "a path": PurePosixPath("/keys") / KEY,
    "an error": ValueError(KEY),
    "a generator": (one for one in [KEY]),
    "a named tuple": Pair(1, KEY),
    "a name": {KEY: 1},
    "a pair as a name": {(KEY, 1): 1},
    "an object as a name": {Client(): 1},
    "the number of a card": CARD,
    "the same as a float": float(CARD),
    "several under a name": {"password": ["hunter2x9q"]},
    "a name and its value": [{"name": "api_key", "value": "hunter2x9q1234"}],
}


@pytest.mark.parametrize("held", HELD.values(), ids=HELD)
def test_it_is_not_written(held):
    said = Step(index=0, trace_id="t", type="tool_call", author="agent", name="look")
    step = said.model_copy(update={"arguments": {"a": held}, "extra": {"a": held}})
    trace = Trace(id="t", started_at=datetime.now(UTC), steps=(said,))
    trace = trace.model_copy(update={"steps": (step,), "metadata": {"a": held}})
    written = str(to_storable_trace(Redaction.of(None).redact_trace(trace)))
    assert KEY not in written
    assert "hunter2x9q" not in written
    assert str(CARD) not in written
    assert "[secret]" in written or "[card]" in written


def test_what_is_no_secret_stays_as_it_was():
    given = {
        "order": 1234567890123456,
        "amount": 12.5,
        "at": [1, True, None],
        "name": "ann",
        "key": "A-1",
        "value": "x",
    }
    step = Step(index=0, trace_id="t", type="tool_call", author="agent", name="look", arguments=given)
    trace = Trace(id="t", started_at=datetime.now(UTC), steps=(step,))
    assert Redaction.of(None).redact_trace(trace) == trace


SHAPES = {
    "pcsk_4Yx7Qm2_Zk9vT5xK1mN7bW2cY9dL4pF6hJ0sA": "",
    "pscale_pw_q8Z3vT5xK1mN7bW2cY9dL4": "",
    "NRAK-ABCDEFGHIJKLMNOPQRSTUVWXYZ1": "",
    "dp.pt.q8Z3vT5xK1mN7bW2cY9dL4pF6hJ0sA": "",
    "patAbCdEfGhIjKlMn.0123456789abcdef0123456789abcdef": "",
    "curl -u admin:S3cr3tP4ss https://h/": "S3cr3tP4ss",
    "login --password Tr0ub4dor3x": "Tr0ub4dor3x",
    "machine h login u password S3cr3tP4ss": "S3cr3tP4ss",
    "my password is: Tr0ub4dor3x": "Tr0ub4dor3x",
    "Authorization: SSWS 00q8Z3vT5xK1mN7bW2cY9d": "00q8Z3vT5xK1mN7bW2cY9d",
    "4242 4242 4242 4242": "",
    "5555555555554444": "",
    "3782 822463 10005": "",
    "DE89 3704 0044 0532 0130 00": "",
    "GB82WEST12345698765432": "",
}


@pytest.mark.parametrize("said", SHAPES)
def test_runs_and_cassettes_know_the_same_keys_and_accounts(said):
    secret = SHAPES[said] or said
    assert secret not in redact_secrets(f"see {said} there")
    assert secret not in Scrub().text(f"see {said} there")
    body = Scrub().body(f'{{"said": "see {said} there"}}'.encode(), {"content-type": "application/json"})
    assert secret.encode() not in body


@pytest.mark.parametrize(
    "said",
    ["order 4242424242424243", "the password is wrong", "my password is secret", "ls -u root", "a pattern. of things"],
)
def test_what_only_looks_alike_stays(said):
    assert redact_secrets(said) == Scrub().text(said) == said


@pytest.mark.parametrize(
    "said", [f"401 for key {KEY}", "cannot reach https://ann:S3cr3tP4ss@host/v1", "sent Bearer q8Z3vT5xK1mN7bW2cY9dL4"]
)
def test_no_key_is_in_what_an_error_says(said):
    shown = say_error(ValueError(said))
    assert "[secret]" in shown
    assert not any(one in shown for one in (KEY, "S3cr3tP4ss", "q8Z3vT5xK1mN7bW2cY9dL4"))


class EndsError(Exception):
    def __str__(self):
        raise SystemExit(3)

    __repr__ = __str__


def test_an_error_that_ends_the_process_when_it_is_asked_is_said_by_its_class():
    assert say_error(EndsError()) == describe_error(EndsError()) == "EndsError"
    assert "whose repr raises SystemExit" in safe_repr(EndsError())
    with pytest.raises(CoachingError, match="EndsError"), faults("here"):
        raise EndsError


def test_an_embedder_too(tmp_path):
    from langchain_core.embeddings import Embeddings

    from langgraph_coaching import Coach, Reply

    class Down(Embeddings):
        def embed_documents(self, texts):
            raise EndsError

        embed_query = embed_documents

    with Coach(tmp_path / "store", embeddings=Down()) as coach, pytest.raises(EmbedderError, match="EndsError"):
        coach.add(intent="an order arrived broken", behavior=Reply("Ask for a photo."))
