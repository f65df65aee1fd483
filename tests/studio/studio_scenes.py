"""What the pictures of the studio show: a scene opens a page and does on it what a person would."""

from langgraph_coaching import Reply


def conversations(tab, site):
    """The list."""
    tab.goto(f"{site.shop}/")


def search(tab, site):
    """The list, searched, and a thread opened."""
    tab.goto(f"{site.shop}/?text=delivery&coached=yes&days=30")
    if tab.locator("details").count():
        tab.locator("summary").first.click()


def conversation(tab, site):
    """A transcript with tools, its step chosen."""
    tab.goto(f"{site.shop}/conversation?trace={site.long}&step=5")


def coached(tab, site):
    """A step with what was applied, what was left out, and why."""
    tab.goto(f"{site.shop}/conversation?trace={site.coached}")
    tab.locator(".left-out summary").first.click()
    tab.locator(".receipt.applied button:has-text('Why')").first.click()
    tab.wait_for_selector(".why-card")


def should(tab, site):
    """Which should have applied."""
    tab.goto(f"{site.shop}/conversation?trace={site.long}&step=5")
    tab.click("#step-5 >> text=Should have applied…")
    tab.wait_for_selector(".should")


def draft(tab, site):
    """The form of a step, with what comes of it."""
    tab.goto(f"{site.shop}/conversation?trace={site.long}&step=5")
    tab.click("#step-5 [data-coach]")
    tab.wait_for_selector("#draft")
    tab.fill("[name='reply.text']", "Look at the order's status before you promise a date.")
    tab.wait_for_selector("#impact >> text=Would fire at")


def draft_more(tab, site):
    """The same with recorded situations, proposals, scope and a preview."""
    draft(tab, site)
    tab.click("text=Where else, and where never")
    tab.wait_for_selector("#similar input, #similar p:has-text('Nothing recorded')")
    tab.click("text=Let the model propose phrasings")
    tab.wait_for_selector("#proposals .ticks")
    tab.click("summary:has-text('Scope, priority, notes')")
    tab.click("text=Preview: before and after")
    tab.wait_for_selector("#preview >> text=Effect")


def draft_lint(tab, site):
    """A form that is too like another, with an action to be approved."""
    tab.goto(f"{site.shop}/draft?step={site.coached}:1")
    tab.fill("#intent", "a customer asks what shipping costs and wants to return boots")
    tab.click(".behavior label:has-text('Action')")
    tab.fill("[name='action.tool']", "get_ordr")
    tab.fill("[name='action.arguments']", '{"order_id": "the one they named"}')
    tab.wait_for_selector(".finding")


def behaviors(number):
    """A scene with the fields of a behavior."""

    def show(tab, site):
        tab.goto(f"{site.shop}/conversation?trace={site.long}&step=5")
        tab.click("#step-5 [data-coach]")
        tab.wait_for_selector("#draft")
        tab.click(f".behavior .choices label >> nth={number}")

    return show


def saved(tab, site):
    """What is said once it is saved."""
    tab.goto(f"{site.shop}/conversation?trace={site.long}&step=5")
    tab.click("#step-5 [data-coach]")
    tab.wait_for_selector("#draft")
    tab.fill("[name='reply.text']", "Look at the order's status before you promise a date.")
    tab.click("footer >> text=Save as a draft")
    tab.wait_for_selector(".saved")
    latest = site.coach.list(status="draft")
    for one in latest:
        if one.source:
            site.coach.delete(one.id, purge=True)


def refused(tab, site):
    """What is wrong is said, and what was typed stays."""
    tab.goto(f"{site.shop}/conversation?trace={site.long}&step=5")
    tab.click("#step-5 [data-coach]")
    tab.wait_for_selector("#draft")
    tab.click(".behavior .choices label >> nth=2")
    tab.fill("[name='action.tool']", "refund")
    tab.fill("[name='action.arguments']", "{broken")
    tab.click("footer button.main")
    tab.wait_for_selector("#notice .error")


def inbox(tab, site):
    """One situation at a time."""
    tab.goto(f"{site.shop}/inbox")


def inbox_done(tab, site):
    """Nothing left to judge."""
    tab.goto(f"{site.empty}/inbox")


def coachings(tab, site):
    """The list."""
    tab.goto(f"{site.shop}/coachings")


def ticked(tab, site):
    """Some of them to another stage."""
    coachings(tab, site)
    tab.check("td.tick input >> nth=0")
    tab.check("td.tick input >> nth=2")
    tab.click(".action-bar .choices label >> nth=1")


def pausing(tab, site):
    """Before all of it is paused."""
    coachings(tab, site)
    tab.click("summary:has-text('Pause all')")


def coaching(tab, site):
    """One of them."""
    tab.goto(f"{site.shop}/coaching/{site.coaching}")


def coaching_parts(tab, site):
    """One of them, with what is folded."""
    coaching(tab, site)
    for words in ("Teach it", "Check", "Impact"):
        tab.click(f"summary:has-text('{words}')")
    tab.wait_for_load_state("networkidle")


def editing(tab, site):
    """The form of one."""
    coaching(tab, site)
    tab.click("[data-key=e]")
    tab.wait_for_selector("#draft")


def conflict(tab, site):
    """Somebody else has changed it meanwhile."""
    editing(tab, site)
    tab.fill("#draft [name='reply.text']", "Ask which country it goes to, and whether it is urgent.")
    before = site.coach.get(site.coaching).behavior
    site.coach.edit(site.coaching, behavior=Reply("Ask for the postcode."), changed_by="Ben")
    tab.click("#draft footer button.main")
    tab.wait_for_selector("#notice .error")
    site.coach.edit(site.coaching, behavior=before, changed_by="Ben")


def stage(tab, site):
    """Before it is brought to another stage."""
    coaching(tab, site)
    tab.click(".stage summary")


def deleting(tab, site):
    """Before it is deleted."""
    coaching(tab, site)
    tab.click("summary:has-text('Delete')")


def changes(tab, site):
    """What was changed together, and taken back."""
    tab.goto(f"{site.shop}/changes")


def report(tab, site):
    """How it is doing."""
    tab.goto(f"{site.shop}/report?days=30")


def report_one(tab, site):
    """How one of them is doing, from a day to another."""
    tab.goto(f"{site.shop}/report?days=between&since=2020-01-01&coaching_id={site.coaching}")


def replay(tab, site):
    """A run without what was applied to it."""
    tab.goto(f"{site.shop}/replay?trace={site.coached}")
    tab.locator(".choices label").first.click()
    tab.click("button.main")
    tab.wait_for_load_state("networkidle")
    if tab.locator(".replayed details").count():
        tab.locator(".replayed summary").first.click()


def say(tab, text):
    """Says something to the agent, and waits for its answer."""
    tab.fill("#said", text)
    tab.keyboard.press("Enter")
    tab.wait_for_selector(".talking")
    tab.wait_for_selector("#test:not(.talking)")


def test_begin(tab, site):
    """Before a word is said."""
    tab.goto(f"{site.test}/test")


def test_talk(tab, site):
    """A wrong answer, coached and tried again."""
    test_begin(tab, site)
    say(tab, "Where is order 8841?")
    say(tab, "How much is shipping for a pair of boots?")
    tab.click(".turn:last-child .latest >> text=Provide coaching")
    tab.wait_for_selector("#draft")
    tab.fill("[name='reply.text']", "Ask which country it goes to, first.")
    tab.click("footer button.main")
    tab.wait_for_selector(".saved")
    tab.keyboard.press("Enter")
    tab.wait_for_selector("#test:not(.talking) .before")


def test_approval(tab, site):
    """A call that somebody has to approve."""
    test_begin(tab, site)
    say(tab, "I want my money back for order 8841")
    tab.wait_for_selector("form.question")


def no_graph(tab, site):
    """The test page of a studio without a graph."""
    tab.goto(f"{site.empty}/test")


def nothing(path):
    """A page before there is anything on it."""
    return lambda tab, site: tab.goto(site.empty + path)


def not_found(tab, site):
    """A page that is not there."""
    tab.goto(f"{site.shop}/conversation?trace=t-none")


def none_fits(tab, site):
    """A search without a find."""
    tab.goto(f"{site.shop}/?text=nobody+has+ever+said+this")


def sign_in(tab, site):
    """A token that is not known."""
    tab.goto(f"{site.guarded}/sign-in")
    tab.fill("#token", "not it")
    tab.click("button.main")


def signed_in(tab, site):
    """The bar of somebody who is signed in."""
    tab.goto(f"{site.guarded}/sign-in")
    tab.fill("#token", "a" * 20)
    tab.click("button.main")
    tab.wait_for_selector(".who form")


def read_only(tab, site):
    """Only to look at."""
    tab.goto(f"{site.reading}/conversation?trace={site.coached}")


def paused(tab, site):
    """While all of it is paused."""
    tab.goto(f"{site.paused}/coachings")


def keys(tab, site):
    """The keys."""
    tab.goto(f"{site.shop}/")
    tab.keyboard.press("?")
    tab.wait_for_selector("dialog[open]")


SCENES = {
    "conversations": conversations,
    "search": search,
    "conversation": conversation,
    "coached": coached,
    "should": should,
    "draft": draft,
    "draft-more": draft_more,
    "draft-lint": draft_lint,
    "behavior-search": behaviors(1),
    "behavior-action": behaviors(2),
    "behavior-process": behaviors(3),
    "behavior-playbook": behaviors(4),
    "behavior-handoff": behaviors(5),
    "refused": refused,
    "saved": saved,
    "inbox": inbox,
    "inbox-done": inbox_done,
    "coachings": coachings,
    "ticked": ticked,
    "pausing": pausing,
    "coaching": coaching,
    "coaching-parts": coaching_parts,
    "editing": editing,
    "conflict": conflict,
    "stage": stage,
    "deleting": deleting,
    "changes": changes,
    "report": report,
    "report-one": report_one,
    "replay": replay,
    "test-begin": test_begin,
    "test-talk": test_talk,
    "test-approval": test_approval,
    "no-graph": no_graph,
    "no-conversations": nothing("/"),
    "no-coachings": nothing("/coachings"),
    "no-changes": nothing("/changes"),
    "no-report": nothing("/report"),
    "none-fits": none_fits,
    "not-found": not_found,
    "sign-in": sign_in,
    "signed-in": signed_in,
    "read-only": read_only,
    "paused": paused,
    "keys": keys,
}
"""By the name of its picture; those that begin with `test-` are of a studio of their own."""
