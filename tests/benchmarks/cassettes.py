"""Cassettes that other projects recorded from real model APIs, through the plug-in's loader, scrub and matching.

    python tests/benchmarks/cassettes.py --data ../shared/data

Every recorded request must match itself, and another one only where what was sent is the same but for the order of
keys, white space, ids a machine made and times. With one word of its body changed it must miss, and the miss must name
the place. Nothing that the scrub takes for a secret may be left once it is written anew.
"""

from __future__ import annotations

import copy
import json
import sys
import tempfile
from collections import Counter
from pathlib import Path

import yaml
from data import options, rows
from vcr.request import Request

from langgraph_coaching.errors import RecordingError
from langgraph_coaching.testing.matching import MatchRules, comparable_request
from langgraph_coaching.testing.mismatch import mismatches
from langgraph_coaching.testing.scrub import Scrub
from langgraph_coaching.testing.vcr import VcrCassette

MARK = "changed by the benchmark"


def main() -> int:
    """Prints the counts; 1 where something is not as it must be."""
    folder = options(__doc__, data=True).parse_args().data / "cassettes"
    manifest = rows(folder / "manifest.jsonl")
    total: Counter[str] = Counter()
    for row in manifest:
        path = folder / row["file"]
        if not row["loads_with_stock_vcrpy"]:
            total["not of stock vcrpy, refused with a message"] += refused(path)
            continue
        found = checked(path)
        total += found
        total["cassettes"] += 1
        total[f"  of them {row['api']}{', streamed' if row['streaming'] else ''}"] += 1
        wrong = {name: count for name, count in found.items() if name.startswith("WRONG")}
        print(
            f"{row['provider']:<18} {found['requests']:>4} requests  {row['file']}{'  ' + str(wrong) if wrong else ''}"
        )
    print()
    for name, count in total.items():
        print(f"{count:>6} {name}")
    return int(any(name.startswith("WRONG") for name in total))


def refused(path: Path) -> int:
    """1 where a cassette in another format is refused as such."""
    try:
        opened(path)
    except RecordingError:
        return 1
    return 0


def opened(path: Path, record: str = "none") -> VcrCassette:
    """The cassette as the plug-in reads it."""
    options = {"rules": MatchRules(), "scrub": Scrub(), "record": record, "again": "", "owner": "", "source": None}
    return VcrCassette.load(path=str(path), **options)


def checked(path: Path) -> Counter[str]:
    """Counts of one cassette."""
    tape, found = opened(path), Counter[str]()
    for index, request in enumerate(tape.requests):
        found["requests"] += 1
        # As the client sends it: not scrubbed, and an object of its own.
        twins = [
            other
            for other, recorded in enumerate(tape.requests)
            if tape.is_recorded_as(copy.deepcopy(request), recorded)
        ]
        found["requests that match themselves" if index in twins else "WRONG: do not match themselves"] += 1
        for other in twins:
            if other != index:
                same = loosely(request) == loosely(tape.requests[other])
                found["pairs that ask the same" if same else "WRONG: pairs that match and differ"] += 1
        found += missed(tape, request)
        found["answers played"] += bool(tape.play_response(request))
    return found + written(path)


def loosely(request: Request) -> object:
    """What was sent, compared by something that is not the plug-in: JSON with every id and time taken out."""

    def bare(value: object) -> object:
        if isinstance(value, dict):
            times = ("created", "created_at")
            return {
                k: bare(v) for k, v in value.items() if not (k.endswith("id") and isinstance(v, str)) and k not in times
            }
        return [bare(each) for each in value] if isinstance(value, list) else value

    try:
        return request.method.upper(), request.path, bare(json.loads(request.body or b"null"))
    except ValueError:
        return request.method.upper(), request.path, request.body


def missed(tape: VcrCassette, request: Request) -> Counter[str]:
    """A request with its last text changed: it must miss, and the place be named."""
    try:
        body = json.loads(request.body)
    except (TypeError, ValueError):
        return Counter({"requests without a body of JSON": 1})
    place = changed(body, "$")
    if place is None:
        return Counter({"without a text to change": 1})
    other = Request(request.method, request.uri, json.dumps(body).encode(), dict(request.headers))
    if any(tape.is_recorded_as(other, recorded) for recorded in tape.requests):
        return Counter({"WRONG: changed, and matches": 1})
    asked = [comparable_request(r.method, r.uri, r.headers, r.body, MatchRules()) for r in (request, other)]
    named = [difference.where for difference in mismatches(*asked)]
    return Counter({"changed requests that miss at the right place": 1} if named == [place] else {f"WRONG: {named}": 1})


def changed(value: object, place: str) -> str | None:
    """Changes the last text that says something to the model, in place; returns where it is."""
    pairs = (
        list(value.items()) if isinstance(value, dict) else list(enumerate(value)) if isinstance(value, list) else []
    )
    for key, inner in reversed(pairs):
        here = f"{place}[{key}]" if isinstance(value, list) else f"{place}.{key}"
        if isinstance(inner, str) and key in ("content", "text", "model", "instructions", "input", "name"):
            value[key] = MARK  # type: ignore[index]
            return here
        if (found := changed(inner, here)) is not None:
            return found
    return None


def written(path: Path) -> Counter[str]:
    """The cassette written anew: what is left of it, and whether it reads the same."""
    scrub, tape = Scrub(), opened(path)
    with tempfile.TemporaryDirectory() as aside:
        kept = Path(aside) / "kept.yaml"
        copied = VcrCassette(str(kept), MatchRules(), scrub, "all", "", "", None)
        for request, response in tape.data:
            copied.append(request, response)
        copied._save()
        text = kept.read_text(encoding="utf-8")
        again = opened(kept)
    same = all(tape.is_recorded_as(one, other) for one, other in zip(tape.requests, again.requests, strict=True))
    headers = {
        name.lower()
        for each in yaml.safe_load(path.read_text(encoding="utf-8"))["interactions"]
        for part in ("request", "response")
        for name in each[part].get("headers", {})
    }
    left = {name for name in headers - {"accept"} if f"\n      {name}:\n" in text.lower()}
    return Counter(
        {
            "written anew and read the same" if same and len(again) == len(tape) else "WRONG: written and read": 1,
            "names of headers": len(headers),
            "  of them written": len(left),
            "WRONG: secrets left": int(scrub.text(text) != text),
            "cassettes that name their model": int("# model: " in text),
        }
    )


if __name__ == "__main__":
    sys.exit(main())
