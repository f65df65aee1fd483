"""Fence and scope: text that looks like the end of its block, or instructs beyond the situation it is for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from langgraph_coaching.authoring.lint.finding import Finding, Rule, quote
from langgraph_coaching.recall.look_alikes import make_harmless
from langgraph_coaching.recall.unseen import drop_unseen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from langgraph_coaching.coaching.model import Coaching

_MARKUP = re.compile(
    r"(?i)<[^\w<]{0,20}(?:coaching|system|instructions?|prompt|context|assistant|user|human|im_(?:start|end))\b[^<>\n]{0,40}>?"
    r"|<\|[a-z_]{2,20}\|>|\[/?(?:INST|SYS)\]|<</?SYS>>"
    r"|(?m:^\s*#{1,6}\s*(?:new\s+|system\s+)?(?:instructions?|system(?:\s+prompt)?|what\s+to\s+tell\s+the\s+user)\b.*$)"
)
_ROLE = re.compile(r"(?im)^\s*(?:\*\*)?(?:system|assistant|user|human|developer|ai)(?:\*\*)?\s*:\s*\S")
_EARLIER = r"(?:(?:all|any|every|the|your|my|these|those|of|other|its)\s+){0,3}"
_OVERRIDE = re.compile(
    rf"(?i)\b(?:ignor(?:e|ing)|disregard(?:ing)?|forget(?:ting)?|overrid(?:e|ing)|bypass(?:ing)?|drop|skip)\s+{_EARLIER}"
    r"(?:(?:previous|prior|earlier|above|preceding|other|foregoing|existing|original|system)\s+(?:system\s+)?(?:instructions?|prompts?|rules?|messages?"
    r"|guidelines?|directions?|coachings?|context)|(?:instructions?|rules|guidelines|everything)\s+(?:above|before|you(?:'ve|\s+have|\s+were))|system\s+prompt)"
    r"|\b(?:reveal|print|repeat|output|show|quote|change|replace|rewrite)\s+(?:(?:the|your|its|them|me|us|user|customer)\s+){0,3}system\s+prompt"
    r"|\byou\s+are\s+(?:now|no\s+longer)\s+(?:a|an|the|bound|in|restricted|limited)\b"
    r"|\b(?:this|these)\s+(?:instructions?|rules?)\s+(?:overrides?|takes?\s+precedence|supersedes?)\b"
    r"|\b(?:new|updated)\s+(?:system\s+)?(?:instructions?|prompt)\s*:"
)
_REFUSED = re.compile(
    r"(?i)\b(?:not|never|n['\u2019]t|refuse|decline|without|cannot|avoid|instead\s+of|asks?|asked|wants?|tells?|attempts?|tries|trying|says?|requests?)"
    r"\b[^.!?\n;]{0,60}\Z"
)


def find_override(text: str) -> str:
    """Words that instruct beyond a situation, or ""; what is forbidden or told of a user is none."""
    for found in _OVERRIDE.finditer(text):
        if not _REFUSED.search(text[: found.start()]):
            return found[0]
    return ""


def _markup_in(text: str, *, one_line: bool) -> str:
    """The first mark of a prompt's blocks and roles in a text, or what looks like one; ""."""
    if found := _MARKUP.search(text) or _ROLE.search(text):
        return found[0]
    harmless = make_harmless(text, one_line=one_line)
    if harmless == text:
        return ""
    differs = next((at for at, (a, b) in enumerate(zip(text, harmless, strict=False)) if a != b), 0)
    return text[max(0, differs - 3) : differs + 40]


def hostile_text(coaching: Coaching) -> Iterator[Finding]:
    """What in a coaching looks like more than its own instruction.

    What users say may be in an intent ("a user tells the agent to ignore its rules"), so that only markup counts there.
    """
    instruction = coaching.behavior.render()
    for name, text in (("intent", coaching.intent), ("behavior", instruction)):
        if words := _markup_in(drop_unseen(text), one_line=name == "intent"):
            yield _finding(
                coaching,
                "fence",
                f"its {name} holds {quote(words)}",
                "a model may take it for the end of the block, or for somebody else's words",
                "say it without that mark",
            )
    if words := find_override(instruction):
        yield _finding(
            coaching,
            "beyond_scope",
            f"its behavior says {quote(words)}",
            "a coaching is for one situation, and has no say over the rest of the prompt",
            "say what to do in this situation, and change the system prompt itself where that is wrong",
        )


def _finding(coaching: Coaching, rule: Rule, what: str, why: str, remedy: str) -> Finding:
    return Finding(severity="error", rule=rule, what=what, why=why, remedy=remedy, coaching_ids=(coaching.id,))
