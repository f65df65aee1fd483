"""A real browser before a real server, for the tests that need both."""

import shutil
import threading
from contextlib import contextmanager

import pytest
import uvicorn

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)

needs_browser = pytest.mark.skipif(
    CHROMIUM is None, reason="no Chromium on this machine: install Debian's package `chromium`"
)


class Served:
    """An application on a port of this machine, in a thread of this process."""

    def __init__(self, app):
        self._server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error"))
        self._socket = self._server.config.bind_socket()
        self._socket.listen()
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [self._socket]}, daemon=True)
        self.address = f"http://127.0.0.1:{self._socket.getsockname()[1]}"

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._server.should_exit = True
        self._thread.join(20)
        self._socket.close()


def is_complaint(message):
    """Whether the browser found fault: not that an answer was a refusal, or that newer typing has stopped a request."""
    expected = ("responded with a status of 4", "htmx:sendAbort", "htmx:afterRequest")
    return message.type == "error" and not any(words in message.text for words in expected)


@contextmanager
def opened(app, **options):
    """A page of an application in a browser of its own; what the browser complains of fails the test."""
    from playwright.sync_api import sync_playwright

    complaints = []
    with Served(app) as served, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_context(base_url=served.address, **options).new_page()
        page.set_default_timeout(30_000)
        page.on("console", lambda message: complaints.append(message.text) if is_complaint(message) else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        yield page
        browser.close()
    assert complaints == []
