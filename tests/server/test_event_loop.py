"""The example graphs under a detector of blocking calls that is stricter than the server's, in a new process."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from dev_server import EXAMPLE, GUIDANCE, INTENT

from langgraph_coaching import Coach, Reply

SCRIPT = """
import asyncio, json, sys, time
import graphs
from blockbuster import BlockBuster, BlockingError

async def answers():
    try:
        time.sleep(0)
    except BlockingError:
        graph = getattr(graphs, sys.argv[1])
        states = [await graph.ainvoke({"messages": [("user", "What is shipping?")]}) for _ in range(2)]
        return [state["messages"][-1] for state in states]

BlockBuster().activate()
print(json.dumps([[m.content, m.response_metadata["coaching"][0]["reason"]] for m in asyncio.run(answers())]))
"""


@pytest.mark.parametrize("door", ["coach_node", "wrapped_node", "middleware"])
def test_neither_the_first_call_nor_a_later_one_blocks_the_event_loop(tmp_path, door):
    with Coach(tmp_path) as coach:
        coach.add(intent=INTENT, behavior=Reply(GUIDANCE))
    environment = os.environ | {
        "LANGGRAPH_COACHING_STORE": str(tmp_path),
        "PYTHONPATH": str(EXAMPLE),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    command = [sys.executable, "-c", SCRIPT, door]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    for answer, reason in json.loads(done.stdout):
        assert answer == f"I was told: {GUIDANCE}", reason
    assert "Blocking" not in done.stderr
