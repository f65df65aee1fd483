"""The conformance suite: what is good passes, each fault fails the check that is about it, nothing is left behind."""

import hashlib
import json
import sys

import numpy as np
import pytest
from langchain_core.embeddings import Embeddings

from langgraph_coaching import Coach, Reply
from langgraph_coaching.cli import app
from langgraph_coaching.conformance import check_conformance
from langgraph_coaching.conformance.suite import CHECKS
from langgraph_coaching.storage.database import Database
from s3_server import new_bucket, s3_server


class Words(Embeddings):
    """Counts words: steady, and knows no other words for the same."""

    model = "words"

    def embed_documents(self, texts):
        return [self.embed_query(text) for text in texts]

    def embed_query(self, text):
        vector = np.zeros(64)
        for word in text.lower().split() or [""]:
            vector[int(hashlib.sha256(word.encode()).hexdigest(), 16) % 64] += 1
        return vector.tolist()


class Broken(Words):
    def embed_query(self, text):
        return [float("nan")] * 64


class Blind(Words):
    def embed_query(self, text):
        return [1.0] * 64


class Unsteady(Words):
    def embed_documents(self, texts):
        return [[1.0, *row[1:]] for row in super().embed_documents(texts)]

    def embed_query(self, text):
        return [0.0, 9.0, *super().embed_query(text)[2:]]


def statuses(found):
    return {one.name: one.status for one in found.outcomes}


def tables(folder):
    return sorted(path.name for path in folder.glob("*.lance"))


@pytest.mark.slow
def test_a_folder_and_the_packaged_embedder_pass_and_nothing_is_left(tmp_path):
    found = check_conformance(tmp_path / "store")
    assert found, found
    assert [one.name for one in found.outcomes] == [check.name for check in CHECKS]
    assert not (tmp_path / "store").exists()


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_bucket_passes_and_what_others_have_there_stays(embeddings):
    with s3_server() as options:
        client, name = new_bucket(options)
        uri = f"s3://{name}/coaching"
        with Coach(uri, embeddings=embeddings, storage_options=options) as coach:
            made = coach.add(intent="a customer asks about gift cards", behavior=Reply("r"))
            found = check_conformance(uri, embeddings=embeddings, storage_options=options)
            assert found, found
            assert coach.list() == [made]
            rows = Database(uri, options).table("coachings").count_rows()
            assert rows == 1
        listed = client.list_objects_v2(Bucket=name)["Contents"]
        assert {one["Key"].split("/")[1] for one in listed} <= {"coachings.lance", "__manifest"}


@pytest.mark.slow
def test_an_embedder_that_knows_no_other_words_fails_recall_alone(tmp_path):
    found = check_conformance(tmp_path / "store", embeddings=Words())
    assert [one.name for one in found.failed] == ["recall"]
    assert "take one that knows your language" in found.failed[0].advice
    assert not found.passed
    assert tables(tmp_path / "store") == ["backgrounds.lance"]


@pytest.mark.parametrize(
    ("embedder", "said"),
    [(Broken, "NaN or infinity"), (Blind, "the same vector"), (Unsteady, "embed_query and embed_documents differ")],
)
def test_a_broken_embedder_is_named_and_the_rest_is_left_out(tmp_path, embedder, said):
    found = check_conformance(tmp_path / "store", embeddings=embedder())
    assert said in found.failed[0].said
    assert found.failed[0].advice
    assert {**statuses(found), "embedder": "left_out"} == dict.fromkeys(statuses(found), "left_out")
    assert not (tmp_path / "store").exists()


def test_a_store_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "store").write_text("a file where the folder should be")
    found = check_conformance(tmp_path / "store", embeddings=Words())
    assert [(one.name, bool(one.said), bool(one.advice)) for one in found.failed] == [("writing", True, True)]
    assert set(statuses(found).values()) == {"passed", "failed", "left_out"}
    assert (tmp_path / "store").is_file()


def test_a_store_of_another_embedder_is_named_and_stays_as_it_is(tmp_path, embeddings):
    with Coach(tmp_path / "store", embeddings=embeddings) as coach:
        made = coach.add(intent="a customer asks about gift cards", behavior=Reply("r"))
        found = check_conformance(tmp_path / "store", embeddings=Words())
        assert [one.name for one in found.failed] == ["writing"]
        assert "give the embedder that the store was written with" in found.failed[0].advice
        assert coach.list() == [made]


def test_the_command_says_it_and_ends_with_one(tmp_path, monkeypatch, capsys):
    (tmp_path / "mine.py").write_text(
        "class Broken:\n def embed_query(self, text): raise OSError('no key')\n"
        " embed_documents = embed_query\nbroken = Broken"
    )
    monkeypatch.chdir(tmp_path)
    base = ["langgraph-coaching", "conformance", str(tmp_path / "store"), "--embeddings", "mine:broken"]
    monkeypatch.setattr(sys, "argv", [*base, "--storage-option", "aws_region=eu"])
    assert app.run() == 1
    out = capsys.readouterr().out
    assert "FAILED    embedder" in out
    assert "no key" in out
    assert "left out" in out
    monkeypatch.setattr(sys, "argv", [*base, "--json"])
    assert app.run() == 1
    told = json.loads(capsys.readouterr().out)
    assert (told["passed"], told["outcomes"][0]["status"]) == (False, "failed")
    monkeypatch.setattr(sys, "argv", [*base, "--storage-option", "nothing"])
    assert app.run() == 2
