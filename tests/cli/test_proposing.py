"""`propose` and `add --model`: proposals are shown, chosen and saved."""

import io
import json
import sys

import pytest

from langgraph_coaching import Coach, Reply

PHRASINGS = ["can i trade it in now", "wrong colour, give me another one", "not what i ordered, swap pls"]
NEAR_MISSES = ["when does the lamp get here", "how do I clean a lamp"]
INTENT = "the user wants another item instead"
ANSWER = json.dumps({"intent": INTENT, "phrasings": PHRASINGS, "near_misses": NEAR_MISSES})
MODEL = ["--model", "openai:gpt-4o-mini"]


@pytest.fixture
def models(monkeypatch, scripted):
    """LangChain's `init_chat_model`, with models of ours; says what it was asked for."""
    chat_models = pytest.importorskip("langchain.chat_models")
    asked = []

    def answering(*answers):
        def init_chat_model(name):
            asked.append(name)
            return scripted(*answers)

        monkeypatch.setattr(chat_models, "init_chat_model", init_chat_model)
        return asked

    return answering


@pytest.fixture
def says(monkeypatch):
    """What a person types."""
    return lambda *lines: monkeypatch.setattr(sys, "stdin", io.StringIO("".join(f"{line}\n" for line in lines)))


def proposed(coaching):
    return [(e.text, e.applies) for e in coaching.examples if e.origin == "proposed"]


ALL = [*((text, True) for text in PHRASINGS), *((text, False) for text in NEAR_MISSES)]


def test_all_of_them_are_shown_numbered_and_kept(command, shop, models):
    asked = models(ANSWER)
    before = shop.get("swap")
    done = command("propose", "swap", *MODEL, "--yes")
    assert (done.code, done.err, asked) == (0, "", ["openai:gpt-4o-mini"])
    for number, (text, applies) in enumerate(ALL, 1):
        assert f"{number} {'also here ' if applies else 'never here'} {text}" in done.out
    assert f"or in other words: {INTENT}" in done.out
    saved = shop.get("swap")
    assert sorted(proposed(saved)) == sorted(ALL)
    assert (saved.revision, saved.intent, saved.notes) == (before.revision + 1, before.intent, "PRIVATE")
    assert f"{len(saved.examples)} examples now (revision {saved.revision})" in done.out


def test_what_it_says_is_shown_as_it_is(command, shop, models):
    models(ANSWER)
    long = next(one.id for one in shop.list() if len(one.id) > 50)
    assert "an invoice 汉字 👩‍👩‍👧 [red]not red[/red]" in command("propose", long, *MODEL, "--yes").out


def test_some_are_dropped_by_number(command, shop, models):
    models(ANSWER)
    assert command("propose", "swap", *MODEL, "--drop", "2, 5").code == 0
    assert proposed(shop.get("swap")) == [ALL[0], ALL[2], ALL[3]]


def test_a_person_is_asked_and_may_reword(command, shop, models, says):
    models(ANSWER)
    says("2 9", "1 = can I trade in my lamp", "5", "")
    done = command("propose", "swap", *MODEL)
    assert done.code == 0
    assert "Drop which (2,5)?" in done.err
    assert "there is no proposal 9; write numbers from 1 to 5" in done.err
    assert proposed(shop.get("swap")) == [("can I trade in my lamp", True), ALL[1], ALL[2], ALL[3]]


def test_a_piped_answer_needs_no_last_empty_line(command, shop, models, says):
    models(ANSWER)
    says("1,2,3")
    assert command("propose", "swap", *MODEL).code == 0
    assert proposed(shop.get("swap")) == ALL[3:]


def test_where_nobody_answers_nothing_is_saved(command, shop, models, says):
    models(ANSWER)
    before = shop.get("swap")
    says()
    done = command("propose", "swap", *MODEL)
    assert done.code == 2
    assert "give --yes for all, or --drop 2,5; nothing was saved" in done.err
    assert shop.get("swap") == before


def test_the_intent_is_taken_where_that_is_asked_for(command, shop, models):
    models(ANSWER)
    assert command("propose", "swap", *MODEL, "--intent", "--yes").code == 0
    assert shop.get("swap").intent == INTENT


def test_json_shows_them_and_saves_only_where_told_to(command, shop, models):
    models(ANSWER)
    before = shop.get("swap")
    shown = command("propose", "swap", *MODEL, "--json").json
    assert [(one["text"], one["applies"]) for one in shown["proposals"]] == ALL
    assert (shown["suggestions"], shown["saved"], shown["warnings"]) == ([INTENT], None, [])
    assert shop.get("swap") == before
    done = command("propose", "swap", *MODEL, "--json", "--drop", "1")
    assert done.json["saved"]["revision"] == before.revision + 1
    assert proposed(shop.get("swap")) == ALL[1:]


def test_languages_are_asked_for_by_name(command, shop, models):
    models(ANSWER, json.dumps({"phrasings": ["andere Farbe bitte"], "near_misses": []}), "rubbish")
    done = command("propose", "swap", *MODEL, "--languages", "de, French", "--yes")
    assert "andere Farbe bitte  (German)" in done.out
    assert "asked for French, answered nothing that can be read" in done.err


@pytest.mark.parametrize("answer", [RuntimeError("no credit"), "No."])
def test_a_model_that_fails_changes_nothing_and_is_said_once(answer, command, shop, models):
    models(answer)
    before = shop.get("swap")
    done = command("propose", "swap", *MODEL, "--yes")
    assert (done.code, done.out) == (1, "")
    assert done.err.count("the model ScriptedModel") == 1
    assert shop.get("swap") == before


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["nothing", *MODEL, "--yes"], 1, "no coaching 'nothing'"),
        (["gone", *MODEL, "--yes"], 1, "gone was deleted"),
        (["swap", *MODEL, "--drop", "6"], 2, "there is no proposal 6"),
        (["swap", *MODEL, "--drop", "0"], 2, "there is no proposal 0"),
        (["swap", *MODEL, "--drop", "two"], 2, "there is no proposal two"),
        (["swap"], 2, "Missing option '--model'"),
    ],
)
def test_what_is_not_acceptable_is_said_and_changes_nothing(arguments, code, said, command, shop, models):
    models(ANSWER)
    before = shop.list()
    done = command("propose", *arguments)
    assert done.code == code
    assert said in done.err
    assert shop.list() == before


# ── while a coaching is written from a step ─────────────────────────────────────────────────


def test_from_a_step_proposals_are_saved_with_it(command, shop, models):
    shop.archive("swap")  # it claims much of what is proposed
    models(ANSWER)
    done = command("add", "--step", "t-lamp:4", "--reply", "Offer a swap.", *MODEL, "--drop", "2", "--json")
    assert done.code == 0
    saved = shop.get(done.json[0]["id"])
    assert (saved.intent, saved.behavior, saved.examples[0].origin) == (INTENT, Reply("Offer a swap."), "source")
    assert proposed(saved) == [ALL[0], *ALL[2:]]


def test_from_a_step_with_an_intent_the_intent_stays(command, shop, models, says):
    shop.archive("swap")  # it claims much of what is proposed
    models(ANSWER)
    says("")
    done = command("add", "--step", "t-lamp:4", "--when", "a swap", "--reply", "Offer a swap.", *MODEL)
    assert done.code == 0
    (saved,) = [one for one in shop.list() if one.intent == "a swap"]
    assert len(proposed(saved)) == 5


def test_a_model_that_fails_does_not_hold_up_the_saving(command, shop, models):
    models(RuntimeError("no credit"))
    done = command("add", "--step", "t-lamp:4", "--reply", "Offer a swap.", *MODEL)
    assert done.code == 0
    assert "no credit" in done.err
    assert "1 saved in" in done.out


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--when", "x", *MODEL], "--model proposes from --step"),
        (["--step", "t-lamp:4", *MODEL, "--json"], "say which proposals to keep: --yes for all"),
        (["--step", "t-lamp:4", *MODEL, "--drop", "7"], "there is no proposal 7"),
    ],
)
def test_options_that_do_not_go_together_save_nothing(options, said, command, shop, models):
    models(ANSWER)
    before = shop.list()
    done = command("add", "--reply", "r", *options)
    assert (done.code, said in done.err) == (2, True)
    assert shop.list() == before


# ── the model that is named ─────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("nope:x", "--model nope:x cannot be loaded: No module named 'nope'; and it is no PROVIDER:NAME either"),
        ("json:dumps", "--model json:dumps is a function, not a chat model"),
        ("nope", "--model nope cannot be made: Unable to infer model provider"),
        ("", "write --model PROVIDER:NAME"),
    ],
)
def test_a_model_that_cannot_be_had_is_said(name, said, command, shop):
    pytest.importorskip("langchain.chat_models")
    done = command("propose", "swap", "--model", name, "--yes")
    assert (done.code, done.out) == (2, "")
    assert said in done.err
    assert "Traceback" not in done.err


def test_without_a_key_the_provider_says_so(command, shop, monkeypatch):
    pytest.importorskip("langchain_openai")
    for name in ("OPENAI_API_KEY", "OPENAI_ADMIN_KEY"):
        monkeypatch.delenv(name, raising=False)
    done = command("propose", "swap", *MODEL, "--yes")
    assert done.code == 2
    assert "--model openai:gpt-4o-mini cannot be made" in done.err
    assert "OPENAI_API_KEY" in done.err


def test_a_model_of_ones_own_is_named_by_its_module(command, shop, monkeypatch, tmp_path):
    pytest.importorskip("langchain.chat_models")
    (tmp_path / "own_shop_model.py").write_text(
        "from langchain_core.language_models import FakeListChatModel\n"
        f"model = FakeListChatModel(responses=[{ANSWER!r}])\n"
    )
    monkeypatch.chdir(tmp_path)
    assert command("propose", "swap", "--model", "own_shop_model:model", "--yes").code == 0
    assert len(proposed(shop.get("swap"))) == 5


def test_without_langchain_the_extra_is_named(command, shop, monkeypatch):
    monkeypatch.setitem(sys.modules, "langchain.chat_models", None)
    done = command("propose", "swap", *MODEL, "--yes")
    assert done.code == 2
    assert "pip install 'langgraph-coaching[agents]'" in done.err


def test_ctrl_c_while_choosing_saves_nothing(command, shop, models, monkeypatch):
    models(ANSWER)
    before = shop.get("swap")

    def stops():
        raise KeyboardInterrupt

    monkeypatch.setattr("builtins.input", stops)
    assert command("propose", "swap", *MODEL).code == 130
    assert shop.get("swap") == before


def test_what_was_saved_is_there_for_the_next_process(command, shop, models, folder, embeddings):
    models(ANSWER)
    assert command("propose", "swap", *MODEL, "--yes").code == 0
    assert f"also here: {PHRASINGS[1]} (proposed)" in command("show", "swap").out
    with Coach(folder, embeddings=embeddings) as coach:
        assert [r.coaching_id for r in coach.advise(PHRASINGS[1]).applied] == ["swap"]
