"""Specifics go before a text is embedded; what carries meaning stays."""

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from langgraph_coaching.recall.normalization.specifics import drop_specifics


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Where is my order 4471?", "Where is my order?"),
        ("please refund order 41", "please refund order"),
        ("Order #A-4471-22 hasn't arrived", "Order hasn't arrived"),
        ("orders 77812, 77813 and 77814 are missing", "orders are missing"),
        ("my order number is 4471", "my order number"),
        ("order 12 never arrived", "order never arrived"),
        ("cancel reservation QX12ZT", "cancel reservation"),
        ("my reservation XKQPLM is gone", "my reservation is gone"),
        ("flight BA2490 got cancelled", "flight got cancelled"),
        ("where is 1Z999AA10123456784", "where is"),
        ("build 8841 failed", "build failed"),
        ("commit 3f9a2c1 broke it", "commit broke it"),
        ("job 0b6f0a3e-8f0e-4a6b-9a53-2f1f6a0c7d11 hangs", "job hangs"),
        ("my card ending in 4242 was declined", "my card was declined"),
        ("refund it to **** 9363", "refund it"),
        ("user_id mia_li_3668 is locked", "user_id is locked"),
        ("seat 14C please", "seat please"),
    ],
)
def test_numbers_of_things_go_and_the_thing_stays(text, told):
    assert drop_specifics(text) == told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("I was charged $59.40 twice", "I was charged some money twice"),
        ("I was charged 12 dollars for a coffee", "I was charged some money for a coffee"),
        ("the $50 voucher does not work", "the voucher does not work"),
        ("the $50 is gone", "the money is gone"),
        ("a charge of €1.200,50 on my card", "a charge of some money on my card"),
        ("between $50 and $60", "between some money"),
        ("write to tom.b+x@mail.example.org", "write to an email address"),
        ("see https://a.example/b?c=1, it is broken", "see a link, it is broken"),
        ("it says so on www.example.com.", "it says so on a link."),
        ("call me at +49 170 1234567 please", "call me at a phone number please"),
        ("call (555) 123-4567 or 0800-555-0143", "call a phone number or a phone number"),
        ("pay with 4111 1111 1111 1111", "pay with a card number"),
        ("ship it to 123 Main Street, Springfield, IL 62704 instead", "ship it to an address instead"),
        ("I moved to 12 Baker Street, flat 3", "I moved to an address"),
        ("10.20.30.40 is unreachable", "an IP address is unreachable"),
    ],
)
def test_amounts_addresses_and_numbers_to_reach_somebody_become_what_they_are(text, told):
    assert drop_specifics(text) == told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("my flight on 12 May got cancelled", "my flight got cancelled"),
        ("it was delivered on 03/04/2025 at 10:30 am", "it was delivered"),
        ("can you move the May 3rd meeting?", "can you move the meeting?"),
        ("I paid on 2024-05-03T10:30:00Z.", "I paid."),
        ("is somebody there between 8 am and 10 am?", "is somebody there?"),
        ("It started at 3pm. I rebooted.", "It started. I rebooted."),
        ("4 pm", "a certain time"),
    ],
)
def test_days_and_clock_times_go(text, told):
    assert drop_specifics(text) == told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Hi, this is Anna Becker and I want a refund", "Hi, I want a refund"),
        ("My name is Tom Ngo. Can you cancel it?", "Can you cancel it?"),
        ("i'm tom and i need help", "i need help"),
        ("I'm Xander Quill, my order is late", "my order is late"),
        ("Where is Tom's parcel?", "Where is someone's parcel?"),
        ("my friend Tom wants to join", "my friend wants to join"),
        ("Mr. Smith said no to Maria Lopez", "someone said no to someone"),
        ("book me with Dr. Morgan", "book me with a doctor"),
        ("It does not work. Thanks, John", "It does not work. Thanks"),
        ("Ada Lovelace", "someone"),
        ("My name is Ada Lovelace", "a name"),
    ],
)
def test_people_are_not_named(text, told):
    assert drop_specifics(text) == told


@pytest.mark.parametrize(
    "text",
    [
        "2 tickets for 3 people",
        "I ordered 2 items 3 weeks ago",
        "order 2 blue lamps",
        "room for 2 people",
        "my order is 5 days late",
        "I want 3 of 5 items back",
        "my bag is 50 pounds",
        "pay 20% less",
        "error 502 on deploy",
        "HTTP status 4290",
        "error TS2345 in the build",
        "ORA-00942: table missing",
        "exit code 137",
        "python 3.11 and numpy 1.26.4",
        "sha256 mismatch",
        "net 30 terms",
        "24/7 support?",
        "half (1/2) of it",
        "does the iPhone 15 case fit?",
        "my 401k",
        "a 2019 model",
        "Do you ship to Norway?",
        "flights to San Jose and St. Louis",
        "my name is wrong on the ticket",
        "I am Gold Member and want an upgrade",
        "I need it by Friday",
        "What is your name?",
        "MY ORDER STATUS PLEASE",
        "",
        "7",
    ],
)
def test_what_carries_meaning_stays(text):
    assert drop_specifics(text) == text


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("订单4471在哪里?", "订单在哪里?"),
        ("where is order ٤٤٧١", "where is order"),
        ("请看https://例え.jp/订单。谢谢", "请看a link。谢谢"),
        ("メールは taro@例え.jp です", "メールは an email address です"),
        ("¿Dónde está mi pedido 4471-22?", "¿Dónde está mi pedido?"),
        ("Me cobraron 45,90 € dos veces", "Me cobraron some money dos veces"),
        ("Llegó el 3 de mayo de 2024 roto", "Llegó el roto"),
        ("Ich heiße Anna Müller und suche mein Paket", "suche mein Paket"),
        ("Ich wohne Hauptstraße 12, 10115 Berlin", "Ich wohne an address"),
        ("2024年5月3日に届く", "に届く"),
    ],
)
def test_numbers_mail_and_links_of_any_language(text, told):
    assert drop_specifics(text) == told


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Where is my order 4471?", "Where is my order 90210-B?"),
        ("I'm Ada Lovelace and I lost my card 4242", "I'm Bob Cook and I lost my card 1881"),
        ("you charged me $5 on May 3", "you charged me €1,200.50 on 2024-11-30"),
        ("mail it to a@b.example by 5 pm", "mail it to long.name@sub.example.org by 11:30"),
    ],
)
def test_the_same_request_of_two_people_is_the_same_text(one, other):
    assert drop_specifics(one) == drop_specifics(other)


WORDS = (
    "1 12 4471 a1 A1 ABC123 #7 $5 5€ 1/2 1-1 1.2.3 12:30 pm may 2024 @ a@b.c http:// www. order orders number is"
    " and , . ! ? \n"
    " I'm My name Tom Ada Dr St Main Street ( ) - * x +1 (12) ٤ é 订单 the on from to at of our ending in"
)
PIECES = st.sampled_from(WORDS.split(" "))
TEXTS = (
    st.text(max_size=1_500) | st.lists(PIECES, max_size=200).map(" ".join) | st.lists(PIECES, max_size=60).map("".join)
)


@settings(deadline=None, max_examples=200)
@given(TEXTS)
def test_whatever_is_said_something_is_left_and_nothing_goes_twice(text):
    told = drop_specifics(text[:1_500])
    assert drop_specifics(told) == told
    if re.search(r"\w", text[:1_500]):
        assert re.search(r"\w", told)


@settings(deadline=None)
@given(st.lists(PIECES | st.text(max_size=3), min_size=1, max_size=4))
def test_no_text_makes_it_slow(pieces):
    piece = "".join(pieces) + " "
    started = time.perf_counter()
    drop_specifics((piece * 1_500)[:1_500])
    assert time.perf_counter() - started < 2  # a tenth of that on a quiet machine; a backtracking pattern takes minutes


@pytest.mark.parametrize("piece", ["\n", " ", "1", "a", "A", "1 ", "a@", "((", "-", "\n- A", "Ab ", "1,", "a_", "."])
def test_no_repetition_makes_it_slow(piece):
    started = time.perf_counter()
    drop_specifics((piece * 1_500)[:1_500])
    assert time.perf_counter() - started < 2
