"""Kinds of wishes: what tells "cancel a flight" from "change a flight", which are near to each other for recall."""

from __future__ import annotations

import re

_KINDS = """
cancel cancelling canceling cancels cancellation stop abort withdraw withdraws terminate end
change changes changing modify update updates edit reschedule postpone move shift rebook correct amend switch manage
return returns returning
exchange exchanges swap replace replacement
refund refunds refunded reimbursement money
book books booking reserve reservation schedule appointment
track status where eta progress
reset forgot forgotten recover lost-access
buy purchase order-new subscribe
upgrade upgrades upgraded
downgrade
extend extension renew renewal
pay pays paying settle
dispute disputes contest chargeback twice
remove removed removes delete deleted deletes
add added adds create creates new
open opens activate activation
close closes deactivate
find search searches looking browse
report reports
rate review
"""
_DETAILS = """
broken damaged defective faulty cracked stain stained
wrong incorrect mismatch
missing absent disappeared lost stolen never-arrived
late delayed slow
early
size sizes small large fit
colour color shade
password passwords passcode
username login-name
email mail e-mail
phone telephone number mobile
address
name surname
card cards credit debit
price prices pricing
colleague manager supervisor
in-stock out-of-stock sold stock
hotel room
flight flights plane
restaurant table
apartment flat
doctor physician
taxi ride cab
train
party
bank balance account
weather
boots shoes
shirt
jeans trousers
jacket coat
sweater
membership member
shipping delivery postage parcel package
"""


def _kinds_by_word(table: str) -> dict[str, str]:
    return {word: line.split()[0] for line in table.strip().splitlines() for word in line.split()}


_KIND_OF, _DETAIL_OF = _kinds_by_word(_KINDS), _kinds_by_word(_DETAILS)
_WORD = re.compile(r"[a-z]+(?:-[a-z]+)*")


def differ_in_kind(one: str, other: str) -> bool:
    """Whether two intents name different wishes, or different things, in so many words.

    They do where each names some of a kind and none is named by both; what has no such word is not told apart.
    """
    words = [_WORD.findall(text.casefold()) for text in (one, other)]
    return any(
        bool(mine and theirs and not mine & theirs)
        for mine, theirs in (
            tuple({table[word] for word in said if word in table} for said in words) for table in (_KIND_OF, _DETAIL_OF)
        )
    )
