"""The table that people read is made of what is tested."""

from fault_table import PAGE, write_table


def test_the_page_has_the_table_of_the_faults():
    text = PAGE.read_text(encoding="utf-8")
    assert text == write_table(text), "run python tests/faults/fault_table.py"
