"""The next revision of a saved coaching, from the draft that was begun over it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from langgraph_coaching.authoring.meanwhile import merge_edits
from langgraph_coaching.coaching.compose import edit_coaching

if TYPE_CHECKING:
    from langgraph_coaching.authoring.draft import Draft
    from langgraph_coaching.coaching.model import Coaching


def revise_from_draft(draft: Draft, latest: Coaching) -> Coaching:
    """The latest revision with what was changed in a draft, and with its proposals as examples.

    Args:
        draft: Begun over an earlier revision, or over this one.
        latest: The coaching as it is now; what somebody else has changed since stays.

    Returns:
        The next revision; the latest itself where it says all of that already.

    Raises:
        InvalidCoachingError: A field is not acceptable.
        ChangedMeanwhileError: Somebody else has changed the same since the draft was begun.
        NotFoundError: It was deleted.
    """
    began = draft.revises or latest
    changes = dict(draft.fields)
    changes |= {"intent": draft.intent} if draft.intent != began.intent else {}
    changes |= {"behavior": draft.behavior} if draft.behavior != began.behavior else {}
    told = (*draft.answered, *(one.example for one in draft.new_proposals(latest.examples)))
    for name, applies in (("add_examples", True), ("add_never", False)):
        new = [example for example in told if example.applies is applies]
        changes |= {name: (*changes.get(name, ()), *new)} if new else {}
    if not changes and not latest.deleted:
        return latest
    if not (began.revision == latest.revision or began.deleted or latest.deleted):
        return merge_edits(began, edit_coaching(began, changes), latest)
    changed, counted = edit_coaching(latest, changes), {"revision", "updated_at", "lineage", "changed_by"}
    same = changed.model_dump(exclude=counted) == latest.model_dump(exclude=counted)
    return latest if same else changed
