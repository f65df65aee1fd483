"""Names of secrets: which keys, parameters, fields and headers hold what is never written."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

Kind = Literal["secret", "token"]
"""`secret`: whatever text stands there. `token`: as well, unless it is a word of a model or another plain word."""

_WORD = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+")
"""Words of a name in any spelling: `awsSecretAccessKey`, `X-API-Key`, `AUTH_TOKEN`."""

_SAYS_WHAT_KEY = re.compile(
    r"access|account|api|app|application|auth|aws|client|consumer|deploy|encryption|function|functions|integration"
    r"|license|master|private|publishable|secret|server|service|session|shared|signing|ssh|storage|subscription"
    r"|webhook"
)
"""Before `key`; a primary, public, cache or sort key is none."""

_SAYS_WHOSE_TOKEN = re.compile(
    r"access|api|app|auth|authentication|authenticity|authorization|bearer|bot|client|csrf|deploy|device|id"
    r"|identity|jwt|oauth|personal|refresh|sas|secret|security|service|session|user|verification|webhook|xsrf"
)
"""Before `token`."""

_OF_PAGES_AND_MODELS = re.compile(
    r"page|next|previous|prev|continuation|cursor|sync|resume|start|end|first|last|max|min|input|output|prompt"
    r"|completion|cached|cache|reasoning|total|special|stop|eos|bos|pad|unk|mask|sep|cls|per|single|each|new|num"
    r"|request|idempotency|image|audio|text|thinking"
)
"""Before `token`: a place in a list that is read on, or what a model reads and writes."""

_ALWAYS = re.compile(
    r"\w*(?:password|passwd|passphrase|passcode)s?|pwd|passkey|secrets?|credentials?|creds"
    r"|authorization|csrf|xsrf|otp|totp|cvv|cvc|jsessionid|phpsessid|mnemonic"
)
_OFTEN = re.compile("auth|bearer|cookie|cookies|jwt|jwts")

_DESCRIBES = re.compile(
    r"type|types|count|counts|limit|limits|name|names|url|urls|uri|endpoint|endpoints|policy|hint|required|length"
    r"|min|max|expires|expiry|expiration|ttl|budget|usage|details|index|at|in|on|issuer|scope|scopes|status"
    r"|version|provider|providers|method|methods|supported|algorithm|alg|description|format|field|fields|label"
    r"|title|enabled|valid|exists|strength|arn|path|file|ref|rotation|age|date|time|used|left|remaining|per|rate"
    r"|cost|price|prices|set|changed|updated|created|id|ids"
)
"""At the end: the name tells something about a secret. `secret_id` is one all the same."""

_SECRET_IDS = frozenset(
    {("org", "id"), ("organization", "id"), ("secret", "id"), ("code", "verifier"), ("client", "assertion")}
)

_QUALIFIERS = "|".join(
    sorted(
        [*_SAYS_WHAT_KEY.pattern.split("|"), *_SAYS_WHOSE_TOKEN.pattern.split("|"), "xi", "x"], key=len, reverse=True
    )
)
_RUN_TOGETHER = re.compile(rf"((?:{_QUALIFIERS})+)(keys?|tokens?|secrets?|credentials?|cookies?)")
_QUALIFIER = re.compile(_QUALIFIERS)

_IN_ADDRESSES = re.compile(
    "key|sig|signature|hmac|pass|assertion|clientassertion|codeverifier|awsaccesskeyid|googleaccessid"
)
"""Names that mean a secret in an address or a form, and may be anything in JSON."""


@lru_cache(10_000)
def kind_of_name(name: str) -> Kind | None:
    """What a key of a mapping or a header promises; None where its value is no secret.

    Args:
        name: In any spelling.
    """
    words = _words(name)
    last, before = ["", "", *words][:-3:-1]
    if describes_value(name):
        return None
    if (last, before)[::-1] in _SECRET_IDS or any(map(_ALWAYS.fullmatch, words)):
        return "secret"
    if last in ("key", "keys"):
        return "secret" if _SAYS_WHAT_KEY.fullmatch(before) else None
    if last in ("token", "tokens"):
        return _token(last, before)
    return "token" if _OFTEN.fullmatch(last) else None


@lru_cache(10_000)
def describes_value(name: str) -> bool:
    """Whether a key tells something about the value beside it, such as its type or its end."""
    words = _words(name)
    return bool(words and _DESCRIBES.fullmatch(words[-1])) and tuple(words[-2:]) not in _SECRET_IDS


def _token(last: str, before: str) -> Kind | None:
    if _SAYS_WHOSE_TOKEN.fullmatch(before):
        return "secret"
    if _OF_PAGES_AND_MODELS.fullmatch(before) or (last == "tokens" and before):
        return None
    return "token"


@lru_cache(10_000)
def kind_of_parameter(name: str) -> Kind | None:
    """What a parameter of an address or a field of a form promises; None where its value is no secret.

    Args:
        name: As it is sent, not quoted any more.
    """
    if name.lower().startswith(("x-amz-", "x-goog-")) or _IN_ADDRESSES.fullmatch(re.sub(r"[-_]", "", name.lower())):
        return "secret"
    return kind_of_name(name)


def _words(name: str) -> list[str]:
    found: list[str] = []
    for word in (word.lower() for word in _WORD.findall(name)):
        if together := _RUN_TOGETHER.fullmatch(word):
            found += [*_QUALIFIER.findall(together[1]), together[2]]
        else:
            found.append(word)
    return found
