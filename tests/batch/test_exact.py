"""A batch gives each row the result of ``cascade`` for the same incident."""

import csv
import json

import pytest

from tests.cli.conftest import TWO_FIRMS

MORE_FIRMS = (
    TWO_FIRMS
    + """
[[provider]]
id = "nacht"
name = "Nachtdienst"
phone = "089 99998-301"
services = ["tow", "roadside_repair"]
base = "86150"
area = { radius_km = 60 }
hours = "Mo-Su 20:00-06:00"
vehicle_classes = ["car", "van"]

[[provider]]
id = "schwer"
name = "Schwerlast"
phone = "089 99998-401"
services = ["tow", "heavy_tow"]
base = "86152"
area = "country"
hours = "24/7"
max_weight_t = 40
answer_min = 6
"""
)

ROWS: list[dict[str, str]] = [
    {"kind": "tow", "at": "86150", "when": "2026-11-27T12:00"},
    {"kind": "tow", "at": "86150", "when": "2026-11-27T22:00", "client": "adac"},
    {"kind": "tow", "at": "86150", "when": "2027-01-01T12:00", "weight_t": "2.9"},
    {"kind": "breakdown", "at": "48.40,10.90", "when": "2026-11-28T03:00", "vehicle": "truck"},
    {"kind": "accident", "at": "48.40,10.90", "when": "2026-11-27T12:00", "injured": "1"},
    {"kind": "Panne", "at": "86199", "when": "2026-11-27T18:30+01:00", "client": "none"},
    {"kind": "tow", "at": "86199", "when": "2026-11-27T12:00", "wish": "schwer"},
    {"kind": "tow", "at": "86199", "when": "2026-11-27T12:00", "asked": "lech"},
    {"kind": "medical", "at": "86199", "when": "2026-11-27T12:00"},
    {"kind": "tow", "at": "40.1,-75.3", "when": "2026-11-27T12:00"},
    {"kind": "tow", "at": "86150", "when": "2026-11-27T12:00", "spot": "lane", "client": "adac"},
]
MINUTES = ("order_min", "wait_min", "turnout_min", "travel_min", "late_min", "answer_min",
           "acceptance", "head_start_min")  # fmt: skip


@pytest.fixture
def asked(home, dispatch):
    """Make the rows as a file, and the answer of cascade to each."""
    (home / "providers.toml").write_text(MORE_FIRMS, encoding="utf-8")
    names = list(dict.fromkeys(name for row in ROWS for name in row))
    with (home / "in.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, names, restval="")
        writer.writeheader()
        writer.writerows(ROWS)
    answers = []
    for row in ROWS:
        said = [
            word
            for name, text in row.items()
            if name != "kind"
            for word in (f"--{name.replace('_', '-')}", text)
        ]
        answers.append(dispatch("cascade", row["kind"], *said, "--json").envelope["data"])
    return answers


def test_json_lines_equal_cascade(asked, dispatch):
    """Services, order, phones and every minute are the same to the last bit, for every row."""
    found = dispatch("batch", "in.csv", "--top", "9", "--full")
    assert found.code == 0
    lines = [json.loads(line) for line in found.out.splitlines()]
    assert [line["row"] for line in lines] == list(range(1, len(ROWS) + 1))
    for line, answer in zip(lines, asked, strict=True):
        assert line["kind"] == answer["incident"]["kind"]
        assert line["emergency"] == [
            {"service": call["service"], "dial": call["dial"]} for call in answer["emergency"]
        ]
        for got, cascade in zip(line["cascades"], answer["cascades"], strict=True):
            for name in ("service", "expected_min", "success_probability", "excluded_counts"):
                assert got[name] == cascade[name]
            wanted = ("rank", "provider", "phone", *MINUTES)
            assert got["candidates"] == [
                {name: each[name] for name in wanted} for each in cascade["candidates"]
            ]
            assert bool(got["reason"]) is not bool(cascade["candidates"])


def test_csv_has_a_line_for_each_service_and_rank(asked, dispatch, home):
    """Fixed columns, exact numbers, one line for a service without a candidate."""
    found = dispatch("batch", "in.csv", "--top", "2", "--output", "out.csv", "--full",
                     "--keep", "weight_t")  # fmt: skip
    assert found.code == 0
    with (home / "out.csv").open(newline="") as file:
        lines = list(csv.DictReader(file))
    assert list(lines[0]) == [
        "row", "id", "service", "rank", "provider", "phone", *MINUTES, "reason",
        "expected_min", "success_probability", "weight_t",
    ]  # fmt: skip
    expected = []
    for row, answer in enumerate(asked, start=1):
        for call in answer["emergency"]:
            expected.append((row, call["service"], "0", "", "", "emergency"))
        for cascade in answer["cascades"]:
            for each in cascade["candidates"][:2]:
                order = str(each["order_min"])
                expected.append(
                    (row, cascade["service"], str(each["rank"]), each["provider"], order, "")
                )
            if not cascade["candidates"]:
                reason = next(
                    line["reason"] for line in lines
                    if line["row"] == str(row) and line["service"] == cascade["service"]
                )  # fmt: skip
                assert reason in cascade["excluded_counts"]
                expected.append((row, cascade["service"], "", "", "", reason))
    assert expected == [
        (int(line["row"]), line["service"], line["rank"], line["provider"], line["order_min"],
         line["reason"])
        for line in lines
    ]  # fmt: skip
    assert {line["weight_t"] for line in lines if line["row"] == "3"} == {"2.9"}


def test_the_parts_add_up_to_the_order(asked, dispatch):
    """Wait, turnout, travel, lateness and asking minus the head start are order_min."""
    out = dispatch("batch", "in.csv", "--format", "csv").out
    checked = 0
    for line in csv.DictReader(out.splitlines()):
        if line["order_min"]:
            wait, turnout, travel, late, answer, acceptance, head = (
                float(line[name]) for name in MINUTES[1:]
            )
            total = wait + turnout + travel + late + answer / acceptance - head
            assert total == pytest.approx(float(line["order_min"]), abs=1e-9)
            checked += 1
    assert checked > 10


def test_what_holds_for_all_rows_fills_what_a_row_lacks(asked, dispatch, home):
    """--kind, --client, --vehicle and --when apply to rows with empty cells only."""
    (home / "few.csv").write_text("at,kind,when\n86150,,\n86150,medical,2026-11-27T22:00\n")
    argv = ["--kind", "tow", "--client", "adac", "--when", "2026-11-27T12:00", "--vehicle", "car"]
    out = dispatch("batch", "few.csv", *argv).out
    first, second = (json.loads(line) for line in out.splitlines())
    [tow] = first["cascades"]
    answer = dispatch("cascade", "tow", "--at", "86150", *argv[2:], "--json").envelope["data"]
    assert [each["order_min"] for each in tow["candidates"]] == [
        each["order_min"] for each in answer["cascades"][0]["candidates"]
    ]
    assert second["cascades"] == []


def test_an_unknown_word_for_all_rows_is_a_usage_error(asked, dispatch):
    """An unknown word in an option is exit 2 before any row is read."""
    for option, word in (("--kind", "picnic"), ("--client", "adca"), ("--vehicle", "boat"),
                         ("--when", "soon"), ("--timezone", "Mars/Base")):  # fmt: skip
        found = dispatch("batch", "in.csv", option, word)
        assert (found.code, found.out) == (2, ""), option
        assert word in found.err


def test_names_map_onto_facts_and_kinds_onto_words(asked, dispatch, home):
    """--columns and --map-kinds read a foreign file; the longest prefix wins."""
    (home / "kinds.toml").write_text(
        '[kinds]\n"EMS*" = "medical"\n"EMS: TOW*" = "Abschleppen"\n"flat" = "tow"\n"*" = "other"\n'
    )
    (home / "own.csv").write_text(
        "LAT;LNG;title\n48,37;10,89;EMS: FALL\n48,37;10,89;EMS: TOW 7\n48,37;10,89;flat\n"
        "48,37;10,89;Dance\n"
    )
    found = dispatch("batch", "own.csv", "--columns", "lat=LAT,lon=LNG,kind=title",
                     "--map-kinds", "kinds.toml")  # fmt: skip
    kinds = [json.loads(line)["kind"] for line in found.out.splitlines()]
    assert kinds == ["medical", "tow", "tow", "other"]
