"""LanceDB Cloud and Enterprise: what a coach is given to reach them, as their client wants it.

They look after their tables themselves, so nothing is put together or indexed from here, and keep what they have
acknowledged, so that `durable=True` has nothing to add.
"""

from __future__ import annotations

import os
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from langgraph_coaching.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Mapping

_TEXTS = ("api_key", "region", "host_override")

_WAITS = {"connect_timeout": 5.0, "read_timeout": 30.0}
"""Seconds; LanceDB's own two and five minutes would hold a person, and the thread of a call that was given up."""

_RETRIES = "retries"
_MOST_RETRIES = 20


def is_cloud(uri: str) -> bool:
    """Whether a service is behind the address, not files."""
    return uri.startswith("db://")


def cloud_options(uri: str, options: Mapping[str, str]) -> dict[str, Any]:
    """The arguments of `lancedb.connect` for a service.

    Args:
        uri: `db://` and the name of the database.
        options: `api_key`, `region`, `host_override`; `connect_timeout` and `read_timeout` in seconds; `retries`.

    Raises:
        StoreError: There is no name or no key, or an option is none of these.
    """
    known = [*_TEXTS, *_WAITS, _RETRIES]
    unknown = sorted(set(options).difference(known))
    if unknown:
        raise StoreError(
            f"{uri} knows no option {unknown[0]!r}; storage_options may have {', '.join(known)}, each a text"
        )
    if not uri.removeprefix("db://").strip("/"):
        raise StoreError("db:// needs the name of the database behind it: Coach('db://name', …)")
    if not (options.get("api_key") or os.environ.get("LANCEDB_API_KEY")):
        raise StoreError(
            f"{uri} needs a key: Coach('{uri}', storage_options={{'api_key': …}}), "
            "or LANCEDB_API_KEY in the environment"
        )
    waits = {
        name: timedelta(seconds=_number(options, name, most=3_600.0)) for name in _WAITS if _is_wanted(options, name)
    }
    client: dict[str, Any] = {"timeout_config": waits}
    if _RETRIES in options:
        retries = int(_number(options, _RETRIES, most=_MOST_RETRIES))
        client["retry_config"] = {"retries": retries, "connect_retries": retries, "read_retries": retries}
    return {name: options[name] for name in _TEXTS if name in options} | {"client_config": client}


def _is_wanted(options: Mapping[str, str], name: str) -> bool:
    return name in options or f"LANCE_CLIENT_{name.upper()}" not in os.environ


def _number(options: Mapping[str, str], name: str, *, most: float) -> float:
    try:
        number = float(options.get(name, _WAITS.get(name, 0.0)))
    except ValueError:
        number = -1.0
    if not 0 <= number <= most:
        raise StoreError(f"{name} is a number from 0 to {most:g} as a text, such as '5', not {options[name]!r}")
    return number
