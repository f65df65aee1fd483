"""axe-core finds nothing serious on any page: light and dark, wide and narrow, everything opened."""

import pytest
from every_page import addresses
from studio_browser import CHROMIUM, Served, needs_browser
from studio_client import client_of
from studio_demo import fill

from langgraph_coaching import Coach
from langgraph_coaching.studio import Person, studio_app

pytestmark = [needs_browser, pytest.mark.slow]

SIZES = {"wide": (1280, 900), "narrow": (390, 844)}


@pytest.fixture(scope="module")
def coach(tmp_path_factory):
    with Coach(tmp_path_factory.mktemp("store")) as coach:
        yield coach


@pytest.fixture(scope="module")
def site(coach):
    """A studio in use, and the address of each of its pages."""
    long, coached = fill(coach)
    app = studio_app(coach)
    one = coach.list(text="shipping")[0].id
    step = {trace: coach.traces.get(trace).coachable_steps()[0].index for trace in (long, coached)}
    pages = addresses(app, trace=coached, step=step[coached], coaching=one)
    client = client_of(app)
    whole = {name: path for name, path in pages.items() if client.get(path).text.startswith("<!doctype html>")}
    whole["a long conversation"] = addresses(app, trace=long, step=step[long], coaching=one)["conversation"]
    whole |= {"nothing found": "/?text=nobody+said+this", "not found": "/conversation?trace=t-none"}
    with Served(app) as served, Served(studio_app(coach, tokens={"a" * 20: Person(name="Anna")})) as guarded:
        yield {name: served.address + path for name, path in whole.items()} | {"sign in": f"{guarded.address}/sign-in"}


@pytest.fixture(scope="module")
def browser():
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(params=SIZES)
def tab(request, browser):
    """A tab of one width."""
    width, height = SIZES[request.param]
    context = browser.new_context(viewport={"width": width, "height": height}, reduced_motion="reduce")
    context.set_default_timeout(30_000)
    yield context.new_page()
    context.close()


def serious(tab):
    """What axe-core finds, in each scheme of colours."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    found = []
    for scheme in ("light", "dark"):
        tab.emulate_media(color_scheme=scheme)
        for one in axe.run(tab).response["violations"]:
            if one["impact"] in ("serious", "critical"):
                found += [f"{scheme}: {one['id']}: {node['html'][:200]}" for node in one["nodes"]]
    return found


def open_all(tab):
    """Opens what is folded, and waits for what that asks for."""
    for _ in range(2):
        tab.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        tab.wait_for_load_state("networkidle")


def overflow(tab):
    """Pixels that a page is wider than its window: one would have to scroll sideways to read."""
    return tab.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


def wrong(found):
    """The pages on which something is."""
    return {name: said for name, said in found.items() if said}


def test_nothing_serious_on_any_page(site, tab):
    found = {}
    for name, address in site.items():
        tab.goto(address)
        tab.wait_for_load_state("networkidle")
        open_all(tab)
        found[name] = serious(tab)
        if overflow(tab) > 0:
            found[name].append(f"{overflow(tab)} pixels too wide")
        if tab.locator("h1").count() != 1:
            found[name].append("a page has one heading that says what it is")
    assert wrong(found) == {}


def test_nothing_serious_in_what_opens_on_them(site, tab):
    found = {}
    for name, opening in {
        "the form": "[data-coach]",
        "which should have applied": "text=Should have applied…",
        "why": "button:text-is('Why')",
    }.items():
        tab.goto(site["conversation"])
        tab.locator(opening).first.focus()
        tab.locator(opening).first.press("Enter")
        tab.wait_for_load_state("networkidle")
        tab.wait_for_selector(".closable")
        open_all(tab)
        found[name] = serious(tab)
    tab.goto(site["coaching"])
    tab.click("[data-key=e]")
    tab.wait_for_selector("#draft")
    open_all(tab)
    found["the form of a coaching"] = serious(tab)
    tab.keyboard.press("Escape")
    tab.keyboard.press("Escape")
    tab.keyboard.press("?")
    tab.wait_for_selector("dialog[open]")
    found["keys"] = serious(tab)
    assert wrong(found) == {}
