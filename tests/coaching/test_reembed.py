"""The way to another embedder: everything taken along, also what others write meanwhile."""

import numpy as np
import pytest

from langgraph_coaching.coaching.coachings import TABLE
from langgraph_coaching.coaching.model import Example
from langgraph_coaching.coaching.reembed import reembed
from langgraph_coaching.errors import EmbedderError, EmbedderMismatchError
from langgraph_coaching.recall.scoring.coaching_vectors import texts_of


def vectors_of(store):
    """Every stored vector of a coaching, by id and revision."""
    table = store.arrow(["id", "revision", "vector", "examples"])
    return {(row["id"], row["revision"]): [row["vector"], *row["examples"]] for row in table.to_pylist()}


def all_of(embed, dimension):
    """Vectors of coachings, as `reembed` asks for them."""
    return lambda coachings: [embed(texts_of(coaching), dimension) for coaching in coachings]


@pytest.mark.parametrize(("name", "dimension"), [("other", 4), ("hash", 6), ("other", 6)])
def test_every_revision_of_every_namespace_gets_new_vectors(name, dimension, shelf, coaching, embed):
    old, elsewhere = shelf(), shelf("elsewhere")
    first = coaching(examples=(Example(text="one"), Example(text="two", applies=False)))
    old.save(first, coaching("c-2"))
    old.save(first.revised(intent="changed"))
    elsewhere.save(coaching(namespace="elsewhere"))
    new = shelf(embedder=name, dimension=dimension)
    assert reembed(new, all_of(embed, dimension)) == 4
    assert [c.revision for c in new.history("c-1")] == [1, 2]
    for store in (new, shelf("elsewhere", embedder=name, dimension=dimension)):
        for (coaching_id, revision), vectors in vectors_of(store).items():
            (told,) = (c for c in store.history(coaching_id) if c.revision == revision)
            assert np.allclose(vectors, embed(texts_of(told), dimension))
    new.save(coaching("c-3"))
    with pytest.raises(EmbedderMismatchError):
        old.save(coaching("c-4"))


def test_an_absent_or_empty_store_needs_nothing(shelf, coaching, folder, embed):
    assert reembed(shelf(), all_of(embed, 4)) == 0
    assert not folder.exists()
    shelf().save(coaching())
    shelf().purge("c-1")
    assert reembed(shelf(embedder="other"), all_of(embed, 4)) == 0


def test_what_others_write_while_it_embeds_is_taken_along(shelf, coaching, embed):
    old, new = shelf(), shelf(embedder="other", dimension=6)
    old.save(coaching("c-1"), coaching("gone"))
    late = iter([coaching("c-2"), coaching("c-3"), coaching("c-1").revised(intent="edited meanwhile")])

    def slow(coachings):
        for made in late:
            old.save(made)
            break
        else:
            old.purge("gone")
        return all_of(embed, 6)(coachings)

    reembed(new, slow)
    assert {c.id: c.revision for c in new.heads()} == {"c-1": 2, "c-2": 1, "c-3": 1}
    assert {len(vector) for vectors in vectors_of(new).values() for vector in vectors} == {6}


def test_what_others_write_in_the_last_moment_is_taken_along(shelf, coaching, monkeypatch, embed):
    old, new = shelf(), shelf(embedder="other", dimension=6)
    old.save(coaching("c-1"), coaching("gone"))
    swap = new.database.replace

    def late(name, rows):
        old.save(coaching("c-2"))
        old.save(coaching("c-1").revised(intent="edited in the last moment"))
        old.purge("gone")
        table = swap(name, rows)
        shelf(embedder="other", dimension=6).save(coaching("c-after"))
        return table

    monkeypatch.setattr(new.database, "replace", late)
    assert reembed(new, all_of(embed, 6)) == 3
    assert {c.id: c.revision for c in new.heads()} == {"c-1": 2, "c-2": 1, "c-after": 1}
    assert new.history("c-1")[-1].intent == "edited in the last moment"


def test_a_write_under_way_during_the_swap_is_refused_rather_than_mixed(shelf, coaching, monkeypatch, embed):
    old, new = shelf(), shelf(embedder="other")
    old.save(coaching("c-1"))
    ensure = old.database.ensure

    def late(name, schema):
        table = ensure(name, schema)
        reembed(new, all_of(embed, 4))
        return table

    monkeypatch.setattr(old.database, "ensure", late)
    with pytest.raises(EmbedderMismatchError, match="holds vectors of other"):
        old.save(coaching("c-2"))
    assert [c.id for c in new.heads()] == ["c-1"]


def test_when_the_embedder_fails_nothing_is_changed(shelf, coaching, embed):
    old = shelf()
    old.save(coaching("c-1"))
    before = old.version()

    def broken(coachings):
        raise EmbedderError("no quota")

    with pytest.raises(EmbedderError, match="no quota"):
        reembed(shelf(embedder="other"), broken)
    assert old.version() == before
    assert [c.id for c in old.heads()] == ["c-1"]


def test_any_lancedb_client_can_search_the_intents(shelf, coaching, folder, embed):
    import lancedb

    shelf().save(coaching("c-1", intent="a refund"), coaching("c-2", intent="a parcel"))
    table = lancedb.connect(folder).open_table(TABLE)
    (found,) = table.search(embed(["a parcel"])[0], vector_column_name="vector").limit(1).to_list()
    assert found["id"] == "c-2"
