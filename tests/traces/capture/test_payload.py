"""What an event carries, each part read at most once."""

import dataclasses
from collections.abc import Mapping

import pytest
from langchain_core.messages import AIMessage, HumanMessage, ToolMessage
from langgraph.errors import GraphInterrupt, ParentCommand
from langgraph.graph import END
from langgraph.types import Command, Interrupt, Send

from langgraph_coaching.recall.advice import Advice
from langgraph_coaching.traces.capture.payload import Payload

HI, HELLO = HumanMessage("hi"), AIMessage("Hello.")


class Counted(Mapping):
    """A state that counts how often it is gone through."""

    def __init__(self, **channels):
        self.channels, self.times = channels, 0

    def __getitem__(self, name):
        return self.channels[name]

    def __iter__(self):
        self.times += 1
        return iter(self.channels)

    def __len__(self):
        return len(self.channels)


@dataclasses.dataclass
class State:
    messages: list


def test_a_part_is_read_once_however_often_it_is_asked_for():
    state = Counted(messages=[HI, HELLO], coaching=[Advice(considered=[], prompt="Be brief.").to_json()])
    payload = Payload(state)
    assert [payload.channels for _ in range(5)] == [[("messages", [HI, HELLO])]] * 5
    assert state.times == 1
    assert {payload.advice.prompt for _ in range(5)} == {"Be brief."}
    assert state.times == 2
    assert payload.results == []
    assert state.times == 2


def test_messages_without_ids_stay_the_same_objects():
    payload = Payload({"messages": [("user", "hi"), {"role": "assistant", "content": "Hello."}]})
    assert payload.channels[0][1][0] is payload.channels[0][1][0]
    assert [message.text for _, found in payload.channels for message in found] == ["hi", "Hello."]


@pytest.mark.parametrize(
    "data",
    [
        {"messages": [HI]},
        State([HI]),
        Command(update={"messages": [HI]}),
        [Command(update={"messages": [HI]}), {"other": "text"}],
        [HI],
        HI,
    ],
    ids=["a mapping", "a dataclass", "a Command", "a list with a Command", "messages", "a message"],
)
def test_messages_are_found_in_every_form(data):
    assert Payload(data).channels == [("messages", [HI])]


@pytest.mark.parametrize("data", [None, "hi", 3, {"question": "hi"}, {"messages": 3}, [], Command(goto="a")])
def test_nothing_is_found_where_there_is_no_message(data):
    payload = Payload(data)
    assert (payload.channels, payload.results, payload.advice) == ([], [], None)


def test_what_tools_returned_is_told_apart():
    answer = ToolMessage("sunny", tool_call_id="c1")
    assert Payload(Command(update={"messages": [HI, answer]})).results == [answer]


def test_commands_say_where_a_run_goes():
    output = [Command(goto=["billing", Send("refunds", {}), "billing"]), {"messages": []}, Command(goto=END)]
    assert Payload(output).targets == ["billing", "refunds"]
    assert Payload({"messages": [HI]}).targets == []


def test_an_input_may_resume_a_run():
    told = [(p.resumes, p.resume) for p in map(Payload, (None, Command(resume={"ok": True}), Command(), {}))]
    assert told == [(True, None), (True, '{"ok": true}'), (True, None), (False, None)]


def test_arguments_tell_why_a_tool_is_called_and_for_whom():
    payload = Payload({"subagent_type": "billing", "description": "Refund A1", "tries": {2}})
    assert payload.arguments == {"subagent_type": "billing", "description": "Refund A1", "tries": [2]}
    assert (payload.delegate, payload.reason) == (("billing", "Refund A1"), "billing Refund A1")
    text = Payload("A1")
    assert (text.arguments, text.delegate, text.reason, text.text) == (None, None, "", "A1")


def test_an_error_is_one_line_and_a_passed_command_is_none():
    assert Payload(ValueError("no such order")).failure == "ValueError: no such order"
    assert Payload(ValueError("no such order")).passed is None
    passed = Payload(ParentCommand(Command(goto="billing", update={"messages": [HI]})))
    assert (passed.failure, passed.passed.targets) == ("it passes a Command to the graph above", ["billing"])
    assert passed.passed.channels == [("messages", [HI])]


def test_interrupts_say_what_they_wait_for():
    waiting = Interrupt({"approve": "refund"}, id="i1")
    assert Payload(GraphInterrupt([waiting])).interrupts == [("i1", '{"approve": "refund"}')]
    assert Payload(GraphInterrupt()).interrupts == []


@pytest.mark.parametrize(
    ("data", "prompt", "question"),
    [
        (" Where is A1? ", "", "Where is A1?"),
        ({"locale": "en", "question": "Where is A1?"}, "", "Where is A1?"),
        ({"locale": "en", "words": "Where is A1?"}, "Asked: Where is A1? (en)", "Where is A1?"),
        ({"locale": "en"}, "Nothing of it.", ""),
        (Command(update={"question": "Where is A1?"}), "", ""),
        (None, "", ""),
    ],
)
def test_the_question_is_a_text_of_the_input(data, prompt, question):
    assert Payload(data).question(prompt) == question
