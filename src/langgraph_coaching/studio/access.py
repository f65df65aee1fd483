"""Who looks at the studio, and what they may do there."""

from __future__ import annotations

import getpass
import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

from langgraph_coaching.errors import InvalidCoachingError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from starlette.requests import Request

    SignIn = Callable[[Request], "Person | Awaitable[Person | None] | None"]

Role = Literal["reader", "coach", "admin"]
"""A reader looks; a coach also writes coaching and gives verdicts; an admin also deletes, erases and pauses."""

RANK = {role: rank for rank, role in enumerate(get_args(Role))}

SHORTEST = 16
"""Characters of a token, at least: too many to be guessed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who is asking."""

    name: str
    """Stands on every change they make."""
    role: Role = "reader"

    def __post_init__(self) -> None:
        """Refuses a role that there is none of.

        Raises:
            InvalidCoachingError: So it is, or the name is empty.
        """
        if self.role not in RANK:
            raise InvalidCoachingError(f"the role {self.role!r} is none of {', '.join(RANK)}")
        if not self.name.strip():
            raise InvalidCoachingError("a person needs a name: it stands on every change they make")

    def may(self, role: Role) -> bool:
        """Whether they may do what this role may do."""
        return RANK[self.role] >= RANK[role]


def local_person() -> Person:
    """Whoever sits at this machine."""
    try:
        name = getpass.getuser()
    except (OSError, KeyError):  # a container without users
        name = "local"
    return Person(name=name, role="admin")


def check_tokens(tokens: Mapping[str, Person]) -> dict[str, Person]:
    """The tokens, each long enough.

    Raises:
        InvalidCoachingError: One is too short to be safe.
    """
    if any(len(token) < SHORTEST for token in tokens):
        raise InvalidCoachingError(
            f"a token has at least {SHORTEST} characters; `python -c 'import secrets; print(secrets.token_urlsafe())'` "
            "makes one"
        )
    return dict(tokens)


def person_of(tokens: Mapping[str, Person], token: str) -> Person | None:
    """Whose token this is; takes the same time whichever it is."""
    found = None
    for known, person in tokens.items():
        if hmac.compare_digest(known.encode(), token.encode()):
            found = person
    return found
