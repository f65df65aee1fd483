"""The studio beside a real LangGraph server, as its custom routes: where its runs are read and coached."""

import re

import pytest
from dev_server import INTENT, Server
from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_fixed

pytestmark = pytest.mark.slow

QUESTION = "How much is shipping for a pair of boots?"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    server = Server(tmp_path_factory.mktemp("server"))
    try:
        server.wait_until_up()
        yield server
    finally:
        server.kill()


def test_runs_of_the_server_are_read_and_coached_below_its_own_address(server):
    server.run("coach_node", QUESTION)

    def look():
        page = server.http.get("/studio/")
        assert (page.status_code, "boots" in page.text) == (200, True)
        return page.text

    unseen = retry_if_exception_type(AssertionError)
    page = Retrying(retry=unseen, stop=stop_after_delay(20), wait=wait_fixed(0.1), reraise=True)(look)
    links = re.findall(r'(?:href|src)="([^"#]+)"', page)
    assert all(link.startswith("/studio/") for link in links)
    for link in {link.replace("&amp;", "&") for link in links}:
        assert server.http.get(link).status_code == 200, link
    run = re.search(r'class="run" href="([^"]+)"', page)[1]
    transcript = server.http.get(run).text
    assert INTENT in transcript
    token = re.search(r'X-Form-Token": "([0-9a-f]+)"', transcript)[1]
    form = {
        "step": re.search(r"step=([^\"]+)\" data-coach", transcript)[1].replace("%3A", ":"),
        "intent": "asks for boots",
    }
    form |= {"behavior": "reply", "reply.text": "Ask for the size."}
    saved = server.http.post("/studio/draft/save", data=form, headers={"x-form-token": token, "hx-request": "true"})
    assert (saved.status_code, "Ask for the size." in saved.text) == (200, True)
    assert "Ask for the size." in {one.behavior.render() for one in server.coach.list()}
    assert "Blocking" not in server.log
    assert server.http.get("/studio/", headers={"host": "evil.example"}).status_code == 403
