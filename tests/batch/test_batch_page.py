"""The page about batches agrees with the code."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from dispatch_cli.batch.read.column_mapping import FACTS
from dispatch_cli.batch.read.row_reader import REASONS
from dispatch_cli.batch.result_record import COLUMNS, json_schema
from dispatch_cli.results.batch_results import BatchCounts, BatchSummary, ServiceSummary

from ..docs.test_lists_and_words import first_cells, section
from .invalid_rows import HEADER, random_rows
from .running import ran

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGE = (DOCS / "batch.md").read_text(encoding="utf-8")
JSON_PAGE = (DOCS / "json-batch.md").read_text(encoding="utf-8")


def code(page: str, language: str, word: str = "") -> str:
    """Return the only code block of a language with a word."""
    blocks = re.findall(rf"```{language}\n(.*?)```", page, flags=re.DOTALL)
    [found] = [block for block in blocks if word in block]
    return found


def cells(text: str) -> list[tuple[str, ...]]:
    """Return the rows of a table whose first cell is one name in code, without its marks."""
    rows = re.findall(r"^\| `(\w+)` \|(.*)\|$", text, flags=re.MULTILINE)
    return [(name, *(cell.strip() for cell in more.split("|"))) for name, more in rows]


def rounded(text: str) -> str:
    """Round the minutes of a text to digits in which no platform differs."""
    return re.sub(r"\d+\.\d+", lambda number: f"{float(number[0]):.9f}", text)


@pytest.fixture
def sample(home: Path) -> Path:
    """Make a folder with the sample of providers and the examples of the page."""
    shutil.copy(ROOT / "providers.toml", home)
    shutil.copytree(DOCS / "examples", home, dirs_exist_ok=True)
    return home


def test_every_column_and_every_reason_is_described() -> None:
    """Two tables have all columns and all reasons, in the order in which they are found."""
    assert sorted(first_cells(section(PAGE, "What is read"))) == sorted(FACTS)
    assert tuple(first_cells(section(PAGE, "Rejects"))) == REASONS


def test_the_table_of_result_columns_is_that_of_the_record() -> None:
    """The page has name, type, unit, scope and description of every column."""
    text = section(PAGE, "The columns of a result")
    assert tuple(first_cells(text)[: len(COLUMNS)]) == tuple(column.name for column in COLUMNS)
    assert cells(text) == [
        (column.name, column.type, column.unit, column.scope, column.description)
        for column in COLUMNS
    ]
    totals = " and ".join(f"`{column.name}`" for column in COLUMNS if column.is_total)
    assert f"{totals} are written with `--full` only" in text


def test_the_lines_of_csv_that_are_shown_are_real(sample: Path) -> None:
    """The page's first command writes the lines below it, minutes to nine digits."""
    [command] = re.findall(r"^dispatch batch (.*--format csv)$", PAGE, flags=re.MULTILINE)
    written = ran(sample, *command.split())[1].decode()
    shown = code(PAGE, "text", "row,id").splitlines()
    assert {*map(rounded, shown)} < {*map(rounded, written.splitlines())}


def test_the_line_of_json_that_is_shown_is_real(sample: Path) -> None:
    """The object on the page is a line of the example's output, minutes to nine digits."""
    written = ran(sample, "calls.csv", "--top", "1")[1].decode().splitlines()
    shown = json.dumps(json.loads(code(JSON_PAGE, "json")))
    lines = [json.dumps(json.loads(line)) for line in written]
    assert rounded(shown) in [*map(rounded, lines)]


def objects_in(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the properties of every object in a schema, the outermost first."""
    if "properties" in schema:
        yield schema["properties"]
        for each in schema["properties"].values():
            yield from objects_in(each)
    if "items" in schema:
        yield from objects_in(schema["items"])


def test_every_field_of_a_line_of_json_is_described() -> None:
    """The table has the fields of the schema, with their types and descriptions."""
    rows = {name: more for name, *more in cells(section(JSON_PAGE, "One line of JSON lines"))}
    full, usual = objects_in(json_schema(full=True)), objects_in(json_schema(full=False))
    fields = {name: field for each in full for name, field in each.items()}
    totals = fields.keys() - {name for each in usual for name in each}
    assert rows.keys() == fields.keys()
    for name, field in fields.items():
        _, kind, text = rows[name]
        allowed = [field["type"]] if isinstance(field["type"], str) else field["type"]
        assert set(kind.split(" or ")) <= set(allowed), name
        # The emergency numbers of CSV are an array of their own.
        description = re.sub(r"; .* for an emergency number$", "", field.get("description", ""))
        assert description in text, name
        assert text.startswith("with `--full`: ") == (name in totals), name


# A pipe is read by a program of its own; one set of options shows that in the plain tier.
@pytest.mark.parametrize(
    ("way", "options"),
    [
        pytest.param(
            way, options, id="-".join((" ".join(options), way)),
            marks=pytest.mark.ci if way == "pipe" and "--keep" not in options else (),
        )
        for way in ("file", "pipe")
        for options in ((), ("--full",), ("--keep", "client,note"))
    ],
)  # fmt: skip
def test_every_line_of_json_lines_fits_its_schema(dispatch, home, firms, way, options):
    """Lines with and without candidates fit, row by row and, from a pipe with the extra, in blocks.

    Closed objects make a field fail that the record does not declare.
    """
    rows = random_rows(7, 300, 0.3)
    (home / "in.csv").write_bytes(HEADER + b"".join(raw for raw, _ in rows))
    if way == "file":
        found = dispatch("batch", "in.csv", *options).out
    else:
        with (home / "in.csv").open("rb") as stdin:
            found = ran(home, "-", *options, stdin=stdin)[1]
    lines = [json.loads(line) for line in found.splitlines()]
    assert len(lines) == sum(not reason for _, reason in rows)
    schema = json_schema(full="--full" in options)
    Draft202012Validator.check_schema(schema)
    for line in lines:
        Draft202012Validator(schema).validate(line)
        assert ("kept" in line) == ("--keep" in options)
    cascades = [cascade for line in lines for cascade in line["cascades"]]
    assert any(line["emergency"] for line in lines)
    assert {bool(cascade["candidates"]) for cascade in cascades} == {True, False}
    assert {cascade["reason"] is None for cascade in cascades} == {True, False}


def test_a_line_of_the_other_record_does_not_fit(sample: Path) -> None:
    """The schema requires totals with --full, and refuses them without."""
    for options in ((), ("--full",)):
        [line, *_] = map(json.loads, ran(sample, "calls.csv", *options)[1].splitlines())
        for full in (True, False):
            fits = Draft202012Validator(json_schema(full=full)).is_valid(line)
            assert fits == (full == ("--full" in options))


def test_the_program_that_checks_the_lines_does(sample: Path) -> None:
    """The page's Python accepts a result, and stops at an invalid line."""
    assert ran(sample, "calls.csv", "--output", "cascades.jsonl")[0] == 0
    argv = [sys.executable, "-c", code(JSON_PAGE, "python", "json_schema")]
    subprocess.run(argv, cwd=sample, check=True)
    with (sample / "cascades.jsonl").open("a", encoding="utf-8") as lines:
        lines.write('{"row":5}\n')
    done = subprocess.run(argv, cwd=sample, capture_output=True, text=True, check=False)
    assert "ValidationError: 'id' is a required property" in done.stderr


def test_the_json_page_has_every_field() -> None:
    """Counts and summary are described field by field."""
    text = section(JSON_PAGE, "`data` of `dispatch.batch/1` and `dispatch.batch.summary/1`")
    fields = {*BatchCounts.__struct_fields__, *ServiceSummary.__struct_fields__}
    assert set(first_cells(text)) == fields
    for name in BatchSummary.__struct_fields__:
        assert f"`{name}`" in text


def test_the_lines_that_put_the_rejects_together_do(home, firms):
    """The page's Python restores the bytes of the invalid rows."""
    rows = random_rows(11, 200, 0.5)
    (home / "in.csv").write_bytes(HEADER + b"".join(raw for raw, _ in rows))
    assert ran(home, "in.csv", "--output", "out.csv")[0] == 6
    subprocess.run([sys.executable, "-c", code(PAGE, "python", "base64")], cwd=home, check=True)
    invalid = b"".join(raw for raw, reason in rows if reason)
    assert (home / "again.csv").read_bytes() == invalid
