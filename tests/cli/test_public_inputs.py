"""The small inputs made after public bug reports give what their pages call right."""

import json
import re
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from dispatch_cli.errors import UsageError
from dispatch_cli.notation import parse_phone, parse_place, parse_weight_t, parse_when

CASES = Path(__file__).resolve().parents[3] / "shared" / "cases"
pytestmark = pytest.mark.skipif(
    not CASES.exists(), reason="the shared folder with public cases is not here"
)


def batch(dispatch, home, case, name="in.csv", *options):
    """Rank a file of a case; returns the ids that were ranked, and stderr."""
    shutil.copy(CASES / case / name, home / name)
    ran = dispatch(
        "batch", name, "--providers", str(CASES / "base.toml"), "--format", "jsonl", *options
    )
    return [json.loads(line)["id"] for line in ran.out.splitlines()], ran


def listed(path: str) -> list[tuple[str, str]]:
    """Return the values of a list with what is right of each; "same" is what was right before."""
    lines = (CASES / path).read_text("utf-8").splitlines() if CASES.exists() else []
    found: list[tuple[str, str]] = []
    for line in lines:
        value, right = line.split("\t")
        found.append((json.loads(value), found[-1][1] if right == "same" else right))
    return found


@pytest.mark.parametrize(
    ("case", "name", "ids"),
    [
        ("01-excel-sep-line", "in.csv", ["r1", "r2"]),
        *(("03-trailing-separators", f"{each}.csv", ["r1"]) for each in "abcd"),
        ("04-duplicate-headers", "a.csv", ["r1"]),
        ("04-duplicate-headers", "c.csv", ["r1"]),
        *(("05-delimiter-from-header", f"{each}.csv", ["r1"]) for each in "abc"),
        ("06-ansi-export", "a.csv", ["r2"]),
        ("07-quotes", "a.csv", ["r1", "r2"]),
        ("07-quotes", "b.csv", ["r1", "r2"]),
        ("07-quotes", "c.csv", ["r2", "r3"]),
        ("25-nfd", "in.csv", ["r1"]),
        ("39-machine-timestamps", "in.csv",
         ["sqlserver7", "ns9", "comma3", "utc", "java", "micro6", "pg"]),
        ("40-date-and-time-columns", "in.csv", ["r1"]),
    ],
)  # fmt: skip
def test_rows_that_are_right_are_ranked(dispatch, home, case, name, ids):
    """Each row that a person would read is ranked, and no other one."""
    found, ran = batch(dispatch, home, case, name)
    assert found == ids, ran.err


@pytest.mark.parametrize(
    ("case", "name", "words"),
    [
        ("02-utf16-unicode-text", "in.txt", "UTF-16"),
        ("04-duplicate-headers", "b.csv", "twice"),
        ("06-ansi-export", "b.csv", "--encoding cp1252"),
        ("08-preamble", "in.csv", "line 3 looks like the header row"),
        ("10-null-island", "in.csv", "device without a fix"),
        ("11-swapped", "in.csv", "swapped"),
        ("13-json-lines", "dup_diff.jsonl", "twice"),
        ("38-not-a-csv", "f.xlsx", "Excel"),
        ("38-not-a-csv", "f.zip", "zip"),
        ("38-not-a-csv", "f.xls", "HTML"),
    ],
)
def test_files_and_rows_that_are_wrong_are_refused_with_the_reason(
    dispatch, home, case, name, words
):
    """The message says what is wrong in one sentence."""
    ids, ran = batch(dispatch, home, case, name)
    assert ids == []
    assert ran.code in (4, 6)
    assert words in ran.err


def test_times_of_day_alone_are_refused(dispatch, home):
    """40: a column of times of day is never the next such time after the run."""
    ids, ran = batch(dispatch, home, "40-date-and-time-columns", "in.csv", "--columns", "when=Zeit")
    assert ids == []
    assert "has no date" in ran.err


def test_times_are_the_instant_or_refused():
    """12: each time is the instant of its note, or refused; the notes are read from the file."""
    import csv

    with (CASES / "12-times" / "in.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    assert len(rows) > 30
    now = datetime(2026, 11, 27, 12, 3, tzinfo=UTC)
    for row in rows:
        note, allowed = row["note"], set(re.findall(r"(\d\d:\d\d)(?::\d\d)?Z", row["note"]))
        try:
            moment = parse_when(row["when"], now, "Europe/Berlin", needs_date=True).astimezone(UTC)
        except UsageError:
            assert re.search("refused|time_|or next|00:00", note) or not allowed, row
        else:
            local = moment.astimezone(tz=None)
            assert not note.startswith(("refused", "time_")), row
            assert not allowed or f"{moment:%H:%M}" in allowed, (row, local)


@pytest.mark.parametrize(("value", "right"), listed("19-phones/phone.tsv"))
def test_phones_are_the_right_number_or_refused(value, right):
    """19: the number of the list, or refused where that is right; never another number."""
    same = "+491713920012" if "171" in value else "+498999998114"
    try:
        number, _ = parse_phone(value)
    except ValueError:
        assert "refused" in right, (value, right)
    else:
        assert not right.startswith("refused:"), (value, number)
        if right.startswith(("same", "+49", "refused or same")):
            assert number == same


@pytest.mark.parametrize(("value", "right"), listed("18-weights/weight.tsv"))
def test_weights_are_the_right_tonnes_or_refused(value, right):
    """18: tonnes as the list says, or refused where it says so."""
    try:
        tonnes = parse_weight_t(value)
    except UsageError:
        assert "refused" in right, (value, right)
    else:
        assert tonnes == pytest.approx(float(re.findall(r"[0-9.]+", right)[0]))


@pytest.mark.parametrize(
    ("value", "right"),
    [*listed("14-map-links-and-coordinates/at.tsv"), *listed("15-plus-codes/at.tsv")],
)
def test_places_are_the_pin_or_refused(value, right):
    """14, 15: the position of the list; a name needs a gazetteer, which is not asked here."""
    position = (48.40, 10.90) if "48.40" in right else (48.3705, 10.8978)
    try:
        place = parse_place(value)
    except UsageError:
        assert "refused" in right or "gazetteer" in right, (value, right)
    else:
        assert (place.lat, place.lon) == pytest.approx(position, abs=2e-4)


@pytest.mark.parametrize(("value", "right"), listed("16-gazetteer-names/at.tsv"))
def test_town_names_are_the_town_or_refused(dispatch, home, value, right):
    """16: the town of the list without an imported gazetteer, or a refusal with its words."""
    ran = dispatch(
        "cascade", "tow", "--at", value, "--providers", str(CASES / "base.toml"), "--json"
    )
    answer = json.loads(ran.out)
    said = " ".join(str(error) for error in answer["errors"])
    town = re.match(r"[0-9]{5} (.+)", right)
    if town:
        assert ran.code in (0, 3), said
        assert f"near {town[1]} ({town[0][:5]}-" in answer["data"]["incident"]["place"]
        return
    assert ran.code == 2
    words = {
        "refused, both named": ["Frankfurt am Main", "Frankfurt (Oder)"],
        "refused: 86150 is Augsburg": ["86150 is Augsburg", "Berlin has 10115"],
    }
    abroad = re.search(r"a word about (\w+), (\w+)", right)
    if abroad:
        words[right] = [f"{abroad[1]} in {abroad[2]}"]
    elif right.startswith("did you mean "):
        words[right] = [right]
    for word in words[right]:
        assert word in said.replace('"', ""), (word, said)


@pytest.mark.parametrize(("value", "right"), listed("22-hours-dead-rule/hours.tsv"))
def test_rules_that_replace_each_other_are_warned_of(dispatch, home, value, right):
    """22: ``providers validate`` says what was probably meant."""
    assert right.startswith("warning")
    firm = (CASES / "base.toml").read_text("utf-8").split("[[provider]]")[1]
    text = re.sub(r"(?m)^hours.*\n", "", firm)
    (home / "providers.toml").write_text(f"[[provider]]{text}\nhours = {json.dumps(value)}\n")
    ran = dispatch("providers", "validate", "--providers", "providers.toml")
    assert ran.code == 0, ran.err
    assert "never holds" in ran.err or "of its" in ran.err or "overnight" in ran.err


@pytest.mark.parametrize("name", ["dup_diff", "dup_same", "nan", "inf", "trunc", "comma_end"])
def test_json_lines_that_readers_read_differently_are_rejects(dispatch, home, name):
    """13: a name twice, numbers that JSON lacks, cut lines: a reject each, and none is lost."""
    ids, ran = batch(dispatch, home, "13-json-lines", f"{name}.jsonl")
    assert "bad_json" in ran.err
    assert len(ids) + ran.err.count("rejected: ") == len(
        (CASES / "13-json-lines" / f"{name}.jsonl").read_text("utf-8").splitlines()
    )
