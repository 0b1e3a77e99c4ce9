"""What the answers of all commands have in common: their schemas, and the zone of their times."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import typer
import typer.main

from dispatch_cli.cli import answer_schemas, app, log_book
from dispatch_cli.cli.open_files import now
from dispatch_cli.model.rules import Settings
from dispatch_cli.render import answer_times
from tests import answers
from tools import build_schemas

from ..extras import HAS_ORTOOLS
from ..osm.maps import HAS_OSMIUM
from .answer_corpus import ZONE, played, write_world
from .conftest import Ran

ROOT = Path(__file__).resolve().parents[2]
TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)?")


@pytest.fixture(scope="module")
def told() -> dict[tuple[str, ...], list[tuple[list[str], Ran]]]:
    """Keep what the story has given with each set of options, for all tests of this module."""
    return {}


@pytest.fixture
def story(dispatch, home, monkeypatch, told):
    """Run the story of ``answer_corpus`` with some options, once; returns words and results."""
    monkeypatch.setenv("DISPATCH_PROVIDERS", str(write_world(home)))
    ahead = [timedelta()]
    monkeypatch.setattr(log_book, "now", lambda: now() + ahead[0])

    def play(*more: str) -> list[tuple[list[str], Ran]]:
        if more not in told:
            told[more] = list(
                played(dispatch, lambda time: ahead.append(time) or ahead.pop(0), *more)
            )
        return told[more]

    return play


def commands_with_json() -> list[tuple[str, ...]]:
    """List the words of all commands that have the option ``--json``."""

    def below(group, context, words):
        for name in group.list_commands(context):
            found = group.get_command(context, name)
            if hasattr(found, "list_commands"):
                its = typer.Context(found, info_name=name, parent=context)
                yield from below(found, its, (*words, name))
            elif any("--json" in each.opts for each in found.params):
                yield (*words, name)

    top = typer.main.get_command(app)
    return list(below(top, typer.Context(top, info_name="dispatch"), ()))


def test_every_answer_fits_its_schema(story) -> None:
    """Each command answers with its own schema, each schema has an answer, and each answer fits.

    A schema is tried with a success, except those of commands that always refuse ``--json``.
    """
    faults, tried, answered = [], set(), set()
    for words, ran in story("--json"):
        answer = ran.envelope
        tried.add(answer["schema"])
        answered |= {answer["schema"]} if not answer["errors"] else set()
        faults += [f"{' '.join(words)}: {each}" for each in answers.faults_of(answer)]
        assert ran.code == answer["exit_code"]
    assert faults == []
    assert tried == set(answer_schemas.DATA)
    never = {name for name, data in answer_schemas.DATA.items() if not data}
    assert never == {"dispatch.usage/1", "dispatch.desk/1", "dispatch.case.work/1"}
    # Without the extra "osm" an import is always refused, without "storm" a joint plan.
    without = set() if HAS_OSMIUM else {"dispatch.osm.import/1"}
    without |= set() if HAS_ORTOOLS else {"dispatch.storm/1"}
    assert answered == tried - never - without


def test_every_command_with_json_has_a_schema() -> None:
    """The name of a schema is that of its command, and no schema is of no command."""
    named = {f"dispatch.{'.'.join(words).replace(' ', '.')}/1" for words in commands_with_json()}
    beside = {"dispatch.usage/1", "dispatch.batch.summary/1", "dispatch.batch.guess/1",
              "dispatch.check.coverage/1", "dispatch.check.schedule/1"}  # fmt: skip
    assert named | beside == set(answer_schemas.DATA)


def nodes(value: object) -> Iterator[dict]:
    """Yield each object of a JSON value, itself included."""
    if isinstance(value, dict):
        yield value
    for each in value.values() if isinstance(value, dict) else value:
        if isinstance(each, dict | list):
            yield from nodes(each)


def test_an_undocumented_or_missing_key_does_not_fit(story) -> None:
    """In any object of an answer; only maps from data to values take any key."""
    open_maps = {
        "facts", "excluded_counts", "details", "texts", "exports", "holiday_regions",
        "reject_reasons", "quantiles_min", "kinds",
    }  # fmt: skip
    tried = 0
    told = {ran.envelope["schema"]: ran.envelope for _, ran in story("--json")}
    for name, answer in told.items():
        fits = answers.validator(name).is_valid
        maps = [each[key] for each in nodes(answer) for key in open_maps & each.keys()]
        for node in list(nodes(answer)):
            if any(node is each for each in maps):
                continue
            tried += 1
            node["undocumented"] = 1
            assert not fits(answer), (name, node)
            del node["undocumented"]
            if node:
                key = next(iter(node))
                kept = node.pop(key)
                assert not fits(answer) or answer["errors"], (name, key)
                node[key] = kept
        assert fits(answer)
    assert tried > 300


def test_the_hook_of_the_tests_finds_a_fault() -> None:
    """An answer with one more key is kept as a fault of the test that has printed it."""
    good = {"schema": "dispatch.log.head/1", "status": "success", "exit_code": 0,
            "data": {"head": "1:a"}, "warnings": [], "errors": []}  # fmt: skip
    answers.check(json.dumps(good, separators=(",", ":")).encode())
    assert answers.take_faults() == []
    bad = {**good, "data": {"head": "1:a", "tail": 1}}
    answers.check(json.dumps(bad, separators=(",", ":")).encode())
    assert any("tail" in each for each in answers.take_faults())


def wrong_times(text: str) -> list[str]:
    """Return the times in a text whose offset is not that of the zone of the story at that time."""
    return [
        found
        for found in TIME.findall(text)
        if (moment := datetime.fromisoformat(found)).utcoffset()
        != moment.astimezone(ZoneInfo(ZONE)).utcoffset()
        or moment.tzinfo is None
    ]


@pytest.mark.parametrize("form", [("--json",), ()], ids=["JSON", "rows"])
def test_every_time_is_in_the_zone_of_the_provider_file(story, form) -> None:
    """Each time in each answer has the offset of ``[ranking] timezone``, in JSON and in rows."""
    found = {}
    for words, ran in story(*form):
        text = json.dumps(ran.envelope["data"]) if form else ran.out
        if words[:2] == ["case", "work"] or words[0] == "desk":
            continue  # the screens of a dialogue
        found[" ".join(words)] = TIME.findall(text)
        assert wrong_times(text) == [], (words, text)
    timed = {words for words, times in found.items() if times}
    assert {"case list", "case show 1 --log --personal --call-back", "check"} <= timed
    assert {"case offer 1", "case hand-over --to MB --operator jk", "case find A-B-1"} <= timed
    assert len(timed) > (25 if form else 15)


def test_a_time_in_another_zone_is_found() -> None:
    """The control of the test above: UTC, another offset, and none are all wrong."""
    right = datetime.now(ZoneInfo(ZONE)).isoformat(timespec="seconds")
    assert wrong_times(f'{{"at": "{right}", "name": "2026"}}') == []
    for wrong in ("2026-11-30T04:00:00Z", "2026-11-30T04:00:00+01:00", "2026-11-30T04:00"):
        assert wrong_times(f"eta={wrong}, by maria") == [wrong]


def test_the_zone_without_a_provider_file_is_that_of_the_settings(dispatch, home) -> None:
    """A broken file leaves the case log readable, with times in the default zone."""
    assert Settings().timezone == answer_times.DEFAULT_ZONE
    (home / "providers.toml").write_text("[[provider]]\nid = ")
    at = dispatch("report", "fairness", "--since", "2026-11-01", "--json").envelope["data"]["since"]
    assert at == "2026-11-01T00:00:00+01:00"


def test_no_schema_in_the_docs_is_stale() -> None:
    """The files are those of ``dispatch schema NAME``, and no other ones."""
    ran = subprocess.run(
        [sys.executable, ROOT / "tools" / "build_schemas.py", "--check"],
        capture_output=True, text=True, check=False, cwd=ROOT,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert len(build_schemas.files()) == len(answer_schemas.schema_names())


def test_the_schemas_are_printed(dispatch, home) -> None:
    """All names; the schema of one, also by its short name; and a guess for a wrong one."""
    names = dispatch("schema").out.split()
    assert names == list(answer_schemas.schema_names())
    whole = dispatch("schema", "dispatch.case.show/1")
    assert whole == dispatch("schema", "case.show")
    assert json.loads(whole.out)["$id"] == "urn:dispatch:case:show:1"
    assert json.loads(whole.out)["properties"]["schema"] == {"const": "dispatch.case.show/1"}
    line = json.loads(dispatch("schema", "batch.line").out)
    assert line["properties"]["row"]["minimum"] == 1
    ran = dispatch("schema", "dispatch.cascad/1")
    assert (ran.code, ran.out) == (2, "")
    assert 'unknown schema "dispatch.cascad/1" (did you mean "dispatch.cascade/1"?)' in ran.err


@pytest.mark.parametrize(
    "name",
    ["dispatch.cascade/1", "dispatch.cascade-1", "dispatch.cascade", "cascade/1", "cascade-1",
     "cascade", "dispatch.cascade-1.json", "schema/dispatch.cascade-1.json",
     "urn:dispatch:cascade:1"],
)  # fmt: skip
def test_a_schema_may_be_named_in_any_spelling(dispatch, home, name) -> None:
    """The names of answers, of files, of identifiers and the short ones give the same schema."""
    ran = dispatch("schema", name)
    assert (ran.code, ran.err) == (0, "")
    assert json.loads(ran.out)["$id"] == "urn:dispatch:cascade:1"


def test_every_spelling_means_one_schema(dispatch, home) -> None:
    """Every file name of docs/schema is a spelling, and no spelling of two schemas is the same."""
    for name, file in zip(answer_schemas.schema_names(), build_schemas.files(), strict=True):
        assert answer_schemas.answer_schema(Path(file).name)["title"] == name
    assert dispatch("schema", "cascade-2").code == 2
    assert dispatch("schema", "case hand-over/1") == dispatch("schema", "dispatch.case.hand-over/1")


def test_every_row_has_the_columns_of_its_header(story) -> None:
    """Off a terminal a table has a header and rows of as many cells, and nothing else."""
    tables = [ran.out.splitlines() for _, ran in story() if "\t" in ran.out.split("\n")[0]]
    assert len(tables) > 50
    for header, *rows in tables:
        assert {line.count("\t") for line in rows} <= {header.count("\t")}, header


def test_quiet_leaves_only_errors_on_stderr(story) -> None:
    """Every command drops its hints, warnings and summaries with --quiet; most have some."""
    noted = [words for words, ran in story() if _notes(ran)]
    assert len(noted) > 25
    assert [(words, ran.err) for words, ran in story("--quiet") if _notes(ran)] == []


def _notes(ran: Ran) -> list[str]:
    return [line for line in ran.err.splitlines() if not line.startswith("error: ")]
