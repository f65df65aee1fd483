"""A correction as a test: one coaching, written beside its recording, and only if it passes."""

from __future__ import annotations

import re
import shlex
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from langchain_core.messages import SystemMessage

from langgraph_coaching.agent.state import coached
from langgraph_coaching.errors import InvalidCoachingError, RecordingError
from langgraph_coaching.recall.prompt import entry
from langgraph_coaching.recall.situation import text_of
from langgraph_coaching.testing.cases import find_cases
from langgraph_coaching.testing.cassette import recorded
from langgraph_coaching.testing.expression import constructor_expression
from langgraph_coaching.testing.recorded_turn import RecordedTurn, missing, recorded_turn_of, scrub_turns, turns_in
from langgraph_coaching.testing.scrub import Scrub
from langgraph_coaching.testing.testfile import (
    FOLLOWED,
    GeneratedTest,
    Written,
    recordings_folder,
    recordings_in,
    render_test_file,
)
from langgraph_coaching.traces.followed import turn_of
from langgraph_coaching.traces.messages import messages_before
from langgraph_coaching.traces.prompt import prompt_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from langgraph_coaching.authoring.exported import Exported
    from langgraph_coaching.coaching.model import Coaching
    from langgraph_coaching.recall.limits import Limits
    from langgraph_coaching.testing.cases import Advise, Cases
    from langgraph_coaching.testing.cassette import Record
    from langgraph_coaching.testing.opening import Opening
    from langgraph_coaching.traces.model import Trace


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """One coaching, and where what is said of it in a test comes from."""

    coaching: Coaching
    source: Trace | None
    """The trace it was written from, where it is still there."""
    others: Sequence[Coaching]
    traces: Sequence[Trace]
    """Recorded runs, the newest first."""
    applied: Sequence[Trace]
    """Those in which it was applied."""
    advise: Advise
    """Today's advice, with the labels of the coaching's scope."""
    limits: Limits
    opening: Opening
    exported: Exported | None
    """What became of the coaching files that the test loads."""

    def write(self, path: Path, model: Any, expect: Sequence[str], *, record: Record) -> Written:
        """Writes the test and its recording.

        Args:
            path: The test file.
            model: Answers once, over HTTP, while it is recorded; None for the newest turn that is already recorded.
            expect: Regular expressions that what is said must hold.
            record: `none` to take the model's answer from the recording that is there.

        Raises:
            InvalidCoachingError: The coaching fires nowhere, or holds a secret.
            RecordingError: The model did not follow it.
        """
        folder = recordings_folder(path)
        if Scrub().text(said := entry(self.coaching)) != said:
            raise InvalidCoachingError(
                f"{self.coaching.id} itself holds what looks like a password or a key, and a test file is no place for "
                "one; say in words where it is found"
            )
        found = find_cases(self.coaching, self.source, self.others, self.traces, self.advise, self.limits.floor)
        if not found.fires:
            raise InvalidCoachingError(
                f"{self.coaching.id} fires nowhere that a test could name: {'; '.join(found.notes)}; "
                f"{_woken(self.coaching)}, or give it examples of where it applies"
            )
        with tempfile.TemporaryDirectory() as aside:
            old = folder / f"{FOLLOWED}.yaml"
            if record != "rewrite" and old.exists():
                (Path(aside) / old.name).write_bytes(old.read_bytes())
            shown, recording = self._shown(found, Path(aside), model, expect, record)
            imports: dict[str, set[str]] = shown.pop("imports", {})
            again = self.opening.options(path)
            page = GeneratedTest(
                coaching=self.coaching,
                again=shlex.join(["langgraph-coaching", "test", "new", self.coaching.id, path.name, *again, "--force"]),
                coach=self.opening.expression(path, imports),
                imports=imports,
                fires=found.fires,
                silent=found.silent,
                **shown,
            )
            text = render_test_file(page)
            path.parent.mkdir(parents=True, exist_ok=True)
            for old in recordings_in(folder):
                old.unlink(missing_ok=True)
            kept = folder / recording.name if recording else None
            if recording and kept:
                folder.mkdir(parents=True, exist_ok=True)
                kept.write_bytes(recording.read_bytes())
            path.write_text(text, encoding="utf-8")
        return Written(path=path, recording=kept, exported=self.exported, notes=tuple(found.notes))

    def _shown(
        self, found: Cases, aside: Path, model: Any, expect: Sequence[str], record: Record
    ) -> tuple[dict[str, Any], Path | None]:
        if model is not None:
            return self._recorded(found, aside, model, expect, record)
        turn = next(self._takes(expect), None)
        if turn is None:
            found.notes.append(
                "no trace shows that it is followed as it is now; run the agent once more, with coach.callback(), or "
                "give a model, and write it anew"
            )
            return {}, None
        recording = aside / f"{FOLLOWED}.json"
        recording.write_text(Scrub().text(turn.to_json()), encoding="utf-8")
        turn = RecordedTurn.load(recording)  # as the test will read it
        return {"turn": recording.name, "expected": self._expected(found, turn, expect)}, recording

    def _takes(self, expect: Sequence[str]) -> Iterator[RecordedTurn]:
        """What was done after this very coaching was read, where it was followed and would be read again today."""
        scrub = Scrub()
        for trace in self.applied:
            for step in trace.steps:
                if not any(r.applied and r.content_hash == self.coaching.content_hash for r in step.receipts):
                    continue
                steps = tuple(other for other in turn_of(trace, step.index)[0] if other.index >= step.index)
                said = scrub_turns(turns_in(messages_before(trace, step)), scrub)
                turn = RecordedTurn(conversation=said, coaching=step.coaching, steps=steps, model=step.model)
                if self._follows(turn, expect) is None and self.advise([said])[0].prompt == step.coaching:
                    yield turn

    def _follows(self, turn: RecordedTurn, expect: Sequence[str]) -> str | None:
        """Why it was not followed; None where it was, or where nobody can tell."""
        if gone := missing(turn.text, expect):
            return f"{turn.text!r} does not hold {', '.join(map(repr, gone))}"
        verdict, why = turn.follows(self.coaching.behavior)
        return None if verdict == "yes" or self.coaching.behavior.type == "reply" else why

    def _expected(self, found: Cases, turn: RecordedTurn, expect: Sequence[str]) -> Sequence[str]:
        if self.coaching.behavior.type != "reply" or expect:
            return expect
        found.notes.append(f"read whether this follows it, nothing else has: {turn.text!r}; or say what must be in it")
        return [re.escape(turn.text).replace("\\ ", " ")]

    def _recorded(
        self, found: Cases, aside: Path, model: Any, expect: Sequence[str], record: Record
    ) -> tuple[dict[str, Any], Path]:
        imports: dict[str, set[str]] = {}
        built = constructor_expression(model, imports)
        name, said = next(iter(found.fires.items()))
        system = self._system()
        prompt = [("system", system), *said] if system else list(said)
        asked = coached({"messages": prompt, "coaching": [self.advise([said])[0].to_json()]})
        cassette = aside / f"{FOLLOWED}.yaml"
        with recorded(cassette, record=record):
            turn = recorded_turn_of(model.invoke(asked))
        if not cassette.exists():
            raise RecordingError(
                f"no test was written: {type(model).__name__} made no HTTP request, so that nothing of it can be "
                "recorded; give a model that is reached over HTTP, or none (run the agent once with coach.callback(), "
                "and its trace is the recording)"
            )
        if (why := self._follows(turn, expect)) is not None:
            raise RecordingError(f"no test was written: the model does not follow {self.coaching.id}: {why}")
        scope: dict[str, Any] = {}
        lines = [f"from {m} import {n}" for m, names in imports.items() for n in names] + ["import os"]
        exec("\n".join([*lines, f"MODEL = {built}"]), scope)  # noqa: S102 - our own text, as the test will run it
        with recorded(cassette):
            turn = recorded_turn_of(scope["MODEL"].invoke(asked))  # the model that the test builds asks the same
        shown = {"model": built, "system": system, "imports": imports, "followed_in": name}
        return {**shown, "expected": self._expected(found, turn, expect)}, cassette

    def _system(self) -> str:
        """The instructions the agent had at the source, without coaching."""
        if self.source is None or self.coaching.source is None or self.coaching.source.step >= len(self.source.steps):
            return ""
        prompt = prompt_of(self.source, self.source.steps[self.coaching.source.step])
        told = "\n\n".join(text_of(message) for message in prompt if isinstance(message, SystemMessage))
        return Scrub().text(told)


def _woken(coaching: Coaching) -> str:
    """What brings a silent coaching into the prompts."""
    return "restore it" if coaching.status in ("active", "archived") else f"coach.promote({coaching.id!r}, to='active')"
