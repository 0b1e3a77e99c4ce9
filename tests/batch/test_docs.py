"""The page about batches states what the code states."""

import re
import subprocess
import sys
from pathlib import Path

from dispatch_cli.batch.job.tally import BatchCounts, BatchSummary, ServiceSummary
from dispatch_cli.batch.read.column_mapping import FACTS
from dispatch_cli.batch.read.row_reader import REASONS
from dispatch_cli.batch.result_record import COLUMNS
from tests.test_docs_facts import first_cells, section

from .running import ran
from .spoilt import HEADER, random_rows

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGE = (DOCS / "batch.md").read_text(encoding="utf-8")


def test_every_column_and_every_reason_is_described() -> None:
    """The two tables name what the code knows, reasons in the order in which they are found."""
    assert sorted(first_cells(section(PAGE, "What is read"))) == sorted(FACTS)
    assert tuple(first_cells(section(PAGE, "Rejects"))) == REASONS
    columns = {column.name: column for column in COLUMNS}
    assert tuple(first_cells(section(PAGE, "The columns of a result"))) == (*columns,)


def test_the_json_page_has_every_field() -> None:
    """Counts and summary are described field by field."""
    text = section(
        (DOCS / "json-batch.md").read_text(encoding="utf-8"),
        "`data` of `dispatch.batch/1` and `dispatch.batch.summary/1`",
    )
    fields = {*BatchCounts.__struct_fields__, *ServiceSummary.__struct_fields__}
    assert set(first_cells(text)) == fields
    for name in BatchSummary.__struct_fields__:
        assert f"`{name}`" in text


def test_the_lines_that_put_the_rejects_together_do(home, firms):
    """The page's own Python gives back the bytes of the spoilt rows."""
    rows = random_rows(11, 200, 0.5)
    (home / "in.csv").write_bytes(HEADER + b"".join(raw for raw, _ in rows))
    assert ran(home, "in.csv", "--output", "out.csv")[0] == 6
    blocks = re.findall(r"```python\n(.*?)```", PAGE, flags=re.DOTALL)
    [code] = [each for each in blocks if "base64" in each]
    subprocess.run([sys.executable, "-c", code], cwd=home, check=True)
    spoilt = b"".join(raw for raw, reason in rows if reason)
    assert (home / "again.csv").read_bytes() == spoilt
