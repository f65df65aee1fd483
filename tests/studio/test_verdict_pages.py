"""What a person says of coaching where it stands, and in the inbox, is a verdict of theirs, and can be taken back."""

import re

import pytest
from studio_client import form_token

from langgraph_coaching import Reply
from langgraph_coaching.errors import NotFoundError


@pytest.fixture
def shipping(coach):
    return coach.add(intent="a customer asks what shipping costs", behavior=Reply("Ask for the country."), id="c-ship")


@pytest.fixture
def told(coach, shipping, scripted):
    """Runs a conversation, and gives its trace."""

    def run(said, thread="a"):
        config = {
            "callbacks": [coach.callback()],
            "configurable": {"thread_id": thread},
            "metadata": {"thread_id": thread},
        }
        coach.model(scripted("Which country?")).invoke([("user", said)], config)
        coach.flush()
        return coach.traces.list(thread_id=thread)[0]

    return run


@pytest.fixture
def part(client):
    """Asks as htmx does."""
    headers = {"hx-request": "true"}
    return {
        "get": lambda path: client.get(path, headers=headers),
        "post": lambda path, **data: client.post(
            path, data=data, headers=headers | {"x-form-token": form_token(client)}
        ),
    }


def test_correct_and_not_here(coach, told, client, part):
    trace = told("what does shipping cost?")
    (receipt,) = [one for one in trace.receipts if one.applied]
    page = client.get(f"/conversation?trace={trace.id}").text
    assert f'name="receipt" value="{receipt.id}"' in page
    answer = part["post"]("/verdict", receipt=receipt.id, trace=trace.id, step=str(receipt.step or 1), correct="no")
    assert (answer.status_code, answer.headers["hx-trigger"]) == (200, "judged")
    assert "not here" in answer.text
    (verdict,) = coach.verdicts()
    assert (verdict.correct, verdict.receipt_id, bool(verdict.author)) == (False, receipt.id, True)
    part["post"]("/verdict", receipt=receipt.id, trace=trace.id, correct="yes")
    assert [one.correct for one in coach.verdicts()] == [True]
    assert part["post"]("/verdict", receipt=receipt.id, correct="maybe").status_code == 422
    assert part["post"]("/verdict", receipt="r-none", correct="yes").status_code == 404


def test_should_have_applied_where_it_was_not_even_considered(coach, told, part):
    trace = told("can you gift-wrap a teapot?")
    other = coach.add(intent="a customer wants a present wrapped", behavior=Reply("Offer the blue paper."), id="c-wrap")
    step = trace.coachable_steps()[-1].index
    assert "present wrapped" in part["get"](f"/should?trace={trace.id}&step={step}").text
    answer = part["post"]("/should", trace=trace.id, step=str(step), coaching=other.id)
    assert "has learned" in answer.text
    assert [one.text for one in coach.get(other.id).examples] == ["can you gift-wrap a teapot?"]
    assert coach.verdicts() == []


def test_should_have_applied_where_it_was_left_out_is_a_verdict(coach, told, part):
    trace = told("can you gift-wrap a teapot?")
    (receipt,) = [one for one in trace.receipts if one.coaching_id == "c-ship"]
    assert not receipt.applied
    step = next(one.index for one in trace.steps if one.receipts)
    part["post"]("/should", trace=trace.id, step=str(step), coaching="c-ship")
    assert [(one.receipt_id, one.correct) for one in coach.verdicts()] == [(receipt.id, False)]


def test_should_have_applied_where_it_was_is_refused(told, part):
    trace = told("what does shipping cost?")
    step = next(one.index for one in trace.steps if one.receipts)
    assert part["post"]("/should", trace=trace.id, step=str(step), coaching="c-ship").status_code == 422


def test_why_is_the_librarys(coach, told, part):
    trace = told("what does shipping cost?")
    step = next(one.index for one in trace.steps if one.receipts)
    html = part["get"](f"/why?trace={trace.id}&step={step}&coaching=c-ship").text
    assert "Applies there now" in html
    assert "a customer asks what shipping costs" in html
    assert part["get"](f"/why?trace={trace.id}&step=99&coaching=c-ship").status_code == 404


def test_the_inbox_asks_one_at_a_time_and_its_counter_falls(coach, told, client, part):
    for number, said in enumerate(["how much is postage?", "do you ship abroad?", "what do I pay for delivery?"]):
        told(said, f"th-{number}")
    asked = coach.review(limit=50)
    assert len(asked) >= 2
    assert part["get"]("/inbox/count").text.strip() == str(len(asked))
    page = client.get("/inbox").text
    first = re.search(r'name="receipt" value="([^"]+)"', page)[1]
    assert first == asked[0].id
    skipped = part["post"]("/inbox", receipt=first, correct="skip").text
    second = re.search(r'name="receipt" value="([^"]+)"', skipped)[1]
    assert second != first
    assert coach.verdicts() == []
    answered = part["post"]("/inbox", receipt=second, correct="yes", skip=first)
    assert answered.headers["hx-trigger"] == "judged"
    assert [one.receipt_id for one in coach.verdicts()] == [second]
    assert f'"receipt": "{second}"' in answered.text.replace("&#34;", '"')
    undone = part["post"]("/inbox/undo", receipt=second, skip=first).text
    assert re.search(r'name="receipt" value="([^"]+)"', undone)[1] == second
    assert coach.verdicts() == []


def test_nothing_to_judge(client):
    assert "All judged" in client.get("/inbox").text


def test_a_verdict_taken_back_is_as_if_it_had_never_been(coach, told):
    trace = told("what does shipping cost?")
    (receipt,) = [one for one in trace.receipts if one.applied]
    before = coach.get("c-ship")
    coach.verdict(receipt, correct=False)
    assert coach.get("c-ship").examples != before.examples
    coach.withdraw(receipt)
    assert (coach.verdicts(), coach.get("c-ship").examples) == ([], before.examples)
    with pytest.raises(NotFoundError, match="no verdict"):
        coach.withdraw(receipt.id)
