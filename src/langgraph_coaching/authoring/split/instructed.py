"""What a piece of a prompt asks for: a tool to call or a party to hand over to, where it names one; else a reply."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from langgraph_coaching.coaching.behavior import Action, Handoff, Reply
from langgraph_coaching.coaching.validation import PROSE_LIMIT

if TYPE_CHECKING:
    from langgraph_coaching.authoring.lint.graph_names import GraphNames

_HANDING = re.compile(
    r"(?i)\b(?:transfer|hand|escalate|pass|route|forward|send|refer|go)(?:red|ed|es|s)?\s+(?:(?:it|them|her|him|this|the\s+\w+|\w+)\s+)??"
    r"(?:over\s+|on\s+|off\s+)?to\s+(?:the\s+|an?\s+|our\s+)?(?P<target>[A-Za-z_][\w-]*(?:\s+[A-Za-z][\w-]*){0,3})"
)
_PARTY = re.compile(
    r"(?i)^(?P<name>(?:[\w-]+\s+){0,3}?(?:team|desk|agents?|department|manager|specialist|supervisor|adjuster|line|office|staff"
    r"|colleague|expert|human|person|security|events|billing|support|sales|legal|fraud|claims))\b"
)
_DENIAL = re.compile(
    r"(?i)\b(?:not|never|don't|no longer|without|instead of|rather than|avoid|cannot)\b(?:(?!\bbut\b)[^.;!?]){0,60}$"
)
_NAMED = re.compile(r"`([A-Za-z_]\w{1,80})(?:\([^`)]*\))?`|\b([a-z]+(?:_[a-z0-9]+)+)\b(?:\([^)]*\))?")


def behavior_in(text: str, names: GraphNames | None) -> tuple[Any, str]:
    """The behavior that a text asks for, and what is to be known of it, or "".

    Args:
        text: What is to be done.
        names: Of the compiled graph; None where it is not at hand: then what is written like a name is taken for one.
    """
    said = text[:PROSE_LIMIT]
    reply = Reply(said)
    if "\n" in said.strip():
        return reply, ""  # several steps: one of them is not the whole
    called = list(dict.fromkeys(found[1] or found[2] for found in _NAMED.finditer(said) if not _is_denied(said, found)))
    if names is not None:
        known = names.nodes | names.tools
        written = ((one, re.search(rf"\b{re.escape(one)}\b", said)) for one in sorted(known) if one not in called)
        called += [one for one, found in written if found and not _is_denied(said, found)]
        missing = [one for one in called if one not in known] if names.tools else []
        called = [one for one in called if one in known or not names.tools]
        if missing and not called:
            return reply, f"the graph has nothing that is called {', '.join(missing)}"
    handing = _HANDING.search(said)
    if handing and not _is_denied(said, handing) and (party := _party_of(handing["target"], called, names)):
        return Handoff(party, instruction=said), ""
    if len(called) == 1 and (names is None or called[0] not in names.nodes - names.tools):
        return Action(called[0], instruction=said), ""
    if len(called) == 1:
        return Handoff(called[0], instruction=said), ""
    return reply, f"it names several: {', '.join(called)}" if called else ""


def _is_denied(text: str, found: re.Match[str]) -> bool:
    """Whether it is said not to do so."""
    return bool(_DENIAL.search(text, 0, found.start()) or re.match(r"(?i)(?:not|never)\b", found[0]))


def _party_of(target: str, called: list[str], names: GraphNames | None) -> str:
    """Who takes over; "" where that is not a party that can be told."""
    first = target.partition(" ")[0]
    if first in called:
        return "" if names is not None and first in names.tools - names.nodes else first
    found = _PARTY.match(target)
    return found["name"].strip() if found else ""
