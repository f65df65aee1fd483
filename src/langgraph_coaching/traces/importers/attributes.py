"""Attributes of OpenTelemetry's spans, in any of their JSON forms, by their dotted names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from langgraph_coaching.traces.importers.span_messages import parse_value


def attributes_of(value: Mapping[str, Any]) -> dict[str, Any]:
    """Attributes by their dotted names, from a flat mapping, a nested one, a list of pairs or columns."""
    given = value.get("attributes")
    if isinstance(given, list):
        given = _read_pairs(given)
    columns = {name[len("attributes.") :]: part for name, part in value.items() if name.startswith("attributes.")}
    return dict(_flatten({**(given if isinstance(given, Mapping) else {}), **columns}))


def _otlp_value(value: Any) -> Any:
    """A value of OTLP's JSON, such as `{"stringValue": "…"}`."""
    if not isinstance(value, Mapping):
        return value
    for name, part in value.items():
        if name == "arrayValue" and isinstance(part, Mapping):
            return [_otlp_value(item) for item in _list_of(part.get("values"))]
        if name == "kvlistValue" and isinstance(part, Mapping):
            return _read_pairs(part.get("values"))
        if name == "intValue":
            return _read_number(part)
        if str(name).endswith("Value"):
            return part
    return dict(value)


def _read_pairs(value: Any) -> dict[str, Any]:
    """What a list of keys and values says; what is no pair says nothing."""
    return {
        str(item.get("key")): _otlp_value(item.get("value")) for item in _list_of(value) if isinstance(item, Mapping)
    }


def _list_of(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _read_number(value: Any) -> Any:
    """A whole number, which OTLP's JSON writes as a text; anything else as it is."""
    try:
        return int(value)
    except (TypeError, ValueError, OverflowError):
        return value


def _flatten(value: Mapping[Any, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    for name, part in value.items():
        if isinstance(part, Mapping) and part and not before.count(".") > 8:  # noqa: PLR2004 - deeper is a value
            yield from _flatten(part, f"{before}{name}.")
        else:
            yield f"{before}{name}", part


def list_under(attributes: dict[str, Any], name: str) -> list[Any]:
    """What stands under `name.0.…`, `name.1.…` as a list of nested mappings, or the list that `name` itself is."""
    whole = parse_value(attributes.get(name))
    if isinstance(whole, list):
        return [nest_names(dict(_flatten(item))) if isinstance(item, Mapping) else item for item in whole]
    inner = {key[len(name) + 1 :]: part for key, part in attributes.items() if key.startswith(f"{name}.")}
    found = nest_names(inner)
    return list(found) if isinstance(found, list) else []


def nest_names(flat: Mapping[str, Any]) -> Any:
    """Values under dotted names as the mappings and lists that the names stand for."""
    tree: dict[str, Any] = {}
    for name, part in flat.items():
        here = tree
        *above, last = name.split(".")
        for step in above:
            inner = here.setdefault(step, {})
            here = inner if isinstance(inner, dict) else here
        here[last] = part
    return _as_lists(tree)


def _as_lists(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    found = {name: _as_lists(part) for name, part in value.items()}
    if found and all(str(name).isdecimal() for name in found):
        return [found[name] for name in sorted(found, key=int)]
    return found
