"""Cloud faults: what LanceDB Cloud or Enterprise has answered, or that it has not, in few words and with what to do."""

from __future__ import annotations

import re

_LONGEST = 160
"""Characters of a service's own words that are shown."""

_ANSWER = re.compile(r"Http error: \(request_id=[^)]*\)\s*(?:(?P<status>\d{3})\b[^:]*:)?\s*(?P<said>.*)")

_GIVEN_UP = re.compile(r"Hit retry limit for [^(]*\(request_failures=(\d+)/\d+, connect_failures=(\d+)/\d+")

_ADVICE = {
    401: "check the key: storage_options={'api_key': …}, or LANCEDB_API_KEY in the environment",
    403: "give this key the right to read and write the database",
    404: "check the name behind db://, and the region or host_override",
    409: "somebody else was writing; try again",
    413: "it is too much at once; write fewer or smaller records",
    429: "it asks for fewer requests; try again later, or ask for a higher limit",
}

_BROKEN = "try again; if it stays so, look at the state of the service"


def tell_cloud_fault(said: str, status: int | None = None) -> str:
    """What happened and what to do.

    Args:
        said: All that LanceDB says of it, in one line.
        status: What the service answered with, where that is known beside it.
    """
    answer = _ANSWER.search(said)
    if answer is not None:
        number = int(answer["status"] or status or 0)
        words = re.sub(r"<[^>]*>", " ", answer["said"]).strip()[:_LONGEST]
        told = f"it answered {number}" if number else "it answered what is none of its answers: is that LanceDB"
        return f"{told}{f' ({words})' if words else ''}; {_ADVICE.get(number, _BROKEN)}"
    given_up = _GIVEN_UP.search(said)
    if given_up is not None:
        refused, unreached = int(given_up[1]), int(given_up[2])
        if unreached:
            return "nothing answers at the address; check the region or host_override, and the network"
        if refused:
            told = f"it answered {status} each time" if status else "it refused each time"
            return f"{told}; {_ADVICE.get(status or 0, _BROKEN)}"
        return f"it did not answer in time; {_BROKEN}, or give it longer: storage_options={{'read_timeout': '60'}}"
    if "was not found" in said:
        return f"{said[:_LONGEST]}; check the name behind db://, and that nobody has dropped the table"
    return f"{said[:_LONGEST]}; {_BROKEN}"
