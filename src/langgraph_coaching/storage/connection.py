"""The connection: LanceDB's own, and the process that has used it; in the child of a fork nothing of it is used."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import Any

from langgraph_coaching.storage.cloud import cloud_options, is_cloud

METADATA_CACHE, INDEX_CACHE = 16 * 1024 * 1024, 256 * 1024 * 1024
"""Bytes of LanceDB's caches of what was superseded: unbounded, a gigabyte (`tests/benchmarks/memory.py`)."""

_used_in: set[int] = set()
"""This process, once it has used LanceDB; in the child of a fork the parent instead: there LanceDB 0.40 starts its
threads anew, and mostly reads; of twenty children that wrote through a new connection of their own five crashed."""

FORKED = (
    "this process was forked from one that had used LanceDB already, which does not survive that. Fork before the "
    "first use, or start processes with `spawn`: gunicorn without `--preload`, or with no use of a Coach before its "
    "workers are there"
)


def is_forked_after_use() -> bool:
    """Whether a process from which this one was forked has used LanceDB before."""
    return bool(_used_in) and os.getpid() not in _used_in


def connect(uri: str, options: dict[str, str]) -> Any:
    """A connection that reads each table as it is now.

    Args:
        uri: Of the database.
        options: For an object store its storage options; for `db://` see `cloud_options`.
    """
    _used_in.add(os.getpid())
    import lancedb

    stored: dict[str, Any] = {"storage_options": options or None}
    return lancedb.connect(
        uri,
        read_consistency_interval=timedelta(0),
        session=lancedb.Session(INDEX_CACHE, METADATA_CACHE),
        **(cloud_options(uri, options) if is_cloud(uri) else stored),
    )
