"""What of a turn was typed is read, wherever it stands; what was pasted only by its beginning."""

import pytest

from langgraph_coaching.recall.normalization.pasted_text import BESIDE, LONG, drop_pasted

LOG = "\n".join(
    f"2026-03-01 12:00:{second:02d} ERROR worker[{second}] connection refused 10.0.0.{second}" for second in range(30)
)
TRACE = (
    'Traceback (most recent call last):\n  File "app.py", line 3, in <module>\n    main()\nConnectionError: refused\n'
    * 6
)
JSON = '{\n  "status": "failed",\n  "items": [\n    1,\n    2\n  ]\n}\n' * 5
MAIL = "On Mon, 3 Mar 2026 at 10:11, Shop <shop@example.com> wrote:\n" + "> Your parcel has left our house.\n" * 12
TABLE = "\n".join(f"Item {n}        {n},00       {n * 3},00" for n in range(12))
CODE = "```python\ndef f(x):\n    return x\n```\n"
CHAT = "\n".join(f"[09:{minute:02d}] Dennis: ok, one moment" for minute in range(12))
PASTES = [LOG, TRACE, JSON, MAIL, TABLE, CODE, CHAT]
WISH = "I would like to have my money back"


@pytest.mark.parametrize("pasted", PASTES, ids=["log", "trace", "json", "mail", "table", "code", "chat"])
@pytest.mark.parametrize("order", ["{wish}\n\n{pasted}", "{wish}\n{pasted}"])
def test_a_wish_before_a_paste_is_read_first(pasted, order):
    read = drop_pasted(order.format(wish=WISH, pasted=pasted))
    assert read.startswith(WISH)
    assert len(read) <= len(WISH) + 1 + BESIDE


@pytest.mark.parametrize(
    "pasted", [LOG, TRACE, JSON, TABLE, CODE, CHAT], ids=["log", "trace", "json", "table", "code", "chat"]
)
def test_a_wish_behind_a_paste_is_read_first(pasted):
    assert drop_pasted(f"{pasted}\n{WISH}").startswith(WISH)


def test_a_wish_between_two_pastes_is_read():
    assert drop_pasted(f"{LOG}\n\n{WISH}\n\n{JSON}").startswith(WISH)


@pytest.mark.parametrize(
    "text",
    [
        WISH,
        "Dear team,\nI have been a customer for ten years.\nI would like to close my account.",
        "add to my list:\n- milk\n- bread",
        "",
        LOG[:LONG],
    ],
)
def test_what_was_all_typed_or_all_pasted_is_read_as_it_is(text):
    assert drop_pasted(text) == text.strip()


def test_of_a_long_turn_the_front_and_the_end_are_read():
    ramble = " ".join(f"And then on day {n} it rained again." for n in range(200))
    read = drop_pasted(f"Hello there. {ramble} {WISH}.")
    assert read.startswith("Hello there.")
    assert read.endswith(f"{WISH}.")
    assert len(read) <= LONG + 1


def test_what_has_been_read_once_reads_the_same_again():
    for pasted in (LOG, TRACE, JSON, TABLE, CODE, CHAT):
        once = drop_pasted(f"{pasted}\n\n{WISH}")
        assert drop_pasted(once).startswith(WISH)
