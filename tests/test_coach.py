"""The coach as one object: made of parts, and its public methods are what they have always been."""

import asyncio
import functools
import inspect
import pickle
import pydoc
from unittest import mock

import pytest
from langchain_core.language_models.fake_chat_models import FakeListChatModel

from langgraph_coaching import Coach, Reply
from langgraph_coaching.authoring.editor import Editor
from langgraph_coaching.errors import InvalidCoachingError

METHODS = {
    "aadvise": "(messages, *, agent=None, node=None, tags=(), thread_id=None)",
    "add": "(*, intent, behavior, **fields)",
    "add_many": "(rows, *, progress=None)",
    "advise": "(messages, *, agent=None, node=None, tags=(), thread_id=None)",
    "advise_batch": "(conversations, *, agent=None, node=None, tags=(), thread_id=None, keep=False)",
    "archive": "(coaching_id, *, changed_by=None)",
    "audit": "(*, since=None, until=None, author=None, coaching_id=None, notes=False)",
    "assess": "(trace, model)",
    "cache_key": "(key_func=None, *, messages_key='messages', **labels)",
    "calibrate": "()",
    "callback": "()",
    "change_sets": "(*, limit=20)",
    "chat": "(graph, *, thread_id=None, messages_key=None, config=None, context=None)",
    "close": "()",
    "corrections": "(trace)",
    "current_pause": "()",
    "delete": "(coaching_id, *, purge=False, changed_by=None)",
    "doctor": "(*, repair=False)",
    "draft": "(step, *, model=None, languages=())",
    "edit": "(coaching_id, *, revision=None, **changes)",
    "find_ids": "(beginning, *, kind)",
    "export": "(folder, *, notes=False, force=False)",
    "feedback": "(format, *, trace_id=None, since=None)",
    "flush": "()",
    "forget": "(traces=None, *, dry_run=False, **which)",
    "get": "(coaching_id, *, revision=None)",
    "history": "(coaching_id)",
    "import_": ("(folder, *, dry_run=False, prefer=None, progress=None, format=None, status='draft', changed_by=None)"),
    "lint": "(coaching_id=None, *, graph=None)",
    "impact": "(draft, *, within=60.0, progress=None)",
    "prepare_impact": "(*, within=None)",
    "list": "(**filters)",
    "load": "()",
    "middleware": "(*, agent=None, node=None, tags=(), goto=())",
    "model": "(model, *, agent=None, node=None, tags=())",
    "node": "(inner=None, *, agent=None, node=None, tags=(), messages_key='messages', goto=(), then=None)",
    "outlook": "(coaching)",
    "pause": "(*, reason='', author=None)",
    "preview": "(draft, model=None, *, graph=None)",
    "promote": "(coachings, *, to, share=None, replaces=(), until=None, note='', author=None)",
    "propose": "(coaching_id, model, *, languages=())",
    "receipts": "(*, coaching_id=None, trace_id=None, limit=None)",
    "reembed": "(*, progress=None)",
    "replay": "(trace, *, without=(), using=(), as_of=None, model=None, graph=None, agent=None, node=None, tags=())",
    "report": (
        "(*, since=None, until=None, coaching_id=None, good=None, bad=None, score=None, price_per_million_tokens=None)"
    ),
    "restore": "(coaching_id, *, revision=None, changed_by=None)",
    "resume": "(*, author=None)",
    "retain": "(*, days=None, traces=None, dry_run=False, always=None)",
    "retention": "()",
    "review": "(*, limit=20, simulated=False)",
    "rollback": "(change_set, *, note='', author=None)",
    "save": "(draft, *, status=None, share=None)",
    "similar": "(coaching_id, *, limit=10)",
    "verdict": "(receipt, *, correct, comment='', author=None)",
    "unreviewed": "(trace_ids)",
    "verdicts": "(coaching_id=None, *, receipt_ids=None)",
    "withdraw": "(receipt)",
    "write_test": "(coaching, path, *, model=None, expect=(), record='rewrite', force=False, "
    "coachings=None, live=False)",
}
"""What users call, with which parameters: a contract, improved on only by adding."""

PROPERTIES = {"embeddings", "uri"}
ATTRIBUTES = {"limits", "namespace", "traces"}


def bare(method):
    """The signature without annotations."""
    signature = inspect.signature(method)
    named = [one.replace(annotation=inspect.Parameter.empty) for one in signature.parameters.values()]
    return str(signature.replace(parameters=named[1:], return_annotation=inspect.Signature.empty))


def test_it_inherits_nothing():
    assert Coach.__mro__ == (Coach, object)


def test_its_public_surface_is_what_it_was(coach):
    public = {name for name in dir(Coach) if not name.startswith("_")}
    assert {name: bare(getattr(Coach, name)) for name in public - PROPERTIES} == METHODS
    assert {name for name in vars(coach) if not name.startswith("_")} == ATTRIBUTES


@pytest.mark.parametrize("name", METHODS)
def test_a_method_has_the_name_the_types_and_the_docstring_of_its_part(name):
    method = getattr(Coach, name)
    assert (method.__name__, method.__qualname__, method.__module__) == (name, f"Coach.{name}", Coach.__module__)
    assert inspect.getdoc(method)
    assert inspect.signature(method).return_annotation != inspect.Signature.empty
    assert f"{name}(self" in pydoc.plain(pydoc.render_doc(method))


def test_help_shows_the_parts_words():
    shown = pydoc.plain(pydoc.render_doc(Coach))
    assert "Method resolution order" not in shown
    assert (
        "add(self, *, intent: 'str', behavior: 'Behavior | Mapping[str, Any]', **fields: 'Unpack[NewFields]')" in shown
    )
    assert "|      Saves coaching without a trace." in shown


def test_only_what_is_awaited_is_a_coroutine_function():
    assert [name for name in METHODS if inspect.iscoroutinefunction(getattr(Coach, name))] == ["aadvise"]


@pytest.mark.parametrize("name", METHODS)
def test_what_is_given_wrongly_is_refused_by_the_part(coach, name):
    called = getattr(coach, name)
    call = functools.partial(called, *range(20))
    with pytest.raises(TypeError, match=rf"{name}\(\)"):
        asyncio.run(call()) if inspect.iscoroutinefunction(called) else call()


def test_a_slip_in_a_field_is_said_at_run_time_too(coach):
    with pytest.raises(InvalidCoachingError, match="exmples cannot be given"):
        coach.add(intent="a refund", behavior=Reply("r"), exmples=["my money back"])


def test_methods_are_replaced_in_a_class_of_ones_own_and_for_a_test(coach, tmp_path):
    class Ours(Coach):
        def add(self, **fields):
            """Adds with a note."""
            return super().add(**fields, notes="ours")

    with Ours(tmp_path / "ours", embeddings=coach.embeddings) as ours:
        assert ours.add(intent="a refund", behavior=Reply("r")).notes == "ours"
    with mock.patch.object(Coach, "add", autospec=True, return_value="patched") as patched:
        assert coach.add(intent="a refund", behavior=Reply("r")) == "patched"
    patched.assert_called_once_with(coach, intent="a refund", behavior=Reply("r"))
    assert coach.add(intent="a refund", behavior=Reply("r")).notes == ""
    assert Coach.add.__wrapped__ is Editor.add


def test_what_is_pickled_together_opens_the_same_store_once(coach):
    made = coach.add(intent="a refund", behavior=Reply("r"))
    given = (coach, coach.add, coach.middleware(), coach.model(FakeListChatModel(responses=["Soon."])))
    with mock.patch.object(Coach, "__init__", autospec=True, side_effect=Coach.__init__) as opened:
        again, add, _, asked = pickle.loads(pickle.dumps(given))  # noqa: S301
    assert opened.call_count == 1
    assert (add.__self__, add.__func__) == (again, Coach.add)
    assert again.get(made.id) == made
    assert asked.invoke("a refund please").text == "Soon."
    assert pickle.loads(pickle.dumps(Coach.add)) is Coach.add  # noqa: S301
    again.close()
