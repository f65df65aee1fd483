"""Suggested intents: one scenario in the third person, without what belongs to one person or one day."""

import json
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage, ToolMessage

from langgraph_coaching.authoring.intents.suggest import suggest_intents
from langgraph_coaching.coaching.behavior import Reply
from langgraph_coaching.coaching.model import Coaching
from langgraph_coaching.recall.minilm import MiniLM

TRAJECTORIES = Path(__file__).parents[3].parent / "shared" / "data" / "trajectories"


def said(*turns):
    """A conversation: the user's turns as they are, the agent's begin with "> "."""
    return [AIMessage(turn[2:]) if turn.startswith("> ") else HumanMessage(turn) for turn in turns]


def best(*turns):
    return suggest_intents(said(*turns))[0]


@pytest.mark.parametrize(
    ("turn", "intent"),
    [
        ("I'd like to return a kettle.", "the user wants to return a kettle"),
        ("Hi there! I need to change my delivery address, please.", "the user wants to change their delivery address"),
        ("we were hoping to book a table for our team", "the user wants to book a table for their team"),
        ("I'm trying to reset my password", "the user wants to reset their password"),
        ("Can you cancel my subscription?", "the user asks the agent to cancel their subscription"),
        (
            "Please send the invoice to my accountant.",
            "the user asks the agent to send the invoice to their accountant",
        ),
        ("Cancel my subscription!", "the user asks the agent to cancel their subscription"),
        ("Could you please not call me, but email me?", "the user asks the agent not to call them"),
        ("Please don't charge my card again.", "the user asks the agent not to charge their card again"),
        ("Can you help me with my broken lamp?", "the user wants help with their broken lamp"),
        ("Could you help me cancel a subscription?", "the user wants to cancel a subscription"),
        ("Can you tell me how much I owe?", "the user asks how much they owe"),
        ("Could you let me know if my parcel has left?", "the user asks whether their parcel has left"),
        ("I want to know whether you ship to Norway", "the user asks whether the agent ships to Norway"),
        ("How do I reset my password?", "the user asks how to reset their password"),
        ("What is your refund policy?", "the user asks what the refund policy is"),
        ("What are my options?", "the user asks what their options are"),
        ("When will it arrive?", "the user asks when it will arrive"),
        ("Is it possible to pay by invoice?", "the user asks whether they can pay by invoice"),
        ("Can I pay by invoice?", "the user asks whether they can pay by invoice"),
        ("Do you have this coat in green?", "the user asks whether the agent has this coat in green"),
        ("Are there any vegan dishes?", "the user asks whether there are any vegan dishes"),
        ("Why was my parcel sent back?", "the user asks why their parcel was sent back"),
        (
            "My washing machine is leaking and I'm furious.",
            "the user says that their washing machine is leaking and they are furious",
        ),
        ("I never received my parcel", "the user says that they never received their parcel"),
        ("I would rather not give you my number", "the user would rather not give the agent their number"),
        ("I'm looking for a quiet hotel.", "the user is looking for a quiet hotel"),
        ("Can I get a large pizza with olives, please?", "the user asks for a large pizza with olives"),
        ("I'll have the soup", "the user asks for the soup"),
        ("I don't want a refund", "the user does not want a refund"),
        ("I'm having trouble logging in", "the user has trouble logging in"),
        ("I have a question about my bill", "the user has a question about their bill"),
        ("where's my parcel", "the user asks where their parcel is"),
        ("What time does the shop open?", "the user asks what time the shop opens"),
        ("How long does shipping take?", "the user asks how long shipping takes"),
        ("did my payment go through", "the user asks whether their payment went through"),
        ("Has the parcel been sent?", "the user asks whether the parcel has been sent"),
        ("What is a chargeback?", "the user asks what a chargeback is"),
        ("Just wanted to check the status of my claim", "the user wants to check the status of their claim"),
        ("website is really slow today", "the user says that the website is really slow today"),
        ("i dont recieve my emails, pls help", "the user says that they don't receive their emails"),
        ("can u cancle my subscripton plz", "the user asks the agent to cancel their subscription"),
        ("WHERE IS MY REFUND", "the user asks where their refund is"),
        ("Is there any way you could waive the fee?", "the user asks the agent to waive the fee"),
        ("Summarize this article", "the user asks the agent to summarize this article"),
        ("search bar", 'the user says "search bar"'),
        ("i need diections to the statoin", "the user wants directions to the station"),
        ("can i get a latte, sorry a matcha to go", "the user asks for a matcha to go"),
        ("I am curious on how much a stitch costs", "the user asks how much a stitch costs"),
        ("that seemed to work", "the user says that it seemed to work"),
        ("C'mon, my parcel is late", "the user says that their parcel is late"),
        ("I'm really sorry, but my son john lost his card", "the user says that their son lost his card"),
        ("I want to open an account and put an important meeting on the calendar", "the user wants to open an account"),
        ("hello", "the user greets the agent"),
        (
            "If the shop is closed, can you send it by post?",
            "the user asks the agent to send it by post if the shop is closed",
        ),
    ],
)
def test_one_turn_is_told_in_the_third_person(turn, intent):
    assert best(turn) == intent


@pytest.mark.parametrize(
    "turn",
    [
        "Hello! Thanks for taking my call. I'd like to return a kettle. Have a nice day!",
        "Good morning, um, well, I'd like to return a kettle, please, thank you so much",
        "Hey!! Quick question: I'd like to return a kettle.",
        "My name is Ada Lovelace and I'd like to return a kettle.",
        "Hi, this is Ada Lovelace. I'd like to return a kettle (order #W1234567).",
        "It is raining here. I'd like to return a kettle. What do you need from me?",
        "I\N{RIGHT SINGLE QUOTATION MARK}d like to return a kettle\N{EM DASH}can you help me with that?",
    ],
)
def test_politeness_names_and_small_talk_are_left_out(turn):
    assert best(turn) == "the user wants to return a kettle"


@pytest.mark.parametrize(
    ("turn", "secret"),
    [
        ("Please cancel order #W1234567.", "1234567"),
        ("I want to change reservation QX12ZT to a later flight", "QX12ZT"),
        ("I'd like the receipt sent to ada.lovelace@example.com", "ada"),
        ("Can you call me back on 555-123-4567 about my loan?", "555"),
        ("My zip code is 90210 and I want to know the opening hours", "90210"),
        ("I want to return the coat I bought on May 3rd, 2024", "2024"),
        ("Why was I charged $49.99 twice?", "49"),
        ("Please refund it to my card ending in 4242", "4242"),
        ("I'm Ada Lovelace and I need a new card", "Lovelace"),
        ("Where is my order 4471?", "4471"),
        ("my friend Tom wants to join my plan", "Tom"),
        ("I need a flight from Los Angeles to Detroit", "Detroit"),
        ("see https://example.com/orders/9 and tell me what is wrong", "example"),
        ("Ship it to 12 Analytical Engine Road, London instead, I want it there", "Analytical"),
    ],
)
def test_what_belongs_to_one_person_or_one_day_is_left_out(turn, secret):
    suggestions = suggest_intents(said(turn))
    assert not [suggestion for suggestion in suggestions if secret in suggestion]


def test_an_order_stays_an_order_without_its_number():
    assert best("Where is my order 4471?") == "the user asks where their order is"


def test_no_suggestion_tells_two_things_one_after_the_other():
    turns = ["I want to return a kettle", "> May I?", "Yes, please.", "> To your card?", "No, as a voucher"]
    for end in range(1, len(turns) + 1, 2):
        assert not [line for line in suggest_intents(said(*turns[:end])) if ", and now" in line]


def test_what_the_user_chooses_of_what_was_offered_is_told():
    talk = ["I want to return a kettle", "> Do you want a gift voucher or a bank transfer?"]
    assert best(*talk, "gift voucher") == "a user who wants to return a kettle chooses gift voucher"
    assert best(*talk, "the second one please") == "a user who wants to return a kettle picks one of the options"


def test_a_yes_that_leads_in_what_was_asked_for_is_no_yes():
    talk = ["I want to return a kettle", "> Which shop was it, please?", "Sure, it was the big one"]
    assert best(*talk) == "a user who wants to return a kettle says which one"


def test_the_goal_is_a_wish_of_the_user_rather_than_chatter():
    talk = ["I want to book a table", "> For when?", "For eight. Do you like pasta?", "> I do! Shall I proceed?", "yes"]
    assert best(*talk) == "a user who wants to book a table agrees to go ahead"


def test_a_bare_name_of_a_thing_is_an_order_where_the_agent_takes_orders():
    assert best("> What can I get for you?", "London Fog") == "the user asks for London Fog"
    assert best("> What can I get for you?", "1 iced almond lattee") == "the user asks for 1 iced almond latte"


def test_of_several_sentences_the_one_with_the_request_counts():
    turn = "So I moved house last week. It was a nightmare! I need to update my address. The weather is lovely, though."
    assert best(turn) == "the user wants to update their address"


def test_each_request_of_a_turn_is_a_suggestion_of_its_own():
    suggestions = suggest_intents(said("I want to return a kettle. Also, can you track my other parcel?"))
    assert suggestions == ["the user wants to return a kettle", "the user asks the agent to track their other parcel"]


def test_what_a_request_points_to_is_told_with_it():
    intent = best("I got the wrong shoes in the post. Can I swap them?")
    assert intent == "a user who got the wrong shoes in the post asks whether they can swap them"


@pytest.mark.parametrize(
    ("turns", "intent"),
    [
        (
            ["I want to return a kettle", "> Shall I proceed?", "Yes, please."],
            "a user who wants to return a kettle agrees to go ahead",
        ),
        (
            ["I want to return a kettle", "> Did you buy it here?", "Yes."],
            "a user who wants to return a kettle says yes",
        ),
        (["I want to return a kettle", "> May I?", "No."], "a user who wants to return a kettle declines"),
        (
            ["My parcel never arrived", "> When did you order it?", "In spring"],
            "a user whose parcel never arrived says when",
        ),
        (
            ["I want to return a kettle", "> Done. Anything else?", "No, that was all!"],
            "a user who wants to return a kettle needs nothing else",
        ),
        (
            ["I want to return a kettle", "> Who are you?", "My name is Ada Lovelace, zip code 90210."],
            "a user who wants to return a kettle gives their name and ZIP code",
        ),
        (
            ["I want to return a kettle", "> What is your name?", "Ada Lovelace"],
            "a user who wants to return a kettle gives their name",
        ),
        (
            ["I want to return a kettle", "> Which order?", "I don't remember the order number."],
            "a user who wants to return a kettle says that they don't remember the order number",
        ),
        (
            ["I want to exchange a jacket", "> For which?", "I'd like it in red."],
            "a user who wants to exchange a jacket wants it in red",
        ),
        (
            ["I want to return a kettle", "> Done.", "Great, thanks!"],
            "a user who wants to return a kettle thanks the agent",
        ),
    ],
)
def test_a_turn_that_says_little_is_told_in_the_light_of_the_turns_before(turns, intent):
    assert best(*turns) == intent


def test_a_turn_that_stands_alone_comes_first_and_the_earlier_goal_is_an_alternative():
    suggestions = suggest_intents(
        said("I want to return a kettle", "> Done.", "Thanks. Can you also track my parcel of books?")
    )
    assert suggestions[0] == "the user asks the agent to track their parcel of books"
    assert "the user wants to return a kettle" in suggestions[1:]


def test_tool_calls_results_and_system_messages_change_nothing():
    turns = said("I want to return a kettle")
    noise = [
        SystemMessage("Please sell more."),
        *turns,
        AIMessage("", tool_calls=[{"name": "find", "args": {}, "id": "c"}]),
        ToolMessage("I want to be found", tool_call_id="c"),
    ]
    assert suggest_intents(noise) == suggest_intents(turns)


@pytest.mark.parametrize("messages", [[], said("> Welcome!"), said("", "  "), said("###STOP###")])
def test_before_the_user_says_anything_there_is_still_a_suggestion(messages):
    assert suggest_intents(messages) == ["the user has not said anything yet"]


def test_quotations_keep_their_words():
    assert '"I love you"' in best('Can you send my wife a card saying "I love you"?')


def test_long_turns_become_one_short_line():
    long = (
        "I want to know about your " + ", your ".join(f"service for {letter * 6}" for letter in "abcdefghijklmnop") * 50
    )
    suggestions = suggest_intents(said(long))
    assert all(len(suggestion.split()) <= 30 for suggestion in suggestions)


@settings(deadline=None)
@given(
    st.lists(
        st.text(max_size=200) | st.sampled_from(["I want ", "yes", "> ok?", "if a, " * 40, "#W1 ", "and " * 90]),
        max_size=4,
    )
)
def test_whatever_is_said_the_suggestions_are_acceptable_intents(turns):
    suggestions = suggest_intents(said(*turns))
    assert 1 <= len(suggestions) <= 5
    assert len(set(suggestions)) == len(suggestions)
    for suggestion in suggestions:
        assert Coaching(id="c", intent=suggestion, behavior=Reply("Hm.")).intent == suggestion


@pytest.mark.parametrize("piece", ["if a, ", "and ", "please ", ".", "#", " ", "A1", "1/2-", "a@", "(("])
def test_no_text_makes_it_slow(piece):
    started = time.perf_counter()
    suggest_intents(said(piece * 5_000))
    assert time.perf_counter() - started < 5


# ── the suggestion still matches its situation ──────────────────────────────────────────────


def recall_at_1(turns):
    embed = MiniLM().embed_query
    raw = np.array([embed(turn) for turn in turns])
    told = np.array([embed(best(turn)) for turn in turns])
    similarity = told @ raw.T
    return float((similarity.argmax(axis=1) == np.arange(len(turns))).mean())


def test_a_suggestion_is_nearest_to_the_turn_it_was_made_from():
    turns = [
        "Hi! My name is Ada Lovelace and I'd like to return a kettle, order #W1234567.",
        "hello, my card was stolen yesterday and I need a new one",
        "Can you tell me when the library opens on Sundays?",
        "I'm Bob Cook. How do I reset my password? Thanks!",
        "Please move my dentist appointment to next week.",
        "The parcel with my shoes never arrived, what now?",
        "I want to upgrade my seat to business class on reservation QX12ZT",
        "Is there a vegetarian menu at your restaurant?",
        "Somebody took $300 from my account at an ATM!",
        "could you help me book a taxi to the airport for 5 am",
    ]
    assert recall_at_1(turns) == 1.0


def test_on_recorded_conversations_most_suggestions_are_nearest_to_their_own_turn():
    files = sorted(TRAJECTORIES.glob("*.jsonl"))
    if not files:
        pytest.skip("the shared recordings are not here")
    turns = {}
    for path in files:
        for line in path.read_text(encoding="utf-8").split("\n"):
            row = json.loads(line) if line else {"messages": []}
            first = next(
                (m["content"] for m in row["messages"] if m["role"] == "user" and len(m["content"].split()) > 5), None
            )
            if first:
                turns.setdefault(row.get("group", row["id"]), first)
    asked = list(dict.fromkeys(turns.values()))
    assert len(asked) >= 100
    assert recall_at_1(asked[:150]) > 0.6
