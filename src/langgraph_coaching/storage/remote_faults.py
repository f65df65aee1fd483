"""Remote faults: what an object store or a server has answered, out of the many words that LanceDB puts around it."""

from __future__ import annotations

import re

_LONGEST = 300
"""Characters of a fault that are shown."""

_ANSWER = re.compile(r"<Code>(?P<code>[^<]+)</Code>(?:.*?<Message>(?P<message>[^<]*)</Message>)?")
"""The document in which S3 and those like it say what is wrong."""

_ADVICE = {
    "NoSuchBucket": "make the bucket first, or correct its name",
    "AccessDenied": "give these keys the right to list, read, write and delete below the address",
    "InvalidAccessKeyId": "check the key, given as storage_options or in the environment",
    "SignatureDoesNotMatch": "check the secret key, given as storage_options or in the environment",
}


def shorten_fault(said: str) -> str:
    """The fault in at most 300 characters, and what to do where an object store has said what is wrong.

    Args:
        said: All that LanceDB says of it, in one line.
    """
    answer = _ANSWER.search(said)
    if answer is None:
        refused = "nothing answers at the address (connection refused): " if "Connection refused" in said else ""
        return f"{refused}{said}"[:_LONGEST]
    code, message = answer["code"], answer["message"] or ""
    advice = f"; {_ADVICE[code]}" if code in _ADVICE else ""
    return f"{code}: {message.rstrip('.')}{advice}"[:_LONGEST]
