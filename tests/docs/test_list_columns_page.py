"""The table of columns in docs/provider-file.md is what the program understands."""

from dispatch_cli.provider_lists.usual_columns import COLUMN_KEYS
from tools import build_column_names


def test_the_table_of_columns_is_that_of_the_program() -> None:
    """Every key has its row, and a row that differs is found."""
    page = build_column_names.PAGE.read_text("utf-8")
    table = build_column_names.table()
    assert all(f"| `{key}` | " in table for key in COLUMN_KEYS)
    assert "zul. Gewicht" in table
    assert build_column_names.with_table(page, table) == page
    changed = table.replace("zul. Gewicht", "Nutzlast")
    assert build_column_names.with_table(page, changed) != page
