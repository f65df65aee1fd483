"""A chat model's answer with proposals, read leniently: JSON, parts of it, or plain lists."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from langchain_core.messages import AIMessage, BaseMessage
from pydantic import BaseModel

from langgraph_coaching.recall.situation import text_of

Part = Literal["intent", "phrasings", "near_misses"]

MOST = 20_000
"""Characters of an answer that are read; a model that repeats itself writes more."""

_TRIES = 30
"""Opening brackets from which JSON is looked for."""

_PARTS: tuple[tuple[Part, re.Pattern[str]], ...] = (
    (
        "near_misses",
        re.compile(r"\bnear|\bmiss|silent|\bnever\b|\bnot\b|n t\b|dont|without|counter|negative|exclu|unrelated"),
    ),
    ("phrasings", re.compile(r"phras|\bappl|message|example|utterance|varia(?:nt|tion)|positive|alternative")),
    ("intent", re.compile(r"\bintent|\bsituation|\bscenario")),
)

_ITEM = re.compile(r"^\s*(?:[-*\u2022\u2013]|\(?\d{1,2}[.)])\s+(?=\S)")
_STRING = re.compile(r'"((?:[^"\\\n]|\\.)*)"(\s*:)?')
_PART_KEY = re.compile(r"intent|phras|near|miss", re.IGNORECASE)
"""Keys that begin another part; "message" and "text" stand inside one."""

_INTENT = re.compile(r"^(?:intent|situation)\s*:\s*(\S.*)$", re.IGNORECASE)
_BOLD = re.compile(r"\s*(?:\d+[.)]\s+)?\*\*(?:\S+\s*){1,4}\*\*:?\s*")


@dataclass(frozen=True, slots=True)
class ModelAnswer:
    """The parts of an answer, as the model wrote them; any may be missing."""

    intent: str = ""
    phrasings: tuple[str, ...] = ()
    near_misses: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.intent or self.phrasings or self.near_misses)


def read_answer(answer: Any) -> ModelAnswer:
    """Reads whatever a model gave: a structured value, a message, or text in any shape.

    Args:
        answer: A pydantic value, a mapping, a message or a text; also what `with_structured_output` returns with the
            raw message beside it.

    Returns:
        What could be read; an empty answer where nothing could.
    """
    if isinstance(answer, Mapping) and {"raw", "parsed"} <= answer.keys():
        return read_answer(answer["parsed"]) or read_answer(answer["raw"])
    if isinstance(answer, BaseModel) and not isinstance(answer, BaseMessage):
        return read_answer(answer.model_dump())
    if isinstance(answer, BaseMessage):
        calls = answer.tool_calls if isinstance(answer, AIMessage) else []
        return _collect_parts(pair for call in calls for pair in _part_texts(call["args"])) or read_answer(
            text_of(answer)
        )
    if isinstance(answer, str):
        text = answer[:MOST]
        return _read_json(text) or _read_strings(text) or _read_lists(text)
    return _collect_parts(_part_texts(answer))


def part_of(heading: str) -> Part | None:
    """Which part a key or heading begins."""
    plain = re.sub(r"[^a-z]+", " ", heading.casefold())
    return next((part for part, pattern in _PARTS if pattern.search(plain)), None)


def _collect_parts(pairs: Iterator[tuple[Part, str]]) -> ModelAnswer:
    found: dict[Part, list[str]] = {"intent": [], "phrasings": [], "near_misses": []}
    for part, text in pairs:
        if text.strip():
            found[part].append(text.strip())
    return ModelAnswer(next(iter(found["intent"]), ""), tuple(found["phrasings"]), tuple(found["near_misses"]))


def _part_texts(value: Any, part: Part | None = None) -> Iterator[tuple[Part, str]]:
    """Every text in a JSON value, with the part it stands in; a list that stands in none holds phrasings."""
    if isinstance(value, str):
        if part is not None:
            lines = [value] if part == "intent" else value.splitlines()
            yield from ((part, line) for line in lines)
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _part_texts(inner, part or part_of(str(key)))
    elif isinstance(value, Sequence):
        for inner in value:
            if part is not None and isinstance(inner, Mapping):
                # Of `{"text": "…", "why": "…"}` the first text is the one.
                yield from _part_texts(next((one for one in inner.values() if isinstance(one, str)), ""), part)
            else:
                yield from _part_texts(inner, part or ("phrasings" if isinstance(inner, str) else None))


def _read_json(text: str) -> ModelAnswer:
    decoder = json.JSONDecoder(strict=False)
    for opening in [found.start() for found in re.finditer(r"[{\[]", text)][:_TRIES]:
        try:
            value, _ = decoder.raw_decode(text, opening)
        except (ValueError, RecursionError):
            if text[opening] == "{":
                return (
                    ModelAnswer()
                )  # broken: what is inside it is no answer by itself, its strings are read one by one
            continue
        if answer := _collect_parts(_part_texts(value)):
            return answer
    return ModelAnswer()


def _read_strings(text: str) -> ModelAnswer:
    """The strings of JSON that is broken or cut off, each in the part whose key came last."""

    def pairs() -> Iterator[tuple[Part, str]]:
        part: Part | None = None
        for found in _STRING.finditer(text):
            if found[2]:
                part = part_of(found[1]) if part is None or _PART_KEY.search(found[1]) else part
            elif part is not None:
                try:
                    yield part, json.loads(found[0], strict=False)
                except ValueError:
                    yield part, found[1]

    return _collect_parts(pairs()) if _STRING.search(text) and re.search(r'"\s*:', text) else ModelAnswer()


def _read_lists(text: str) -> ModelAnswer:
    """Lists with bullets or numbers under headings; plain lines under a heading where it has no list."""
    part: Part | None = None
    items: list[tuple[Part, str]] = []
    plain: list[tuple[Part, str]] = []
    for line in text.splitlines():
        bare = _ITEM.sub("", line).strip().replace("**", "").lstrip("#").strip()
        if inline := _INTENT.match(bare):
            items.append(("intent", inline[1]))
        elif _is_heading(line, bare):
            part = part_of(bare)
        elif _ITEM.match(line):
            items.append((part or "phrasings", bare))
        elif part is not None and bare and not bare.startswith("```"):
            plain.append((part, bare))
    listed = {part for part, _ in items}
    return _collect_parts(iter([*items, *(pair for pair in plain if pair[0] not in listed)]))


def _is_heading(line: str, bare: str) -> bool:
    marked = bare.endswith(":") or line.lstrip().startswith("#") or _BOLD.fullmatch(line)
    return bool(marked) and part_of(bare) is not None
