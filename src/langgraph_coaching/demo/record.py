"""Records the demo anew, from a model served on this machine.

`python -m langgraph_coaching.demo.record --base-url http://127.0.0.1:8088/v1`
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from langgraph_coaching.demo.agent import chat_model
from langgraph_coaching.demo.cassette import recorded
from langgraph_coaching.demo.stage import AGAIN, CASSETTE, opened
from langgraph_coaching.demo.story import play

if TYPE_CHECKING:
    from collections.abc import Iterator

    from langgraph_coaching.demo.story import Story


def main() -> int:
    """Records, and keeps the recording only if it shows what the demo says.

    Returns:
        0, or 1 where the model did not do it: change the conversations or the coaching in `story.py`.
    """
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--base-url", required=True, help="an OpenAI-compatible endpoint, such as http://127.0.0.1:8088/v1"
    )
    base_url = parser.parse_args().base_url
    with tempfile.TemporaryDirectory() as folder:
        new = Path(folder) / CASSETTE.name
        with recorded(new, again=AGAIN, record=True), opened(None) as coach:
            story = play(coach, chat_model(base_url))
        wrong = list(shortcomings(story))
        if not wrong:
            CASSETTE.parent.mkdir(exist_ok=True)
            CASSETTE.write_text(new.read_text(encoding="utf-8"), encoding="utf-8")
    print("\n".join(wrong) or f"recorded {CASSETTE}", file=sys.stderr if wrong else sys.stdout)
    return 1 if wrong else 0


def shortcomings(story: Story) -> Iterator[str]:
    """What in a story is not as the demo claims, one sentence each.

    Args:
        story: As it was played.
    """
    for correction, before, later in zip(story.corrections, story.before, story.later, strict=True):
        lesson, coaching = correction.lesson, correction.coaching
        if lesson.followed(before.answers[-1]):
            yield f"{lesson.id}: the first answer is right already: {before.answers[-1]!r}"
        if lesson.followed(later.without[-1]):
            yield f"{lesson.id}: it is right without coaching too: {later.without[-1]!r}"
        if not lesson.followed(later.answers[-1]):
            yield f"{lesson.id}: the coaching was not followed: {later.answers[-1]!r}"
        if [receipt.coaching_id for receipt in later.traces[-1].receipts if receipt.applied] != [coaching.id]:
            yield f"{lesson.id}: it was not recalled, or not alone: {later.traces[-1].receipts}"
    if story.quiet.answers != story.quiet.without or any(r.applied for t in story.quiet.traces for r in t.receipts):
        yield f"it does not stay silent: {story.quiet.answers}, without coaching {story.quiet.without}"


if __name__ == "__main__":
    sys.exit(main())
