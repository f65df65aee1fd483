"""Messages speak of commands: what the library would call is said as the command line has it."""

import pytest
from typer.main import get_command

from langgraph_coaching.cli.app import app
from langgraph_coaching.cli.command_words import say_commands


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("list them with coach.traces.list()", "list them with `langgraph-coaching traces`"),
        ("coach.edit('c-1', priority=3)", "`langgraph-coaching edit c-1 --priority 3`"),
        ("coach.edit('c-1', add_examples=[\"what's up?\"])", '`langgraph-coaching edit c-1 --example "what\'s up?"`'),
        ("coach.edit('c', add_never=['a', 'b'])", "`langgraph-coaching edit c --never a --never b`"),
        ("coach.edit('c', add_never=['it costs $5'])", "`langgraph-coaching edit c --never 'it costs $5'`"),
        ("coach.edit('c', agent=None, tags=[])", "`langgraph-coaching edit c --agent '' --tag ''`"),
        ("coach.edit('c', expires_at=None)", "`langgraph-coaching edit c --expires never`"),
        ("coach.edit('c', status='active')", "`langgraph-coaching restore c`"),
        ("coach.restore('c', revision=4)", "`langgraph-coaching restore c --revision 4`"),
        ("coach.verdict(receipt, correct=False), if", "`langgraph-coaching verdict RECEIPT --wrong`, if"),
        ("`coach.archive('c')` ends it", "`langgraph-coaching archive c` ends it"),
        (
            "coach.propose('c', model, languages=[…]) or coach.similar('c')",
            "`langgraph-coaching propose c --model NAME --languages NAMES` or `langgraph-coaching similar c`",
        ),
        ("`langgraph-coaching similar c`, or coach.similar('c')", "`langgraph-coaching similar c`"),
        ("coach.advise(messages).why('c')", "`langgraph-coaching why CONVERSATION c`"),
        ("coach.traces.get(…).coachable_steps()", "`langgraph-coaching show TRACE`"),
        ("coach.promote('c', to='active')", "`langgraph-coaching promote c --to active`"),
        (
            "coach.promote('c', to='active', replaces=['a', 'b'])",
            "`langgraph-coaching promote c --to active --replaces a --replaces b`",
        ),
        ("coach.promote(id, to='active')", "`langgraph-coaching promote ID --to active`"),
        ("import with prefer='file'", "import with --prefer file"),
        ("coach.promote('c', to=…)", "`langgraph-coaching promote c --to STAGE`"),
        ("coach.edit('c', status='shadow')", "`langgraph-coaching edit c --status shadow`"),
        ("To change that: coach.resume()", "To change that: `langgraph-coaching resume`"),
        ("list them with coach.change_sets()", "list them with `langgraph-coaching changes`"),
        ("give model= to have it answered", "give --model to have it answered"),
        ("not asked; give a model to have it answered", "not asked; give --model to have it answered"),
        ("give before= or older_than=, not both", "give --before or --older-than, not both"),
    ],
)
def test_a_call_becomes_a_command(written, said):
    assert say_commands(written) == said


@pytest.mark.parametrize(
    "text", ["", "coach.edit(", "coach.edit('c", "coach.node(f)", "coach.edit('c', scope=x)", "a coach.edit", "coach.("]
)
def test_what_no_command_does_stays(text):
    assert say_commands(text) == text


def test_every_command_that_is_said_is_there_with_its_options():
    commands = get_command(app).commands
    fields = "intent='x', priority=1, add_examples=['x'], add_never=['x'], remove=['x'], expires_at=None, agent=None"
    calls = [f"edit('c', {fields}, node=None, tags=[], notes='x', behavior=…)", "verdict('r', correct=True)", "list()"]
    calls += ["receipts()", "calibrate()", "reembed()", "report()", "draft(step)", "restore('c', revision=1)"]
    calls += ["delete('c')", "history('c')", "promote('c', to='canary', share=0.1)", "resume()", "change_sets()"]
    for call in calls:
        name, *rest = say_commands(f"coach.{call}").strip("`").split()[1:]
        known = {option for parameter in commands[name].params for option in parameter.opts + parameter.secondary_opts}
        assert {word for word in rest if word.startswith("--")} <= known
