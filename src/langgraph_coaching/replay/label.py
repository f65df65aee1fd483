"""The label of a cassette: its first lines say which model answered."""

from __future__ import annotations

import re
from typing import Any

from vcr.serializers import yamlserializer

_IN_BODY = re.compile(r'"model(?:_name|_id)?"\s*:\s*"([^"]{1,100})"')
_IN_PATH = re.compile(r"/models?/([^/:?]+)")


class Labelled:
    """YAML that says in its first line which model answered, where that is known."""

    @staticmethod
    def serialize(content: dict[str, Any]) -> str:
        """The text of a cassette."""
        models = models_of(content["interactions"])
        said = f"# model: {', '.join(models)}\n" if models else ""
        return f"# Recorded HTTP: not to be edited; whoever changes a request records it again.\n{said}" + str(
            yamlserializer.serialize(content)
        )

    deserialize = staticmethod(yamlserializer.deserialize)


def models_of(interactions: list[dict[str, Any]]) -> list[str]:
    """The names of the models that answered, as requests, answers or addresses name them.

    Args:
        interactions: Mappings with `request` and `response`, as a cassette holds them.
    """
    found: dict[str, None] = {}
    for each in interactions:
        answer = each["response"].get("body")
        for body in (each["request"]["body"], answer.get("string") if isinstance(answer, dict) else answer):
            text = body.decode(errors="ignore") if isinstance(body, bytes) else str(body or "")
            found |= dict.fromkeys(_IN_BODY.findall(text)[:1])
        found |= dict.fromkeys(_IN_PATH.findall(each["request"]["uri"]))
    return [name for name in found if name.isprintable()]
