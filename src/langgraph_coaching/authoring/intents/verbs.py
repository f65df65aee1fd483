"""English verb forms: the third person and the past, as indirect questions need them."""

from __future__ import annotations

import re

_FORMS = """
be=was become=became begin=began break=broke bring=brought build=built buy=bought catch=caught choose=chose come=came
cost=cost cut=cut do=did draw=drew drive=drove eat=ate fall=fell feel=felt find=found fly=flew forget=forgot get=got
give=gave go=went have=had hear=heard hit=hit hold=held keep=kept know=knew leave=left let=let lose=lost make=made
mean=meant meet=met pay=paid put=put read=read run=ran say=said see=saw sell=sold send=sent set=set show=showed
shut=shut sit=sat speak=spoke spend=spent stand=stood take=took tell=told think=thought understand=understood wear=wore
win=won write=wrote ship=shipped stop=stopped plan=planned drop=dropped cancel=cancelled refer=referred
"""
_IRREGULAR = dict(pair.split("=") for pair in _FORMS.split())


def third_person_form(verb: str) -> str:
    """The form with he, she and it: `ship` becomes `ships`."""
    if verb in ("be", "have", "do", "go"):
        return {"be": "is", "have": "has", "do": "does", "go": "goes"}[verb]
    if re.search(r"(?:s|x|z|ch|sh)$", verb):
        return f"{verb}es"
    return f"{verb[:-1]}ies" if re.search(r"[^aeiou]y$", verb) else f"{verb}s"


def past_tense(verb: str) -> str:
    """The past tense: `ship` becomes `shipped`."""
    if verb in _IRREGULAR:
        return _IRREGULAR[verb]
    if verb.endswith("e"):
        return f"{verb}d"
    return f"{verb[:-1]}ied" if re.search(r"[^aeiou]y$", verb) else f"{verb}ed"
