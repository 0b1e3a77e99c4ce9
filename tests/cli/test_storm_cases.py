"""``dispatch storm --open``: joint plans of the open cases, from the command line."""

import subprocess
import sys

import pytest

from dispatch_cli.cases.apply_plan import Proposal, apply_plan
from dispatch_cli.cli.desk_options import DeskOptions
from dispatch_cli.cli.log_book import open_book
from dispatch_cli.storm.waiting import StormSettings
from dispatch_cli.storm.watched_plan import Planner

from ..extras import NEEDS_STORM
from ..terminal import Terminal, on_terminal, screen_lines
from .storm_world import PLAN, rows_of

pytestmark = NEEDS_STORM


@pytest.fixture
def cases(storm, dispatch):
    """Three open cases: two that would both be served by Lech first, one with an injured person."""
    assert dispatch("case", "open", "tow", "--at", "86150", "--injured", "0").code == 0
    assert dispatch("case", "open", "tow", "--at", "86152", "--injured", "0").code == 0
    assert dispatch("case", "open", "accident", "--at", "86316", "--injured", "1").code == 0
    return dispatch


def planned(dispatch, *options: str) -> dict[str, str]:
    """Plan the open cases and return the provider of each."""
    ran = dispatch("storm", "--open", *options)
    assert ran.code == 0, ran.err
    return {row["ref"]: row["provider"] for row in rows_of(ran.out)}


def test_open_cases_are_planned_and_nothing_is_recorded(cases) -> None:
    """112 is first for a case whose emergency call is due; the log stays as it is."""
    before = cases("log", "head").out
    ran = cases("storm", "--open", "--json")
    assert ran.code == 0
    data = ran.envelope["data"]
    assert {each["dial"] for each in data["emergency"]} == {"112"}
    assert {each["ref"] for each in data["emergency"]} == {"3"}
    assert {each["service"] for each in data["demands"]} == {"tow"}
    found = {each["ref"]: each["provider"] for each in data["demands"]}
    assert {found["1"], found["2"]} == {"lech", "wertach"}
    assert data["applied"] is False
    assert cases("log", "head").out == before
    assert "nothing is recorded; --apply lets the cascades begin" in cases("storm", "--open").err
    assert cases("case", "emergency", "3", "called", "--by", "caller").code in (0, 2)


def test_a_case_without_a_need_has_its_emergency_call(dispatch, storm) -> None:
    """A case of an ambulance alone needs no firm; its call to 112 is told all the same."""
    assert dispatch("case", "open", "medical", "--at", "86150", "--injured", "1").code == 0
    assert dispatch("storm", "--open").err == "warning: 112 first, for 1\n"
    _, raw = on_terminal(("storm", "--open"), env={"NO_COLOR": "1"})
    assert "112 first, for 1" in screen_lines(raw)


def test_the_last_resort_of_an_exhausted_case_has_its_reason(storm, dispatch) -> None:
    """The only firm of the case has declined; a firm that came into the file is not its own."""
    whole = (storm / "providers.toml").read_text("utf-8")
    (storm / "providers.toml").write_text(whole.split('[[provider]]\nid = "wertach')[0], "utf-8")
    assert dispatch("case", "open", "tow", "--at", "86150", "--injured", "0").code == 0
    assert dispatch("case", "offer", "1").code == 0
    assert dispatch("case", "decline", "1.1", "--reason", "no_unit").code == 0
    (storm / "providers.toml").write_text(whole, "utf-8")
    [row] = rows_of(dispatch("storm", "--open").out)
    assert (row["act"], row["why"]) == ("last_resort", "no provider can come")


def test_an_applied_plan_is_the_next_call_of_each_case(cases) -> None:
    """``case show`` names the planned firm, and ``case offer`` calls it, not the nearest one."""
    plan = planned(cases, "--apply")
    other = next(ref for ref in ("1", "2") if plan[ref] == "wertach")
    _, raw = on_terminal(["case", "show", other], columns=100, env={"NO_COLOR": "1"})
    shown = "\n".join(screen_lines(raw, columns=100))
    assert "Abschlepp Wertach: planned at " in shown
    assert "with 2 other cases" in shown
    offered = cases("case", "offer", other, "--json").envelope["data"]
    assert offered["provider"] == "wertach"
    again = planned(cases)
    assert other not in again  # its firm is being asked
    assert {ref: name for ref, name in plan.items() if ref != other} == again


def test_a_log_that_has_changed_refuses_the_plan_as_a_whole(cases, monkeypatch) -> None:
    """Another operator cancels a case while the plan is made: exit code 8, nothing is recorded."""
    make = Planner.plan

    def and_meanwhile(*values):
        plan = make(*values)
        monkeypatch.setattr(Planner, "plan", make)
        words = ("case", "cancel", "1", "--operator", "otto", "--quiet")
        subprocess.run(
            [sys.executable, "-m", "dispatch_cli", *words], check=True, capture_output=True
        )
        return plan

    monkeypatch.setattr(Planner, "plan", and_meanwhile)
    ran = cases("storm", "--open", "--apply")
    assert ran.code == 8
    assert "case 1: otto recorded " in ran.err
    assert "hint: make the plan again: the log has changed since" in ran.err
    _, raw = on_terminal(["case", "show", "2"], columns=100)
    assert b"planned at" not in raw
    assert set(planned(cases, "--apply")) == {"2", "3"}


def test_without_open_cases(storm, dispatch) -> None:
    """An empty log has an empty plan, also with --apply."""
    for more in ((), ("--apply",)):
        ran = dispatch("storm", "--open", *more)
        assert (ran.code, ran.out.count("\n")) == (0, 1)


def test_a_small_screen_of_the_watch_keeps_the_first_calls(storm, dispatch) -> None:
    """Head and first calls stay on top; the last line says where the others are."""
    for at in ("86150", "86152", "86199", "86343", "86316"):
        assert dispatch("case", "open", "tow", "--at", at, "--injured", "0").code == 0
    with Terminal(["storm", "--open", "--watch"], rows=9, env={"NO_COLOR": "1"}) as terminal:
        shown = terminal.wait_for("… all others: dispatch storm --open").splitlines()
        assert ": 5 calls for help" in shown[0]
        assert any(line.lstrip().startswith("1  089 99998-") for line in shown), shown


def test_calls_to_the_last_resort_follow_those_to_firms(dispatch, storm) -> None:
    """Whom a small screen cuts off has time: a caller who waits, not one for the last resort."""
    rows = rows_of(dispatch(*PLAN, "--operators", "2").out)
    assert [row["act"] for row in rows] == ["call", "call", "last_resort", "queue", "queue"]


def test_the_watch_plans_again_when_a_case_is_recorded(storm, dispatch) -> None:
    """A new case is on the screen within seconds; Ctrl-C ends with 130 and a usable terminal."""
    assert dispatch("case", "open", "tow", "--at", "86150", "--injured", "0").code == 0
    with Terminal(["storm", "--open", "--watch"], env={"NO_COLOR": "1"}) as terminal:
        terminal.wait_for(": 1 call for help")
        assert dispatch("case", "open", "tow", "--at", "86152", "--injured", "0").code == 0
        shown = terminal.wait_for(": 2 calls for help")
        assert "1 call for help" not in shown
        terminal.press("\x03")
        assert terminal.ended() == 130
        assert terminal.settings == terminal.before
        assert not terminal._screen.cursor.hidden
        assert "Traceback" not in terminal.shown


def test_a_plan_made_again_heeds_a_report_at_once(storm, dispatch) -> None:
    """The firm of the first plan reports that it is busy, then that it has a unit again."""
    assert dispatch("case", "open", "tow", "--at", "86150", "--injured", "0").code == 0
    planner, book = Planner(StormSettings()), open_book(DeskOptions())

    def provider() -> str | None:
        [demand] = planner.plan(book.renewed())[1].demands
        return demand.provider

    assert provider() == "lech"
    for words, expected in ((("--free", "0", "--until", "240"), "wertach"),
                            (("--free", "1"), "lech")):  # fmt: skip
        assert dispatch("providers", "report", "lech", *words).code == 0
        assert provider() == expected


def test_the_watch_follows_a_plan_that_was_applied(storm, dispatch) -> None:
    """A plan that was applied meanwhile is the one to keep, and not that of the screen before."""
    assert dispatch("case", "open", "tow", "--at", "86150", "--injured", "0").code == 0
    planner, book = Planner(StormSettings(keep_min=60.0)), open_book(DeskOptions())
    read, plan = planner.plan(book)
    assert [each.provider for each in plan.demands] == ["lech"]
    apply_plan(book, read, [Proposal(case_id=1, service="tow", provider="wertach")])
    _, plan = planner.plan(book.renewed())
    assert [each.provider for each in plan.demands] == ["wertach"]
