"""The example graphs under a detector of blocking calls that is stricter than the server's, in a new process."""

from __future__ import annotations

import json
import os

import pytest
from dev_server import EXAMPLE, GUIDANCE, INTENT

from langgraph_coaching import Coach, Reply

SCRIPT = """
import asyncio, json, time
from blockbuster import BlockBuster, BlockingError
from graphs import coach_node, middleware, wrapped_node

async def answers():
    try:
        time.sleep(0)
    except BlockingError:
        for graph in (coach_node, wrapped_node, middleware) * 2:
            state = await graph.ainvoke({"messages": [("user", "What is shipping?")]})
            answer = state["messages"][-1]
            yield answer.text, answer.response_metadata["coaching"][0]["reason"]

async def every(answers):
    return [answer async for answer in answers]

BlockBuster().activate()
print(json.dumps(asyncio.run(every(answers()))))
"""


@pytest.mark.slow
def test_neither_the_first_call_nor_a_later_one_blocks_the_event_loop(run_python, tmp_path):
    with Coach(tmp_path) as coach:
        coach.add(intent=INTENT, behavior=Reply(GUIDANCE))
    paths = [str(EXAMPLE), *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = os.environ | {
        "LANGGRAPH_COACHING_STORE": str(tmp_path),
        "PYTHONPATH": os.pathsep.join(paths),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    done = run_python("-c", SCRIPT, env=environment)
    assert done.returncode == 0, done.stderr
    answers = json.loads(done.stdout)
    loaded = [answer for answer, reason in answers if "still being loaded" not in reason]  # on a busy machine
    assert len(loaded) >= 3, answers
    assert loaded == [f"I was told: {GUIDANCE}"] * len(loaded), answers
    assert "Blocking" not in done.stderr
