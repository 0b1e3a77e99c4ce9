"""``dispatch storm``: joint plans of a file and of the open cases, from the command line."""

import json
import os
import re
import subprocess
import sys

import pytest

from .. import answers
from ..extras import NEEDS_STORM
from ..terminal import on_terminal, screen_lines
from .storm_world import FIRMS, INCIDENTS, NAMES, PHONES, PLAN, rows_of

pytestmark = NEEDS_STORM


@pytest.mark.parametrize("columns", [40, 80, 140])
def test_a_screen_of_any_width_shows_whom_to_call_for_what(dispatch, storm, columns: int) -> None:
    """All demands in the order of the calls, each with its whole number, and 112 before them."""
    plan = (*PLAN, "--operators", "2")
    demands = dispatch(*plan, "--json").envelope["data"]["demands"]
    code, raw = on_terminal(plan, columns=columns, env={"NO_COLOR": "1"})
    lines = screen_lines(raw, columns=columns)
    assert code == 3
    assert b"\x1b[3" not in raw
    assert b"31m" not in raw
    assert all(len(line) <= columns for line in lines)
    at = [next(at for at, line in enumerate(lines) if f"{each['ref']} " in line + " "
               and line.lstrip()[:3] != "112" and each["service"][:4] in line)
          for each in demands]  # fmt: skip
    assert at == sorted(at)
    assert len(set(at)) == len(demands) == 5
    for line_at, each in zip(at, demands, strict=True):
        # On a narrow screen the number stands in the line above.
        assert any(each["phone"] in line for line in lines[line_at - 1 : line_at + 1])
    emergency = lines.index("112 first, for A4")
    assert emergency < at[0]
    whole = " ".join(" ".join(line.split()) for line in lines[:emergency])
    assert re.search(r"short of units: .*tow in 86… \(\+\d+ min\); ", whole)
    assert "short of lines: 4 calls for 2 operators" in whole
    assert "no plan is better, if nobody declines" in whole


def test_colours_only_where_they_are_wanted(storm) -> None:
    """A terminal has colours; NO_COLOR and TERM=dumb have none, with the same words."""
    _, coloured = on_terminal(PLAN)
    assert b"\x1b[1;31m" in coloured
    for env in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
        _, plain = on_terminal(PLAN, env=env)
        assert b"31m" not in plain
        assert screen_lines(plain) == screen_lines(coloured)


def test_rows_off_a_terminal(dispatch, storm) -> None:
    """Each demand is a row; 112 stands on stderr, since no row has a place for it."""
    ran = dispatch(*PLAN)
    assert ran.code == 3
    assert ran.err == "warning: 112 first, for A4\n"
    rows = rows_of(ran.out)
    assert sorted(row["ref"] for row in rows) == NAMES
    assert [row["order"] for row in rows] == ["1", "2", "3", "4", ""]
    assert [row["act"] for row in rows] == ["call"] * 4 + ["last_resort"]
    for row in rows:
        assert row["phone"] == PHONES[row["provider"] or None]


def test_the_order_of_the_calls_has_its_reason(dispatch, storm) -> None:
    """A person in danger is first, then the largest weight, then the longest wait."""
    why = [(row["ref"], row["why"]) for row in rows_of(dispatch(*PLAN).out)]
    assert why == [
        ("A4", "person in danger"),
        ("A2", "priority 3, waits 13 min"),
        ("A1", "waits 23 min"),
        ("A3", "waits 8 min"),
        ("A5", "has waited 183 min"),
    ]


def test_the_first_call_waits_longest_only_if_nobody_waits_longer(dispatch, storm) -> None:
    """A caller who goes to the last resort has waited longer than the first one that is called."""
    names, first, *_, oldest = INCIDENTS.splitlines()
    for rows, why in (((first, oldest), "waits 23 min"), ((first,), "waits longest: 23 min")):
        (storm / "incidents.csv").write_text("\n".join([names, *rows, ""]), "utf-8")
        row = rows_of(dispatch(*PLAN).out)[0]
        assert (row["ref"], row["why"]) == ("A1", why)


def test_json_fits_its_schema_and_its_prices_add_up(dispatch, storm) -> None:
    """The minutes that sort the candidates are the sum of arrival, call, line and scarcity."""
    envelope = dispatch(*PLAN, "--operators", "1", "--json").envelope
    assert answers.faults_of(envelope) == []
    assert (envelope["schema"], envelope["status"]) == ("dispatch.storm/1", "partial")
    data = envelope["data"]
    assert data["line_price"] == 1.5  # 4 calls, 1 operator: (4 - 1) / 2
    assert (data["called"], data["queued"], data["last_resort"]) == (1, 3, 1)
    assert data["waited_too_long"] == 1
    assert data["total_min"] == data["bound_min"] > 0
    candidates = [each for demand in data["demands"] for each in demand["candidates"]]
    assert candidates
    for each in candidates:
        parts = ("arrival_min", "call_min", "line_min", "scarcity_min")
        assert each["sort_min"] == pytest.approx(sum(each[name] for name in parts), abs=1e-6)
        assert each["line_min"] == pytest.approx(1.5 * each["call_min"])
    assert any(each["scarcity_min"] > 0 for each in candidates)


def test_without_prices_the_order_is_that_of_the_cascade(dispatch, storm) -> None:
    """A single incident waits for no line, and its cascade is unchanged, with the same minutes."""
    (storm / "one.csv").write_text("id,kind,plz,when\nA1,tow,86150,2026-11-27T12:03\n", "utf-8")
    options = ("--when", "2026-11-27T12:03", "--operators", "1", "--json")
    [demand] = dispatch("storm", "one.csv", *options).envelope["data"]["demands"]
    cascade = dispatch("cascade", "tow", "--at", "86150", *options[:2], "--json").envelope["data"]
    ranked = cascade["cascades"][0]["candidates"]
    assert [each["provider"] for each in demand["candidates"]] == [
        each["provider"] for each in ranked
    ]
    for mine, other in zip(demand["candidates"], ranked, strict=True):
        assert mine["line_min"] == 0
        own_min = mine["sort_min"] - mine["scarcity_min"]
        assert own_min == pytest.approx(other["order_min"])


def test_a_person_in_danger_is_called_for_before_all_others(dispatch, storm) -> None:
    """With one operator, neither weight nor age puts a person in danger into the queue."""
    rows = rows_of(dispatch(*PLAN, "--operators", "1").out)
    assert [(row["ref"], row["act"]) for row in rows] == [
        ("A4", "call"), ("A5", "last_resort"), ("A2", "queue"), ("A1", "queue"), ("A3", "queue"),
    ]  # fmt: skip
    assert rows[0]["provider"] == "lech"  # the soonest of all, although A2 has the weight 3
    assert [row["why"] for row in rows[2:4]] == ["1 call is before it", "2 calls are before it"]
    safe = INCIDENTS.replace("11:58,,1", "11:58,,")
    (storm / "incidents.csv").write_text(safe, "utf-8")
    assert rows_of(dispatch(*PLAN, "--operators", "1").out)[0]["ref"] == "A2"


def test_no_small_weight_puts_a_person_in_danger_behind_others(dispatch, storm) -> None:
    """A weight under 1 of the injured person and a large one of another caller change nothing."""
    rows = INCIDENTS.replace("11:50,3,", "11:50,100,").replace("11:58,,1", "11:58,0.001,1")
    (storm / "incidents.csv").write_text(rows, "utf-8")
    first = rows_of(dispatch(*PLAN, "--operators", "1").out)[0]
    assert (first["ref"], first["provider"]) == ("A4", "lech")


def test_a_unit_goes_where_it_saves_most(dispatch, storm) -> None:
    """No unit is planned twice for the same time: one truck of Lech has one first job."""
    data = dispatch(*PLAN, "--json").envelope["data"]
    first = [
        (each["provider"], each["candidates"][0]["wait_min"])
        for each in data["demands"] if each["provider"] in ("lech", "wertach")
    ]  # fmt: skip
    assert len(set(first)) == len(first) >= 2


def test_a_file_has_whole_lines_and_the_summary_is_on_stderr(dispatch, storm) -> None:
    """--output writes the demands of the JSON, one a line, and leaves stdout empty."""
    demands = dispatch(*PLAN, "--json").envelope["data"]["demands"]
    ran = dispatch(*PLAN, "--output", "plan.jsonl")
    assert (ran.code, ran.out) == (3, "")
    text = (storm / "plan.jsonl").read_text("utf-8")
    assert text.endswith("\n")
    assert [json.loads(line) for line in text.splitlines()] == demands
    assert ran.err.splitlines()[0] == (
        "done: call 4 now, 0 later, 0 wait for a unit, 0 for a line, 1 to the last resort"
    )
    assert "done: 112 first, for A4" in ran.err.splitlines()
    quiet = dispatch(*PLAN, "--output", "plan.jsonl", "--quiet").err
    assert quiet == "warning: 112 first, for A4\n"


def test_a_file_that_cannot_be_written(dispatch, storm) -> None:
    """A missing folder ends with 5 and names the file."""
    ran = dispatch(*PLAN, "--output", "none/plan.jsonl")
    assert ran.code == 5
    assert "none/plan.jsonl cannot be written" in ran.err


def test_equal_input_gives_equal_bytes(storm) -> None:
    """Two processes with different seeds of their hashes print the same JSON and rows."""
    for more in (["--json"], []):
        outs = {
            subprocess.run(
                [sys.executable, "-m", "dispatch_cli", *PLAN, "--operators", "2", *more],
                env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=False,
            ).stdout
            for seed in ("1", "2")
        }  # fmt: skip
        assert len(outs) == 1
        assert b"A1" in outs.pop()


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("B,tow,86150,2026-11-27T11:40,abc,", "priority 'abc' is not a number over 0"),
        ("B,tow,86150,2026-11-27T11:40,0,", "priority '0' is not a number over 0 and up to 100"),
        ("B,tow,86150,2026-11-27T11:40,101,", "priority '101' is not a number over 0"),
        ("B,tow,86150,2026-11-27T11:40,nan,", "priority 'nan' is not a number over 0"),
        ("B,nothing,86150,2026-11-27T11:40,,", 'unknown kind "nothing"'),
        ("B,tow,,2026-11-27T11:40,,", "B"),
    ],
)
def test_a_row_that_cannot_be_read_is_said_and_the_others_are_planned(
    dispatch, storm, row: str, reason: str
) -> None:
    """Exit code 6, the line of the row on stderr, and the plan of the other rows."""
    (storm / "incidents.csv").write_text(f"{INCIDENTS}{row}\n", "utf-8")
    ran = dispatch(*PLAN, "--json")
    assert ran.code == 6
    assert ran.envelope["data"]["rejected"] == 1
    assert {each["ref"] for each in ran.envelope["data"]["demands"]} == {*NAMES}
    [line] = [each for each in ran.err.splitlines() if each.startswith("rejected: ")]
    assert line.startswith("rejected: incidents.csv:7: ")
    assert reason in line or reason == "B"


@pytest.mark.parametrize(
    "row", ["B,accident,99999,2026-11-27T11:40,,1", "B,accident,86150,2026-11-27T11:40,x,1"]
)
def test_a_rejected_row_with_hurt_persons_still_says_112(dispatch, storm, row: str) -> None:
    """Place or weight cannot be read, the injured can: the number is said for that row as well."""
    (storm / "incidents.csv").write_text(f"{INCIDENTS}{row}\n", "utf-8")
    ran = dispatch(*PLAN, "--json")
    assert ran.code == 6
    calls = {(each["ref"], each["dial"]) for each in ran.envelope["data"]["emergency"]}
    assert ("B", "112") in calls
    assert "B" not in {each["ref"] for each in ran.envelope["data"]["demands"]}


def test_weights_are_read_from_the_named_column(dispatch, storm) -> None:
    """A comma is a decimal sign; a file without the column has the weight 1."""
    text = 'id,kind,plz,when,rang\nA,tow,86150,2026-11-27T11:40,"2,5"\nB,tow,86150,,\n'
    (storm / "incidents.csv").write_text(text, "utf-8")
    weights = [row["weight"] for row in rows_of(dispatch(*PLAN).out)]
    assert weights == ["1.0", "1.0"]
    weights = [row["weight"] for row in rows_of(dispatch(*PLAN, "--priority", "rang").out)]
    assert weights == ["2.5", "1.0"]
    ran = dispatch(*PLAN, "--priority", "no")
    assert ran.code == 2
    assert "--priority: no column 'no'; the columns are id, kind, plz, when, rang" in ran.err


@pytest.mark.parametrize("content", ["id,kind,plz\n", "id,kind,plz,priority\n"])
def test_a_file_without_incidents(dispatch, storm, content: str) -> None:
    """An empty plan says so, and is no failure."""
    (storm / "incidents.csv").write_text(content, "utf-8")
    ran = dispatch(*PLAN)
    assert (ran.code, ran.out.count("\n"), ran.err) == (0, 1, "")
    _, raw = on_terminal(PLAN, env={"NO_COLOR": "1"})
    assert screen_lines(raw) == ["Storm 12:03: 0 calls for help", "no incident waits for help"]
    assert dispatch(*PLAN, "--json").envelope["data"]["demands"] == []


def test_times_that_no_column_is_read_for_are_refused(dispatch, storm) -> None:
    """Else all callers would count as new. The hint says how the column is read."""
    text = INCIDENTS.replace("when", "Meldung1x")
    (storm / "incidents.csv").write_text(text, "utf-8")
    ran = dispatch(*PLAN)
    assert (ran.code, ran.out) == (4, "")
    assert 'the column "Meldung1x" has times, such as "2026-11-27T11:40"' in ran.err
    assert "hint: --columns when=Meldung1x reads them\n" in ran.err
    named = dispatch(*PLAN, "--columns", "when=Meldung1x")
    assert (named.code, named.out.count("\n")) == (3, 6)


def test_the_moment_decides_who_waits_how_long(dispatch, storm) -> None:
    """Without --when an old file goes to the last resort as a whole, and the hint says why."""
    rows = rows_of(dispatch(*PLAN[:2], "--when", "2026-11-27T12:13").out)
    assert {row["ref"]: row["waiting_min"] for row in rows}["A1"] == "33.0"
    ran = dispatch(*PLAN[:2], "--when", "2026-11-28T12:03")
    assert {row["act"] for row in rows_of(ran.out)} == {"last_resort"}
    old = INCIDENTS.replace("2026-11-27", "2025-11-27")
    (storm / "incidents.csv").write_text(old, "utf-8")
    ran = dispatch(*PLAN[:2])
    assert (
        "hint: all have waited too long: for an older file name its moment with --when" in ran.err
    )


def test_a_service_after_another_one_is_not_called(dispatch, storm) -> None:
    """A breakdown needs a repair first; the truck is for later, and nobody calls it now."""
    rows = rows_of(dispatch(*PLAN).out)
    assert [row["service"] for row in rows if row["ref"] == "A3"] == ["roadside_repair"]


def test_emergency_services_are_first_and_never_in_the_queue(dispatch, storm) -> None:
    """An injured person is a call to 112 at once; the plan has only the tow truck."""
    data = dispatch(*PLAN, "--json").envelope["data"]
    assert {(each["ref"], each["dial"]) for each in data["emergency"]} == {("A4", "112")}
    assert {each["service"] for each in data["demands"]} == {"tow", "roadside_repair"}


@pytest.mark.parametrize("more", [(), ("--output", "plan.jsonl")])
def test_quiet_keeps_the_emergency_call(dispatch, storm, more: tuple[str, ...]) -> None:
    """``--quiet`` drops hints and summaries, never 112, which no row has."""
    assert dispatch(*PLAN, "--quiet", *more).err == "warning: 112 first, for A4\n"


def test_the_window_puts_calls_off(dispatch, storm) -> None:
    """With two trucks for many callers, those with a later slot are called later, with a time."""
    rows = "".join(f"C{at},tow,86150,2026-11-27T12:0{at},,\n" for at in range(3))
    (storm / "providers.toml").write_text(FIRMS.rpartition("[[provider]]")[0], "utf-8")
    (storm / "incidents.csv").write_text(INCIDENTS.splitlines()[0] + "\n" + rows, "utf-8")
    found = rows_of(dispatch(*PLAN).out)
    acts = [row["act"] for row in found]
    assert acts.count("call") == 2
    [later] = [row for row in found if row["act"] == "later"]
    assert later["call_at"] < later["there_at"]
    assert later["why"].startswith("the unit is free in ")
    now = [row for row in found if row["act"] == "call"]
    assert {(row["provider"], row["wait_min"]) for row in now} == {
        ("lech", "0.0"),
        ("wertach", "0.0"),
    }
    assert (later["provider"], float(later["wait_min"]) > 30) == ("lech", True)
    assert later["there_at"] > max(row["there_at"] for row in now)
    whole = rows_of(dispatch(*PLAN, "--window-min", "1000").out)
    assert [row["act"] for row in whole] == ["call"] * 3
    none = rows_of(dispatch(*PLAN, "--longest-wait-min", "2").out)
    assert {row["ref"]: row["act"] for row in none} == {
        "C0": "last_resort", "C1": "last_resort", "C2": "call",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        ((), "name a file of incidents, or --open for the open cases"),
        (("incidents.csv", "--open"), "name a file of incidents, or --open for the open cases"),
        (("incidents.csv", "--apply"), "--apply needs --open: a file has no cases"),
        (("incidents.csv", "--watch"), "--watch needs --open: a file has no cases"),
        (("--open", "--watch", "-o", "x.jsonl"), "--watch shows plans on a screen, without --js"),
        (("--open", "--watch", "--apply"), "--watch shows plans on a screen"),
        (("--open", "--watch"), "--watch needs a terminal"),
        (("--open", "--when", "12:00"), "--when is for a file, not for --open"),
        (("--open", "--priority", "x"), "--priority is for a file, not for --open"),
        (("--open", "--columns", "id=x"), "--columns is for a file, not for --open"),
        (("incidents.csv", "-o", "plan.csv"), "the ending '.csv' is no format of a plan"),
        (("incidents.csv", "--operators", "0"), "--operators"),
        (("incidents.csv", "--keep-min", "-1"), "--keep-min"),
        (("incidents.csv", "--when", "soon"), "soon"),
        (("incidents.csv", "--columns", "none=x"), "--columns: unknown fact 'none'"),
        (("incidents.csv", "--kind", "nothing"), "nothing"),
    ],
)
def test_options_that_do_not_fit(dispatch, storm, words: tuple[str, ...], problem: str) -> None:
    """Each ends with 2, plans nothing, and names the option."""
    ran = dispatch("storm", *words)
    assert (ran.code, ran.out) == (2, "")
    assert problem in ran.err.partition("\n")[0]


def test_a_file_that_is_not_there(dispatch, storm) -> None:
    """The name of the file, not a traceback."""
    ran = dispatch("storm", "none.csv")
    assert ran.code in (4, 5)
    assert "none.csv" in ran.err


@pytest.mark.parametrize("library", ["ortools", "numpy"])
def test_without_the_extra_the_command_says_what_to_install(storm, library: str) -> None:
    """Exit code 5 and the line of pip, in a process that cannot import the library."""
    program = (
        f"import sys; sys.modules[{library!r}] = None\n"
        "from dispatch_cli.cli import run\n"
        "sys.exit(int(run(sys.argv[1:])))"
    )
    for words in (PLAN, ("storm", "--open")):
        ran = subprocess.run(
            [sys.executable, "-c", program, *words], capture_output=True, text=True, check=False
        )
        assert (ran.returncode, ran.stdout) == (5, "")
        assert ran.stderr.splitlines() == [
            "error: joint plans need numpy and ortools",
            'hint: install the extra: pip install "roadside-dispatch[storm]"',
        ]


def test_the_whole_screen_is_german(storm) -> None:
    """Head, shortage, headings, reasons and hints have no English words."""
    _, raw = on_terminal(
        [*PLAN, "--operators", "2", "--lang", "de"], columns=140, env={"NO_COLOR": "1"}
    )
    text = "\n".join(screen_lines(raw, columns=140))
    for german in ("Sturm 12:03: 5 Hilferufe", "Fahrzeuge knapp: Pannenhilfe in 86… (",
                   "Leitungen knapp: 4 Anrufe für 2 Disponenten", "Zuerst 112, für A4",
                   "LETZTE MÖGLICHKEIT", "Mensch in Gefahr", "Vorrang 3, wartet 13 min",
                   "kein Plan ist besser", "Pannenhilfe"):  # fmt: skip
        assert german in text, german
    for english in ("call", "wait", "first", "short", "tow", "LAST", "danger", "There", "Scarce",
                    "minute of", "priority", " for ", "repair", "Lines", "Place"):  # fmt: skip
        assert english not in text, english
