"""The circle on the test page in a real browser: a wrong answer, coaching, the same turn again, its receipt judged."""

import threading

import pytest
from langchain.agents import create_agent
from langgraph.checkpoint.memory import InMemorySaver
from studio_browser import needs_browser, opened

from langgraph_coaching.studio import studio_app

pytestmark = [needs_browser, pytest.mark.slow]


def agent_of(coach, model):
    return create_agent(model, [], middleware=[coach.middleware()], checkpointer=InMemorySaver())


@pytest.mark.parametrize("script", [True, False], ids=["with scripts", "without"])
def test_from_a_wrong_answer_to_a_right_one(coach, scripted, script):
    pytest.importorskip("playwright.sync_api")

    def answer(prompt):
        told = any("which country" in str(message.content) for message in prompt[:1])
        return "To which country does it go?" if told else "It is <b>4.90</b> to anywhere."

    app = studio_app(coach, graph=agent_of(coach, scripted(answer)))
    with opened(app, viewport={"width": 1280, "height": 900}, java_script_enabled=script) as page:
        page.goto("/test")
        assert page.is_visible("text=Tools of your graph run for real")
        page.fill("#said", "How much is shipping for a pair of boots?")
        if script:
            page.press("#said", "Enter")
        else:
            page.click("button.send")
        page.wait_for_selector(".step.latest >> text=It is <b>4.90</b> to anywhere.")
        assert "chat=" in page.url
        tested = page.url

        page.click(".step.latest >> text=Provide coaching")
        assert "shipping" in page.input_value("#intent")
        page.fill("[name='reply.text']", "Ask which country it goes to.")
        page.click("footer button.main")
        if script:
            page.wait_for_selector(".saved")
            page.keyboard.press("Enter")  # what comes next has the focus
        else:
            page.goto(tested)
            page.click("button.again")
        page.wait_for_selector(".step.latest >> text=To which country does it go?")
        assert page.locator(".turn").count() == 1
        assert page.inner_text(".before summary").endswith("It is <b>4.90</b> to anywhere.")
        assert page.is_visible(".receipt.applied >> text=100 %")
        page.click(".receipt.applied button:has-text('Correct')")
        if script:
            page.wait_for_selector(".receipt.applied .chip:has-text('correct')")
            page.reload()
            page.wait_for_selector(".receipt.applied .chip:has-text('correct')")
            page.keyboard.press("Escape")  # out of the field
            page.keyboard.press("a")
            page.wait_for_selector(".before summary >> text=To which country does it go?")
    assert [one.correct for one in coach.verdicts()] == [True]
    assert {trace.origin for trace in coach.traces.list()} == {"simulated"}


def test_a_turn_is_stopped_and_a_closed_page_stops_its_own(coach, scripted):
    pytest.importorskip("playwright.sync_api")
    go, reached = threading.Event(), threading.Semaphore(0)

    def slow(prompt):
        reached.release()
        assert go.wait(60)
        return "Late."

    app = studio_app(coach, graph=agent_of(coach, scripted(slow)))
    with opened(app) as page:
        page.goto("/test")
        page.fill("#said", "hello")
        page.press("#said", "Enter")
        assert reached.acquire(timeout=60)
        page.fill("#said", "typed meanwhile")
        page.press("#said", "Enter")  # not yet
        page.click("button.stop")
        page.wait_for_selector("#test:not(.talking) .turn >> text=Stopped.")
        assert page.input_value("#said") == "typed meanwhile"
        page.press("#said", "Enter")
        assert reached.acquire(timeout=60)
        (held,) = app.state.studio.chats
        run = held.run
        page.goto("/")
        while not run.ended.is_set():
            run.take(1)
        assert not go.is_set()
        go.set()
        assert "stopped" in held.chat.turn.error
