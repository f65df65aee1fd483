"""A page in rest: nothing on it moves while it loads, what one does keeps the focus, and every action takes a key."""

import pytest
from studio_browser import needs_browser, opened
from studio_demo import fill

from langgraph_coaching import Coach
from langgraph_coaching.studio import studio_app

pytestmark = [needs_browser, pytest.mark.slow]

WATCH = """
window.moved = 0;
new PerformanceObserver((list) => {
  for (const one of list.getEntries()) if (!one.hadRecentInput) window.moved += one.value;
}).observe({ type: "layout-shift", buffered: true });
"""
"""Adds up how far things move that nobody touched; the studio's own policy lets no script in that is not its own."""

HARDLY = 0.02
"""Of the window: good is below 0.1 by the measure of browsers."""

REACHED = """() => {
  const wanted = [...document.querySelectorAll("a[href], button, summary, input:not([type=hidden]), select, textarea")];
  const shown = (one) => one.checkVisibility({ visibilityProperty: true }) && !one.disabled;
  const radio = (one) => one.type === "radio" && !one.checked;
  return wanted.filter((one) => shown(one) && !radio(one) && one.tabIndex >= 0 && !one.closest("dialog")).length;
}"""


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    with Coach(tmp_path_factory.mktemp("store")) as coach:
        long, coached = fill(coach)
        app, one = studio_app(coach), coach.list(text="shipping")[0].id
        yield (
            app,
            {
                "conversations": "/",
                "conversation": f"/conversation?trace={long}",
                "coached": f"/conversation?trace={coached}",
                "inbox": "/inbox",
                "coachings": "/coachings",
                "coaching": f"/coaching/{one}",
                "report": "/report",
                "changes": "/changes",
                "test": "/test",
            },
        )


@pytest.mark.parametrize("width", [1280, 390])
def test_nothing_moves_while_a_page_loads(shop, width):
    app, pages = shop
    moved = {}
    with opened(app, viewport={"width": width, "height": 844}, bypass_csp=True) as page:
        page.add_init_script(WATCH)
        for name, address in pages.items():
            page.goto(address)
            page.wait_for_load_state("networkidle")
            page.wait_for_selector("[aria-busy=true]", state="detached")
            moved[name] = page.evaluate("window.moved")
    assert {name: value for name, value in moved.items() if value > HARDLY} == {}


def test_every_action_is_reached_by_the_tab_key(shop):
    app, pages = shop
    left = {}
    with opened(app, viewport={"width": 1280, "height": 900}) as page:
        for name in ("coached", "coachings", "coaching", "inbox", "report"):
            page.goto(pages[name])
            page.wait_for_load_state("networkidle")
            page.wait_for_selector("[aria-busy=true]", state="detached")
            wanted, seen = page.evaluate(REACHED), set()
            for _ in range(wanted + 40):
                page.keyboard.press("Tab")
                place = page.evaluate(
                    "[...document.querySelectorAll('*')].indexOf(document.activeElement) + ' ' + "
                    "(document.activeElement.matches('[data-item]:not(a), main, .panel, [role=region]') ? '' : 'own')"
                )
                seen.add(place)
            left[name] = wanted - len([one for one in seen if one.endswith("own") and not one.startswith("0 ")])
    assert {name: number for name, number in left.items() if number > 0} == {}


def test_the_focus_stays_where_one_works(shop):
    app, pages = shop
    with opened(app, viewport={"width": 1280, "height": 900}) as page:
        page.goto(pages["coached"])
        why = page.locator(".receipt.applied button:has-text('Why')").first
        why.focus()
        page.keyboard.press("Enter")
        page.locator(".why-card [data-close]").focus()
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.textContent") == "Why"

        verdict = page.locator(".receipt.applied .actions button.small-button").first
        verdict.focus()
        page.keyboard.press("Enter")
        page.wait_for_load_state("networkidle")
        page.wait_for_selector(
            ".receipt.applied .chip:has-text('not here'), .receipt.applied .chip:has-text('correct')"
        )
        assert page.evaluate("document.activeElement.closest('.actions') !== null")

        page.goto(pages["coaching"])
        page.wait_for_load_state("networkidle")
        page.keyboard.press("e")
        page.wait_for_selector("#draft")
        assert page.evaluate("document.activeElement.id") == "intent"
        page.keyboard.press("Escape")
        page.keyboard.press("Escape")
        page.wait_for_selector("#draft", state="detached")
        assert page.evaluate("document.activeElement.dataset.key") == "e"

        page.focus("summary:has-text('Delete')")
        page.keyboard.press("Enter")
        page.wait_for_selector("text=Delete it")
        page.keyboard.press("Escape")
        page.wait_for_selector("text=Delete it", state="hidden")
        assert page.evaluate("document.activeElement.textContent") == "Delete"

        page.goto(pages["inbox"])
        page.focus("[data-key=s]")
        page.keyboard.press("Enter")
        page.wait_for_selector("[name=skip]", state="attached")
        page.wait_for_selector("[data-key=s]:focus")


def test_who_wants_no_motion_has_none(shop):
    app, pages = shop
    with opened(app, reduced_motion="reduce") as page:
        page.goto(pages["conversations"])
        moving = (
            "[...document.querySelectorAll('*')].filter((one) => getComputedStyle(one).transitionDuration !== '0s')"
        )
        assert page.evaluate(f"{moving}.length") == 0


def test_what_is_typed_unseen_is_told_and_stays(shop):
    app, pages = shop
    with opened(app, viewport={"width": 1280, "height": 900}) as page:
        page.goto(pages["conversation"])
        page.keyboard.press("j")
        page.keyboard.press("c")
        page.wait_for_selector("#draft")
        page.fill("#intent", "a customer\u200b asks \u202eabc")
        assert page.inner_text("label:has(#intent) .unseen-note") == "Holds what cannot be seen: U+200B, U+202E"
        assert page.input_value("#intent") == "a customer\u200b asks \u202eabc"
        page.fill("#intent", "a customer asks")
        assert page.inner_text("label:has(#intent) .unseen-note") == ""
