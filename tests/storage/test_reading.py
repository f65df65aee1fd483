"""Reading in one turn of LanceDB's loop gives what its blocking query gives."""

import lancedb
import numpy as np
import pyarrow as pa
import pytest

from langgraph_coaching.storage import reading


@pytest.fixture
def table(tmp_path):
    vectors = np.random.default_rng(0).normal(size=(40, 8)).astype(np.float32)
    rows = [{"id": f"c-{n}", "group": "even" if n % 2 == 0 else "odd", "vector": v} for n, v in enumerate(vectors)]
    fields = [("id", pa.string()), ("group", pa.string()), ("vector", pa.list_(pa.float32(), 8))]
    return lancedb.connect(tmp_path).create_table("things", pa.Table.from_pylist(rows, schema=pa.schema(fields)))


@pytest.fixture(params=["its loop", "its blocking query"])
def way(request, monkeypatch):
    """Also where LanceDB wraps nothing of the kind."""
    if request.param == "its blocking query":
        monkeypatch.setattr(reading, "_wrapped_in", lambda _: None)
    else:
        wrapped = reading._wrapped_in
        monkeypatch.setattr(reading, "_wrapped_in", lambda one: wrapped(one) or pytest.fail("LanceDB wraps no table"))


def test_rows_are_read_in_order(table, way):
    found = reading.read_rows(table, ["id"], "`group` = 'odd'", {"id": False}, 3, 1, row_ids=True)
    assert found["id"].to_pylist() == ["c-7", "c-5", "c-39"]
    assert found["_rowid"].to_pylist() == [7, 5, 39]


def test_no_row_is_left_out_without_a_limit(table, way):
    assert reading.read_rows(table, ["id"], None, {}, None, 0, row_ids=False).num_rows == 40


def test_rows_are_taken_by_where_they_are(table, way):
    found = reading.take_rows(table, [31, 4], ["id"])
    assert dict(zip(found["_rowid"].to_pylist(), found["id"].to_pylist(), strict=True)) == {31: "c-31", 4: "c-4"}


@pytest.mark.parametrize("partitions", [None, 1_000])
def test_the_nearest_come_first_and_what_does_not_count_takes_no_place(table, way, partitions):
    vectors = np.stack(table.to_arrow()["vector"].to_pylist())
    asked = vectors[0] + vectors[1]
    if partitions is not None:
        table.create_index("vector", config=lancedb.index.IvfSq(distance_type="dot", num_partitions=2))
    found = reading.read_nearest(table, "vector", asked, "`group` = 'odd'", 5, partitions)
    products = vectors[1::2] @ asked
    nearest = (1 + 2 * np.argsort(-products)).tolist()
    assert found["_rowid"].to_pylist() == nearest[:5]
    assert found["_distance"].to_numpy() == pytest.approx(1 - np.sort(products)[::-1][:5], abs=0.2)
