"""The whole circle in a real browser: find a conversation, coach it, see it applied, refine, change, undo."""

import pytest
from langchain_core.messages import AIMessage
from langgraph.graph import START, MessagesState, StateGraph
from studio_browser import CHROMIUM, Served, needs_browser
from studio_client import recorded

from langgraph_coaching import Reply
from langgraph_coaching.studio import studio_app

pytestmark = [needs_browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def chromium():
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


def is_complaint(message):
    """Whether the browser found fault: not that an answer was a refusal, or that newer typing has stopped a request."""
    expected = ("responded with a status of 4", "htmx:sendAbort", "htmx:afterRequest")
    return message.type == "error" and not any(words in message.text for words in expected)


def wait_for_count(page, selector, number):
    from playwright.sync_api import expect

    expect(page.locator(selector)).to_have_count(number, timeout=30_000)


@pytest.fixture
def page(chromium, coach):
    """A page of the studio; what the browser complains of fails the test."""
    complaints = []
    with Served(studio_app(coach)) as served:
        context = chromium.new_context(base_url=served.address, viewport={"width": 1280, "height": 900})
        page = context.new_page()
        page.set_default_timeout(30_000)
        page.on("console", lambda message: complaints.append(message.text) if is_complaint(message) else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        yield page
        context.close()
    assert complaints == []


@pytest.fixture
def agent(coach, scripted):
    """Runs a coached graph on what a user says; the answer ends with the coaching it was told."""

    def answer(state):
        reply = coach.model(scripted("It is free.")).invoke(state["messages"])
        return {"messages": [AIMessage(reply.text, response_metadata=reply.response_metadata)]}

    graph = StateGraph(MessagesState).add_node("answer", answer).add_edge(START, "answer").compile()

    def run(said, thread):
        config = {"callbacks": [coach.callback()], "configurable": {"thread_id": thread}}
        graph.invoke({"messages": [("user", said)]}, config)
        coach.flush()
        return coach.traces.list(thread_id=thread)[0]

    return run


def test_from_a_wrong_answer_to_coaching_that_applies_and_is_judged(page, coach, agent):  # noqa: PLR0915 - one circle
    agent("How much is shipping for a pair of boots?", "one")
    coach.traces.add(recorded("What does postage to France cost?", "Nothing at all.", id="t-france"))

    # find it
    page.goto("/")
    page.keyboard.press("/")
    page.keyboard.type("boots")
    wait_for_count(page, ".run", 1)
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_selector("h1:has-text('boots')")

    # say what it should have done, with the suggested intent and one recorded situation
    page.keyboard.press("j")
    page.keyboard.press("c")
    suggested = page.input_value("#intent")
    assert "shipping" in suggested
    page.fill("[name='reply.text']", "Ask for the country first.")
    page.wait_for_selector("#impact >> text=Would fire at")
    page.click("text=Where else, and where never")
    page.check("#similar input[name=also] >> nth=0")
    page.click("text=Preview: before and after")
    page.wait_for_selector("#preview >> text=Effect")
    page.click("footer button.main")
    page.wait_for_selector(".saved")
    (saved,) = coach.list()
    assert (saved.intent, saved.behavior.text) == (suggested, "Ask for the country first.")
    assert "recorded" in {one.origin for one in saved.examples}

    # see it applied in other words, and judge it
    trace = agent("what do you charge for shipping?", "two")
    assert [one.coaching_id for one in trace.receipts if one.applied] == [saved.id]
    page.goto("/")
    page.click(".run:has-text('what do you charge')")
    page.hover(".receipt.applied")
    page.click(".receipt.applied button:has-text('Correct')")
    page.wait_for_selector(".receipt.applied .chip:has-text('correct')")
    assert [one.correct for one in coach.verdicts()] == [True]

    # edit, look at the diff, restore
    page.click(".receipt.applied >> text=Open")
    page.wait_for_selector("h2:has-text('History')")
    page.keyboard.press("e")
    page.fill("#draft [name='reply.text']", "Ask for the country and the weight.")
    page.click("#draft footer button.main")
    page.wait_for_selector(".card >> text=Ask for the country and the weight.")
    assert page.inner_text(".history .diff ins >> nth=0").endswith("Ask for the country and the weight.")
    wait_for_count(page, ".history > li", 3)  # saved, judged, edited
    page.click(".history >> text=restore this one >> nth=-1")
    wait_for_count(page, ".history > li", 4)
    assert coach.get(saved.id).behavior.text == "Ask for the country first."

    # delete, and bring it back
    page.click("summary:has-text('Delete')")
    page.click("text=Delete it")
    page.wait_for_selector("text=No coaching yet")
    assert coach.list() == []
    page.goto(f"/coaching/{saved.id}")
    page.click("button:has-text('Restore')")
    page.wait_for_selector("button:has-text('Archive')")
    assert [one.status for one in coach.list()] == ["active"]


def test_each_behavior_is_picked_once(page, coach, agent):
    trace = agent("I want my money back", "one")
    typed = {
        "Reply": {"reply.text": "Say sorry."},
        "Search knowledge": {"search_knowledge.article": "Refunds"},
        "Action": {"action.tool": "refund", "action.arguments": '{"full": true}'},
        "Process": {"process.name": "refunding"},
        "Playbook": {"playbook.name": "calm"},
        "Handoff": {"handoff.target": "billing"},
    }
    step = trace.coachable_steps()[-1].index
    for word, fields in typed.items():
        page.goto(f"/conversation?trace={trace.id}&step={step}")
        page.keyboard.press("c")
        page.click(f".behavior label:has-text('{word}')")
        for name, value in fields.items():
            page.fill(f"[name='{name}']", value)
        page.fill("#intent", f"a customer wants their money back, {word}")
        page.click("footer button:has-text('Save as a draft')")
        page.wait_for_selector(".saved >> text=Saved as a draft")
    kinds = {one.behavior.type for one in coach.list(status="draft")}
    assert kinds == {"reply", "search_knowledge", "action", "process", "playbook", "handoff"}


def test_what_is_wrong_is_said_and_what_was_typed_stays(page, coach, agent):
    trace = agent("I want my money back", "one")
    page.goto(f"/conversation?trace={trace.id}&step={trace.coachable_steps()[-1].index}")
    page.keyboard.press("c")
    page.fill("#intent", "a customer wants their money back")
    page.click(".behavior label:has-text('Action')")
    page.fill("[name='action.tool']", "refund")
    page.fill("[name='action.arguments']", "{broken")
    with page.expect_response(lambda response: response.url.endswith("/draft/save")) as answered:
        page.click("footer button.main")
    assert answered.value.status == 422
    page.wait_for_selector("#notice >> text=no JSON")
    assert page.input_value("[name='action.arguments']") == "{broken"
    assert coach.list() == []


def test_the_inbox_is_answered_with_keys_and_undone(page, coach, agent):
    coach.add(intent="a customer asks what shipping costs", behavior=Reply("Ask for the country."), id="c-ship")
    for number, said in enumerate(["how much is postage?", "do you ship abroad?", "what do I pay for delivery?"]):
        agent(said, f"th-{number}")
    count = len(coach.review(limit=50))
    page.goto("/inbox")
    page.wait_for_selector(f".count >> text={count}")
    page.keyboard.press("y")
    page.wait_for_selector("button:has-text('Undo the last')")
    assert len(coach.verdicts()) == 1
    page.keyboard.press("u")
    wait_for_count(page, "[data-key=u]", 0)
    assert coach.verdicts() == []
    page.wait_for_selector(f".count >> text={count}")


def test_two_go_to_canary_as_one_set_and_back_and_all_is_paused(page, coach):
    for name in ("c-one", "c-two", "c-three"):
        coach.add(intent=f"a customer asks for {name}", behavior=Reply("Say yes."), id=name, status="draft")

    # promote two of three as one set
    page.goto("/coachings")
    assert page.locator(".action-bar").is_hidden()
    page.get_by_label("Tick: a customer asks for c-one").check()
    page.get_by_label("Tick: a customer asks for c-two").check()
    page.wait_for_selector(".action-bar:has-text('2 ticked')")
    bar = page.locator(".action-bar")
    bar.get_by_text("Canary", exact=True).click()
    bar.get_by_label("Share of the threads, in percent").fill("0")
    bar.get_by_label("Share of the threads, in percent").fill("20")
    bar.get_by_label("Note (may be empty)").fill("new policy")
    bar.get_by_role("button", name="Promote them together").click()

    # look at what it did, and take it back
    page.wait_for_selector(".set:has-text('new policy')")
    wait_for_count(page, ".set .chip.canary:has-text('20 %')", 2)
    page.get_by_text("Roll back", exact=True).click()
    page.get_by_role("button", name="Roll it back").click()
    page.wait_for_selector("b:has-text('Rolled back')")
    assert [one.status for one in coach.list()] == ["draft"] * 3

    # a conflict is said where one is
    made = coach.promote(["c-one", "c-two"], to="shadow")
    coach.archive("c-one")
    page.goto(f"/changes?set={made.id}")
    page.get_by_text("Roll back", exact=True).click()
    page.get_by_role("button", name="Roll it back").click()
    page.wait_for_selector("#notice .error:has-text('c-one')")

    # the report, and what is paused
    page.goto("/report")
    page.get_by_text("7 days", exact=True).click()
    page.wait_for_url("**/report?days=7*")
    page.goto("/coachings")
    page.get_by_text("Pause all", exact=True).click()
    page.get_by_label("Reason").fill("wrong prices")
    page.get_by_role("button", name="Pause all coaching").click()
    page.wait_for_selector(".pause-banner:has-text('wrong prices')")
    assert coach.current_pause().reason == "wrong prices"
    page.get_by_role("button", name="Resume").click()
    wait_for_count(page, ".pause-banner", 0)
    assert coach.current_pause() is None
