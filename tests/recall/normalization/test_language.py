"""The language of a text: named where small words or letters give it away, and never claimed of English."""

import pytest

from langgraph_coaching.recall.normalization.language import language_of
from langgraph_coaching.recall.scoring.background.texts import background_texts


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("German", "Ich habe meine Bestellung noch nicht bekommen"),
        ("German", "WO IST MEIN PAKET?"),
        ("German", "meine Größe passt nicht, kann ich das umtauschen"),
        ("French", "Je n'ai toujours pas reçu ma commande"),
        ("French", "où est mon colis"),
        ("Spanish", "¿Dónde está mi pedido?"),
        ("Spanish", "quiero que me devuelvan el dinero por favor"),
        ("Italian", "non ho ancora ricevuto il mio pacco"),
        ("Portuguese", "não recebi a minha encomenda, onde está?"),
        ("Dutch", "waar is mijn pakket, ik heb het nog niet"),
        ("Polish", "gdzie jest moja paczka"),
        ("Czech", "kde je můj balík, čekám už týden"),
        ("Swedish", "jag har inte fått mitt paket"),
        ("Danish or Norwegian", "jeg har ikke fået min pakke endnu"),
        ("Turkish", "bu siparişi iptal etmek istiyorum, lütfen"),
        ("Greek", "πού είναι το δέμα μου"),
        ("Russian or another language in Cyrillic letters", "где моя посылка"),
        ("Chinese", "我的包裹在哪里"),
        ("Japanese", "荷物はどこですか"),
        ("Korean", "제 소포는 어디에 있나요"),
        ("Arabic or another language in its letters", "أين طردي"),
        ("Hindi or another language in its letters", "मेरा पार्सल कहाँ है"),
        ("Hebrew", "איפה החבילה שלי"),
        ("a language in Georgian letters", "სად არის ჩემი ამანათი"),
    ],
)
def test_it_is_named(language, text):
    assert language_of(text) == language


@pytest.mark.parametrize(
    "text",
    [
        "", "?!", "4471", "ok", "hello", "where is my parcel", "WHERE IS MY ORDER", "wheres my odrer pls",
        "I want a refund for the die-cast car", "do you ship to El Paso or Des Moines", "table for two at Chez Nous",
        "book a flight from San Jose to Los Angeles", "my name is Jürgen Müller and I live in Köln",
        "is the café à la carte", "translate gracias to english", "no me neither", "¯\\_(ツ)_/¯",
        "what does 'wo ist mein Paket' mean in English, could you tell me please", "so was it in the end or not",
        "Привет means hello, doesn't it", "👍🏽", "naïve résumé", "a b c d e", "x" * 5_000,
    ],
)  # fmt: skip
def test_nothing_is_claimed_of_what_is_english_or_gives_nothing_away(text):
    assert language_of(text) is None


def test_half_a_character_and_a_long_text_are_read():
    assert language_of("\ud800 где моя посылка") is not None
    assert language_of("wo ist mein Paket " * 10_000) == "German"


def test_of_three_thousand_english_texts_none_is_taken_for_another_language():
    found = {text: language for group in background_texts() for text in group if (language := language_of(text))}
    told = {text for text in found if text.isascii()}
    # The background has a few texts of other languages, each in a line of its own; those are right.
    assert {text for text in told if {"the", "my", "you", "what", "how"} & set(text.split())} == set()
    assert len(told) < 60
