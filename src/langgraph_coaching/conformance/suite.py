"""Suite: every check in its order, and what is left out where an earlier one failed."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from langgraph_coaching.conformance import embedder_checks, recall_checks, record_checks, store_checks, writer_checks
from langgraph_coaching.conformance.outcome import Conformance, Outcome, Unfit
from langgraph_coaching.conformance.scratch import Scratch
from langgraph_coaching.errors import EmbedderError, EmbedderMismatchError, StoreError
from langgraph_coaching.recall.embedder import embedder_id, embeddings_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from langchain_core.embeddings import Embeddings


class _Check(NamedTuple):
    name: str
    run: Callable[[Scratch], str]
    needs: tuple[str, ...] = ("embedder", "writing")


CHECKS: tuple[_Check, ...] = (
    _Check("embedder", embedder_checks.check_embedder, ()),
    _Check("writing", store_checks.check_writing, ("embedder",)),
    _Check("ids", store_checks.check_ids),
    _Check("unicode", store_checks.check_unicode),
    _Check("time", store_checks.check_time),
    _Check("namespaces", store_checks.check_namespaces),
    _Check("writers", writer_checks.check_writers),
    _Check("recall", recall_checks.check_recall),
    _Check("abstention", recall_checks.check_abstention, ("recall",)),
    _Check("calibration", recall_checks.check_calibration, ("recall",)),
    _Check("scopes", recall_checks.check_scopes),
    _Check("limits", recall_checks.check_limits),
    _Check("receipts", record_checks.check_receipts),
    _Check("erasure", record_checks.check_erasure),
    _Check("upkeep", record_checks.check_upkeep),
)
"""In the order of what they need."""

_ADVICE = {
    EmbedderMismatchError: "give the embedder that the store was written with, or another address",
    StoreError: "check that the address is right, that it can be written, and that nothing there is damaged",
    EmbedderError: "check the embedder's key, address and quota, or what it returns",
}


def check_conformance(
    uri: str | os.PathLike[str],
    *,
    embeddings: Embeddings | str | None = None,
    storage_options: dict[str, str] | None = None,
    report: Callable[[Outcome], None] = lambda _: None,
) -> Conformance:
    """Tries a store and an embedder, in namespaces of its own that are erased at the end.

    Args:
        uri: The store, as for `Coach`.
        embeddings: As for `Coach`.
        storage_options: As for `Coach`.
        report: Called with each outcome as it comes.

    Returns:
        What was found; no fault of the store or the embedder is raised.

    Raises:
        InvalidCoachingError: An argument is of the wrong kind, or there are no embeddings of that name.
    """
    chosen = embeddings_of(embeddings)
    scratch = Scratch(os.fspath(uri), chosen, storage_options)
    with scratch.opened() as coach:  # refuses what is of the wrong kind, before anything is written
        address = coach.uri
    absent, outcomes = scratch.absent_tables(), dict[str, Outcome]()
    try:
        for check in CHECKS:
            outcomes[check.name] = _make(check, scratch, outcomes)
            report(outcomes[check.name])
    finally:
        left = scratch.erase(absent)
    if left and outcomes["writing"].status == "passed":
        advice = f"erase what is of the namespaces {scratch.namespace!r} and {scratch.others!r}"
        outcomes["cleaning"] = Outcome(name="cleaning", status="failed", said="; ".join(left), advice=advice)
        report(outcomes["cleaning"])
    return Conformance(uri=address, embedder=embedder_id(chosen), outcomes=tuple(outcomes.values()))


def _make(check: _Check, scratch: Scratch, earlier: dict[str, Outcome]) -> Outcome:
    missing = [
        name for name in check.needs if earlier[name].status != "passed" and (name != "recall" or not scratch.kept)
    ]
    if missing:
        return Outcome(name=check.name, status="left_out", said=f"it needs {' and '.join(missing)}")
    started = time.perf_counter()
    try:
        said = check.run(scratch)
    except Unfit as error:
        outcome = Outcome(name=check.name, status="failed", said=str(error), advice=error.advice)
    except Exception as error:  # noqa: BLE001 - whatever a store or an embedder raises is what was found
        kinds = (_ADVICE[kind] for kind in type(error).__mro__ if kind in _ADVICE)
        said = str(error) if isinstance(error, StoreError | EmbedderError) else f"{type(error).__name__}: {error}"
        outcome = Outcome(name=check.name, status="failed", said=said, advice=next(kinds, "report it, with this line"))
    else:
        outcome = Outcome(name=check.name, status="passed", said=said)
    return replace(outcome, seconds=round(time.perf_counter() - started, 3))
