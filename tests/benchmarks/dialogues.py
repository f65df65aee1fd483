"""Conversations: STAR at each user turn, NLU++ with several coachings at once, and recorded tau runs."""

from __future__ import annotations

import sys
import tempfile
from collections import Counter, defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from data import airline, in_words, several_intents, shuffled, star
from intents import Coached, numbered
from langchain_core.messages import HumanMessage
from measure import scores, set_f1

from langgraph_coaching import Coach
from langgraph_coaching.coaching.model import Example
from langgraph_coaching.recall.limits import Limits
from langgraph_coaching.recall.scoring.situation_vector import place
from langgraph_coaching.recall.situation import read_messages, situate
from langgraph_coaching.traces.messages import messages_before

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from langchain_core.messages import BaseMessage
    from vectors import Vectors

    from langgraph_coaching import Step, Trace
    from langgraph_coaching.recall.scoring.situation_vector import SituationVector

OPENING = 5
"""Words of a user turn that says what the conversation is about; "Hello!" does not."""

AS_IT_IS, LAST, JOINED = "the situation", "last user turn only", "all user turns joined"


def _where(messages: Sequence[BaseMessage], how: str, vectors: Vectors) -> SituationVector:
    said = [message.content for message in messages if isinstance(message, HumanMessage)]
    seen = {AS_IT_IS: messages, LAST: [HumanMessage(said[-1])], JOINED: [HumanMessage(" ".join(said))]}[how]
    situation = situate(seen)
    return place(situation, vectors(situation.texts), vectors.background)


def _opening(messages: Sequence[BaseMessage]) -> str:
    said = [message.content for message in messages if isinstance(message, HumanMessage)]
    return next((text for text in said if len(text.split()) >= OPENING), said[0])


def _user_turns(messages: Sequence[BaseMessage], start: int = 0) -> Iterator[Sequence[BaseMessage]]:
    return (messages[: i + 1] for i in range(start, len(messages)) if isinstance(messages[i], HumanMessage))


class Star:
    """STAR: 18 tasks coached with their name and two opening lines; the dialogues asked are odd ones, never tuned on.

    For tuning the even ones are asked, and half of the tasks coached.
    """

    def __init__(self, data: Path, vectors: Vectors, seed: int, most: int, *, tuning: bool = False) -> None:
        found = star(data)
        rng = np.random.default_rng(seed)
        tasks = sorted({row["task"] for row in found})
        examples, used = [], set()
        coached = [tasks[i] for i in sorted(rng.permutation(len(tasks))[: len(tasks) // 2])] if tuning else tasks
        for task in coached:
            happy = [i for i, row in enumerate(found) if row["task"] == task and row["happy"]]
            drawn = rng.permutation(happy)[:2].tolist()
            used |= set(drawn)
            examples.append([_opening(read_messages(found[i]["messages"])) for i in drawn])
        asked = rng.permutation([i for i in range(1 - tuning, len(found), 2) if i not in used])[:most]
        at = {task: index for index, task in enumerate(coached)}
        self.vectors = vectors
        self.coached = Coached.of(vectors, [in_words(task) for task in coached], examples)
        self.dialogues = [
            (read_messages(found[i]["messages"]), at.get(found[i]["task"], -1), found[i]["happy"]) for i in asked
        ]

    def meet(self, other: Star) -> None:
        """From now on the store has met the situations of these dialogues, unlabelled."""
        met = [one[0] for one in other.asked(AS_IT_IS)]
        self.coached = self.coached.beside(shuffled(met, 0))

    def asked(self, how: str) -> list[tuple[SituationVector, int, int, bool]]:
        """Where each user turn is, its number from 1 on, the coaching right there, and whether the user is happy."""
        return [
            (_where(until, how, self.vectors), number, task, happy)
            for messages, task, happy in self.dialogues
            for number, until in enumerate(_user_turns(messages), 1)
        ]

    def turns(self, how: str) -> dict[str, float]:
        """Shares of turns with the right and with a wrong coaching applied, at default limits."""
        asked = self.asked(how)
        applied = self._applied([one[0] for one in asked])
        right = np.array([task in on for on, (_, _, task, _) in zip(applied, asked, strict=True)])
        wrong = np.array([bool(set(on) - {task}) for on, (_, _, task, _) in zip(applied, asked, strict=True)])
        number, happy = np.array([one[1] for one in asked]), np.array([one[3] for one in asked])
        late = number >= 3
        return {
            "first": right[number == 1].mean(),
            "second": right[number == 2].mean(),
            "third on": right[late].mean(),
            "wrong, third on": wrong[late].mean(),
            "happy": right[late & happy].mean(),
            "unhappy": right[late & ~happy].mean(),
        }

    def change(self, how: str) -> dict[str, float]:
        """After a dialogue of another task: coaching of the new and the old one, from the third turn of the new on."""
        asked = []
        for (old, before, _), (new, task, _) in zip(self.dialogues[::2], self.dialogues[1::2], strict=False):
            if before != task:
                turns = list(_user_turns([*old, *new], len(old)))[2:]
                asked += [(_where(until, how, self.vectors), task, before) for until in turns]
        applied = self._applied([one[0] for one in asked])
        both = list(zip(applied, asked, strict=True))
        return {
            "new topic": float(np.mean([task in on for on, (_, task, _) in both])),
            "old topic": float(np.mean([before in on for on, (_, _, before) in both])),
        }

    def _applied(self, places: Sequence[SituationVector]) -> list[list[int]]:
        return [self.coached.applied(found, Limits()) for found in self.coached.candidates(places)]


def several(data: Path, vectors: Vectors, domain: str, examples: int, seed: int) -> dict[str, float]:
    """NLU++: F1 of the sets; folds 0 to 9 are the examples, 10 to 19 are asked.

    Args:
        data: The data folder.
        vectors: Of the embedder.
        domain: `banking` or `hotels`.
        examples: Of each intent; from 10 on as many of where it never applies.
        seed: Of the choice of examples.
    """
    found = several_intents(data, domain)
    train = shuffled([row for row in found if row["fold"] < 10], seed)
    asked = [row for row in found if row["fold"] >= 10]
    counts = Counter(intent for row in train for intent in row["intent"])
    names = sorted(intent for intent in counts if counts[intent] >= OPENING)
    coachings = []
    for index, name in enumerate(names):
        yes = [row["text"] for row in train if name in row["intent"]][:examples]
        no = [row["text"] for row in train if name not in row["intent"]][: 10 if examples >= 10 else 0]
        told = [*(Example(text=text) for text in yes), *(Example(text=text, applies=False) for text in no)]
        coachings.append(numbered(index, in_words(name), told))
    coached = Coached(vectors, coachings)
    right = np.array([[name in row["intent"] for name in names] for row in asked])
    texts = [row["text"] for row in asked]
    candidates = coached.candidates(vectors.places(texts))
    applied = np.zeros_like(right)
    for row, one in zip(applied, candidates, strict=True):
        row[coached.applied(one, Limits())] = True
    similar, chance = vectors(texts) @ coached.fits.prototypes.T, scores(candidates, coached.at)
    return {
        "F1": set_f1(applied, right),
        "F1 at its best floor": max(set_f1(chance >= floor, right) for floor in np.arange(0.02, 0.9, 0.02)),
        "F1 cosine at its best": max(set_f1(similar >= floor, right) for floor in np.arange(0.2, 0.9, 0.02)),
        "F1 cosine 0.8": set_f1(similar >= 0.8, right),
    }


def recorded(data: Path, *, traffic: bool = False) -> list[dict]:
    """The corrections of `examples/coach_recorded_runs.py`: in time in the other trials, and at all in other tasks.

    Args:
        data: The data folder.
        traffic: The store has met half of the runs before, and those of the other half are asked; then the other way.
    """
    imported = airline(data)
    halves = [[t for i, t in enumerate(imported) if i % 2 == half] for half in (0, 1)] if traffic else [[]]
    hits: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for known in halves:
        with tempfile.TemporaryDirectory() as folder, Coach(folder) as coach:
            corrections = _corrected(coach, imported)
            coach.traces.add(known)
            if traffic:
                coach.calibrate()
            asked = [(trace, step) for trace in imported if trace not in known for step in _calls(trace)]
            advice = coach.advise_batch([messages_before(trace, step) for trace, step in asked])
            for (trace, step), found in zip(asked, advice, strict=True):
                for receipt in found.applied:
                    hits[corrections[receipt.coaching_id]][trace.id].append(step.index)
    return [
        {"task": f"{source.metadata['task_id']}{', with traffic' if traffic else ''}"}
        | _outcome(source, imported, hits[source.id])
        for source in (next(t for t in imported if t.id == name) for name in corrections.values())
    ]


def _calls(trace: Trace) -> list[Step]:
    from coach_recorded_runs import calls

    return calls(trace)


def _corrected(coach: Coach, imported: list[Trace]) -> dict[str, str]:
    """Saves the corrections; the id of each coaching, and of the run it comes from."""
    sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "examples"))
    from coach_recorded_runs import CORRECTIONS

    result = {}
    for one in CORRECTIONS:
        source = next(
            t for t in imported if (str(t.metadata["task_id"]), int(t.metadata["trial"])) == (one.task, one.trial)
        )
        coach.traces.add(source)
        result[coach.save(coach.draft(source.steps[one.step]).when(one.when).reply(one.instead)).id] = source.id
    return result


def _outcome(source: Trace, imported: list[Trace], hits: dict[str, list[int]]) -> dict[str, float]:
    from coach_recorded_runs import in_time

    task = source.metadata["task_id"]
    same = [t for t in imported if t.metadata["task_id"] == task and t.id != source.id]
    others = [t for t in imported if t.metadata["task_id"] != task]
    return {
        "in time": float(np.mean([any(index <= in_time(t) for index in hits[t.id]) for t in same])),
        "runs of other tasks": float(np.mean([bool(hits[t.id]) for t in others])),
        "calls of other tasks": sum(len(hits[t.id]) for t in others) / sum(len(_calls(t)) for t in others),
    }
