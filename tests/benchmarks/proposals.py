"""What a small real model proposes for the reported half of `first_day.json`, replayed from a recording.

    python tests/benchmarks/proposals.py                                                # shows them
    python tests/benchmarks/proposals.py --record --base-url http://127.0.0.1:8088/v1   # asks the model anew

Each coaching is known by its intent, its reply and the one message it was written from, as on the first day.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from data import CASSETTES, NOWHERE, first_day, options

from langgraph_coaching.authoring.propose import CoachingBrief, ProposeResult, propose
from langgraph_coaching.coaching.model import Scope
from langgraph_coaching.demo.agent import chat_model
from langgraph_coaching.testing.cassette import recorded

if TYPE_CHECKING:
    from collections.abc import Sequence

RECORDED = CASSETTES / "first_day"
AGAIN = "python tests/benchmarks/proposals.py --record --base-url http://127.0.0.1:8088/v1"
LONGEST = 600
"""Tokens of an answer."""


def asked(base_url: str, intents: Sequence[dict[str, str]], languages: Sequence[str] = ()) -> dict[str, ProposeResult]:
    """What the model behind this address proposes, by the id of the intent."""
    # So small a model repeats the example unless it is made to vary.
    varied = {"max_tokens": LONGEST, "temperature": 0.9, "frequency_penalty": 0.7, "seed": 7}
    model = chat_model(base_url).model_copy(update=varied)
    found = {}
    for one in intents:
        known = CoachingBrief(
            id=one["id"], intent=one["intent"], behavior=one["reply"], own=(one["source"],), scope=Scope()
        )
        found[one["id"]] = propose(model, known, languages=languages)
    return found


def replayed(
    intents: Sequence[dict[str, str]], name: str = "proposals", languages: Sequence[str] = ()
) -> dict[str, ProposeResult]:
    """The same from the recording.

    Raises:
        RecordingError: A prompt is not in it.
    """
    with recorded(RECORDED / f"{name}.yaml", again=AGAIN):
        return asked(NOWHERE, intents, languages)


def record(base_url: str, intents: Sequence[dict[str, str]], name: str, languages: Sequence[str]) -> None:
    """Asks the model, and replaces the recording once all are answered."""
    with tempfile.TemporaryDirectory() as folder:
        new = Path(folder) / "new.yaml"
        with recorded(new, again=AGAIN, record="rewrite"):
            asked(base_url, intents, languages)
        RECORDED.mkdir(parents=True, exist_ok=True)
        shutil.copy(new, RECORDED / f"{name}.yaml")


def intents() -> list[dict[str, str]]:
    """Those of the first day that are reported on."""
    return first_day("report")[0]


def main() -> None:
    """Prints the proposals."""
    parser = options(__doc__)
    parser.add_argument("--base-url", help="an OpenAI-compatible endpoint that serves the model of the recording")
    parser.add_argument("--record", action="store_true", help="replace the recording")
    given = parser.parse_args()
    if given.record:
        if not given.base_url:
            sys.exit("to record, say with --base-url where the model is served")
        record(given.base_url, intents(), "proposals", ())
    for name, found in replayed(intents()).items():
        print(f"\n{name}: {found.intent}")
        for one in found.proposals:
            print(f"  {'also' if one.applies else 'never'}: {one.text}")


if __name__ == "__main__":
    main()
