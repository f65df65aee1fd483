"""The packages that are installed: their versions, and whether they are what this one asks for."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, requires, version
from typing import TYPE_CHECKING

from langgraph_coaching.doctor.problem import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE = "langgraph-coaching"
TOLD = ("lancedb", "pyarrow", "numpy", "langgraph", "langchain-core", "pydantic")
"""Packages whose versions are told."""


def versions() -> dict[str, str]:
    """What is installed."""
    return {"Python": platform.python_version()} | {name: version_of(name) for name in (PACKAGE, *TOLD)}


def version_of(name: str) -> str:
    """The version of a package, or that it is not installed."""
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"


def find_outdated() -> Iterator[Problem]:
    """Packages that are not of a version that this one asks for."""
    from packaging.requirements import Requirement  # langchain-core brings it

    try:
        asked = [Requirement(line) for line in requires(PACKAGE) or ()]
    except PackageNotFoundError:  # it runs from its sources
        return
    for one in asked:
        there = version_of(one.name) if one.marker is None else ""
        if there and not one.specifier.contains(there, prereleases=True):
            what = f"it is {there}, and {PACKAGE} asks for {one.specifier}"
            remedy = f"pip install '{one.name}{one.specifier}'"
            yield Problem(severity="warning", kind="package", where=one.name, what=what, remedy=remedy)
