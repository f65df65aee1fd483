"""When replying to: something in a customer's parcel arrived broken or damaged.

Holds revision 1 of damaged_item to what it promises. After a change that is meant, write it anew:
`langgraph-coaching test new damaged_item test_damaged_item.py --force`
"""

import os
from pathlib import Path

import pytest
from langchain_openai import ChatOpenAI

from langgraph_coaching import coach_from, coached
from langgraph_coaching.testing import missing, recorded_turn_of

COACHING = "damaged_item"
PROMPTED = (
    "- When replying to: something in a customer's parcel arrived broken or damaged\n"
    "  Do this: Use the move reply: say sorry, and ask for the order number and a photo of the damage."
)
FIRES = {
    "its source": [
        ("user", "I opened my parcel and the glass bowl in it is broken."),
    ],
    "example 1": [
        ("user", "The jug you sent me arrived with a big crack."),
    ],
}
SILENT = {
    "never here 1": [
        ("user", "How do I get a crack out of my wooden table?"),
    ],
    "a recorded run 1": [
        ("user", "The toaster I bought last year has stopped working."),
    ],
    "a recorded run 2": [
        ("user", "I fried in the cast iron pan once and I don't like it. Can I return it?"),
    ],
    "a recorded run 3": [
        ("user", "Can I send the skillet back? I have cooked with it a few times."),
    ],
    "a recorded run 4": [
        ("user", "The kettle I bought in spring no longer heats. What can you do?"),
    ],
    "a recorded run 5": [
        ("user", "My parcel still isn't here. The order is 8820, when will it come?"),
    ],
}
EXPECTED = [
    "order number",
    "photo",
]
MODEL = ChatOpenAI(
    max_retries=0,
    max_completion_tokens=120,
    model="qwen2.5-coder-1.5b-instruct",
    base_url="http://127.0.0.1:8088/v1",
    api_key=os.environ.get("OPENAI_API_KEY", "none"),
    seed=7,
    temperature=0.0,
).bind(
    response_format={
        "type": "json_schema",
        "json_schema": {
            "name": "move",
            "schema": {
                "type": "object",
                "properties": {
                    "move": {
                        "type": "string",
                        "enum": [
                            "reply",
                            "search_articles",
                            "look_up_order",
                            "warranty_claim",
                            "angry_customer",
                            "transfer_to_billing",
                        ],
                    },
                    "text": {
                        "type": "string",
                    },
                },
                "required": [
                    "move",
                    "text",
                ],
            },
        },
    },
)
SYSTEM = (
    "You are the support agent of Fernhill, an online shop for kitchenware. Usually you just reply to the"
    " user, in one or two\n"
    'short, friendly sentences: {"move": "reply", "text": "what you say"}. Other moves, where you are '
    "told to use them:\n"
    '{"move": "search_articles", "text": "what to search for"}\n'
    '{"move": "look_up_order", "text": "the order number"}\n'
    '{"move": "warranty_claim", "text": "the item"}\n'
    '{"move": "angry_customer", "text": "what they are angry about"}\n'
    '{"move": "transfer_to_billing", "text": "why"}\n'
    "Standard shipping costs 4.90 EUR. Delivery takes three days."
)


@pytest.fixture(scope="module")
def coach():
    with coach_from(Path(__file__).parent / "coachings") as coach:
        yield coach


def advised(coach, conversation):
    return coach.advise_batch([conversation])[0]


def applied(advice):
    return [receipt.coaching_id for receipt in advice.applied]


@pytest.mark.parametrize("where", FIRES)
def test_it_fires(coach, where):
    advice = advised(coach, FIRES[where])
    assert COACHING in applied(advice), [(receipt.coaching_id, receipt.reason) for receipt in advice.considered]
    assert PROMPTED in advice.prompt


@pytest.mark.parametrize("where", SILENT)
def test_it_stays_silent(coach, where):
    assert COACHING not in applied(advised(coach, SILENT[where]))


@pytest.mark.coaching_cassette("followed")
def test_it_is_followed(coach):
    said, prompt = FIRES["its source"], [("system", SYSTEM), *FIRES["its source"]]
    advice = advised(coach, said)
    turn = recorded_turn_of(MODEL.invoke(coached({"messages": prompt, "coaching": [advice.to_json()]})))
    assert missing(turn.text, EXPECTED) == [], turn.text
