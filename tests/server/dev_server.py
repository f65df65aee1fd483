"""The real LangGraph server in a process of its own, spoken to over HTTP."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_fixed

from langgraph_coaching import Coach, Reply

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "server"
MORE = Path(__file__).with_name("more_graphs.py")

INTENT = "a customer asks what shipping costs"
GUIDANCE = "Ask for the country first."


class Server:
    """`langgraph dev` on a copy of the example, with the test's further graphs beside it.

    Args:
        folder: An empty folder for the copy, the store and the log.
    """

    def __init__(self, folder: Path) -> None:
        self.store = folder / "store"
        self._log = folder / "server.log"
        self.coach = Coach(self.store)
        self.coach.add(intent=INTENT, behavior=Reply(GUIDANCE))
        project = folder / "project"
        shutil.copytree(EXAMPLE, project, ignore=shutil.ignore_patterns("__pycache__", ".langgraph_api", "coaching"))
        shutil.copy(MORE, project)
        config = json.loads((project / "langgraph.json").read_text())
        config["graphs"] |= {
            name: f"{MORE.stem}:{name}" for name in ("sync_node", "async_wrapped", "tool_loop", "blocking")
        }
        (project / "langgraph.json").write_text(json.dumps(config))
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        environment = os.environ | {
            "LANGGRAPH_COACHING_STORE": str(self.store),
            "LANGSMITH_TRACING": "false",
            "LANGGRAPH_CLI_NO_ANALYTICS": "1",
            "PYTHONUNBUFFERED": "1",
        }
        environment.pop("LANGGRAPH_ALLOW_BLOCKING", None)
        command = ["dev", "--no-browser", "--no-reload", "--host", "127.0.0.1", "--port", str(port)]
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "langgraph_cli", *command],
                cwd=project,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # so that all of it can be killed
            )
        self.http = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30.0, trust_env=False)

    @property
    def log(self) -> str:
        return self._log.read_text(errors="replace")

    def wait_until_up(self) -> None:
        def ask() -> None:
            assert self._process.poll() is None, f"the server has ended:\n{self.log}"
            self.http.get("/ok").raise_for_status()

        unanswered = retry_if_exception_type(httpx.HTTPError)
        trying = Retrying(retry=unanswered, stop=stop_after_delay(60), wait=wait_fixed(0.1), reraise=True)
        trying(ask)

    def stop(self, how: int) -> None:
        self._process.send_signal(how)
        self._process.wait(timeout=30)

    def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(timeout=30)
        self.http.close()
        self.coach.close()

    def run(self, assistant: str, text: str | None, *, thread: str | None = None, **more: Any) -> dict[str, Any]:
        """The final state of a run with one user message, or, without one, of a run from a checkpoint."""
        said = None if text is None else {"messages": [{"role": "user", "content": text}]}
        where = f"/threads/{thread}" if thread else ""
        answer = self.http.post(f"{where}/runs/wait", json={"assistant_id": assistant, "input": said, **more})
        answer.raise_for_status()
        state: dict[str, Any] = answer.json()
        return state

    def thread(self) -> str:
        answer = self.http.post("/threads", json={})
        answer.raise_for_status()
        return str(answer.json()["thread_id"])

    def get(self, path: str) -> Any:
        answer = self.http.get(path)
        answer.raise_for_status()
        return answer.json()
