"""Recording of the demo anew, from a model served on this machine.

`python -m langgraph_coaching.demo.record --base-url http://127.0.0.1:8088/v1`
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from langgraph_coaching.demo.agent import chat_model
from langgraph_coaching.demo.scenario import run_scenario
from langgraph_coaching.demo.setup import CASSETTE, open_cassette, open_demo_coach

if TYPE_CHECKING:
    from collections.abc import Iterator

    from langgraph_coaching.demo.scenario import ScenarioResult


def main() -> int:
    """Records, and keeps the recording only if it shows what the demo says.

    Returns:
        0, or 1 where the model did not do it: change the conversations or the coaching in `scenario.py`.
    """
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--base-url", required=True, help="an OpenAI-compatible endpoint, such as http://127.0.0.1:8088/v1"
    )
    base_url = parser.parse_args().base_url
    with tempfile.TemporaryDirectory() as folder:
        new = Path(folder) / CASSETTE.name
        with open_cassette(new, record="rewrite"), open_demo_coach(None) as coach:
            result = run_scenario(coach, chat_model(base_url))
        faults = list(find_faults(result))
        if not faults:
            CASSETTE.parent.mkdir(exist_ok=True)
            shutil.copyfile(new, CASSETTE)
    print("\n".join(faults) or f"recorded {CASSETTE}", file=sys.stderr if faults else sys.stdout)
    return 1 if faults else 0


def find_faults(result: ScenarioResult) -> Iterator[str]:
    """What in a run of the scenario is not as the demo claims, one sentence each.

    Args:
        result: Of the run.
    """
    for correction, before, later in zip(result.corrections, result.before, result.later, strict=True):
        plan, coaching = correction.plan, correction.coaching
        if plan.is_followed_by(before.answers[-1]):
            yield f"{plan.id}: the first answer is right already: {before.answers[-1]!r}"
        if plan.is_followed_by(later.without[-1]):
            yield f"{plan.id}: it is right without coaching too: {later.without[-1]!r}"
        if not plan.is_followed_by(later.answers[-1]):
            yield f"{plan.id}: the coaching was not followed: {later.answers[-1]!r}"
        if [receipt.coaching_id for receipt in later.traces[-1].receipts if receipt.applied] != [coaching.id]:
            yield f"{plan.id}: it was not recalled, or not alone: {later.traces[-1].receipts}"
    silent = result.unrelated
    if silent.answers != silent.without or any(r.applied for t in silent.traces for r in t.receipts):
        yield f"it does not stay silent: {silent.answers}, without coaching {silent.without}"


if __name__ == "__main__":
    sys.exit(main())
