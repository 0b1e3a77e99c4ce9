"""``dispatch providers report``: a report by phone, and its effect on the next cascade."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from dispatch_cli.cases.provider_reports import CLOCK_AHEAD
from dispatch_cli.cli.desk_options import DeskOptions
from dispatch_cli.cli.log_book import open_book
from dispatch_cli.cli.typed_input import read_moment
from dispatch_cli.errors import UsageError

from .watched import command, provider, write

CASCADE = ("cascade", "tow", "--at", "86150", "--json")


def candidates(ran):
    """Return the candidates of the one cascade by id."""
    [cascade] = ran.envelope["data"]["cascades"]
    return {row["provider"]: row for row in cascade["candidates"]}


def test_a_report_is_noted_and_ranked_with(dispatch, firms):
    """Busy for 45 minutes is waited for, and the newer word is up again."""
    ran = dispatch("providers", "report", "lech", "--free", "0", "--until", "45", "--json")
    assert (ran.code, ran.envelope["schema"]) == (0, "dispatch.providers.report/1")
    data = ran.envelope["data"]
    assert (data["provider"], data["state"], data["operator"]) == ("lech", "busy", "maria")
    lech = candidates(dispatch(*CASCADE))["lech"]
    assert lech["state"] == "busy"
    assert 44 < lech["wait_min"] <= 45
    ran = dispatch("providers", "report", "lech", "--free", "2")
    header, line = ran.out.splitlines()
    assert header.split("\t") == ["provider", "state", "free", "until", "operator"]
    assert line.split("\t")[:3] == ["lech", "up", "2"]
    assert candidates(dispatch(*CASCADE))["lech"]["wait_min"] == 0


def test_a_provider_that_reports_down_is_excluded(dispatch, firms):
    """``--state down`` excludes with that reason, but not for next week."""
    assert dispatch("providers", "report", "lech", "--state", "down").code == 0
    ran = dispatch(*CASCADE, "--explain")
    [out] = [
        each
        for each in ran.envelope["data"]["cascades"][0]["excluded"]
        if each["provider"] == "lech"
    ]
    assert out["reason"] == "down"
    assert "reported by phone" in out["detail"]
    assert "lech" in candidates(dispatch(*CASCADE, "--when", "2099-06-01T12:00"))


def test_invalid_values(dispatch, firms):
    """Unknown ids, contradictions and times are refused with exit code 2 and the allowed values."""
    for words, said in (
        (["zz", "--free", "2"], "unknown provider"),
        (["lech"], "the report has neither free units nor a state"),
        (["lech", "--free", "2", "--state", "down"], "contradicts"),
        (["lech", "--state", "sideways"], "allowed: up, busy, down"),
        (["lech", "--free", "2", "--until", "soon"], "soon"),
        (["lech", "--free", "-2"], "allowed: 0 to 999"),
    ):
        ran = dispatch("providers", "report", *words)
        assert (ran.code, said in ran.err) == (2, True), (words, ran.err)


def test_the_sample_takes_no_reports(dispatch, home):
    """The firms of the packaged sample are invented, so that there are no reports."""
    assert dispatch("providers", "report", "abschlepp-lechfeld", "--free", "1").code == 4


def test_a_hostile_name_is_shown_harmless(dispatch, firms, home):
    """What is read back of the file's name is written out and does not steer the terminal."""
    text = firms.read_text(encoding="utf-8").replace("Abschlepp Lech", "Lech\\u202E[/b]", 1)
    firms.write_text(text, encoding="utf-8")
    ran = dispatch("providers", "report", "lech", "--free", "1")
    assert ran.code in (0, 4)
    assert "\u202e" not in ran.out + ran.err


@pytest.mark.usefixtures("firms")
def test_a_report_may_end_many_hours_later(home):
    """At six in the morning "18:00" is this evening; at 18:05 it is in the past."""
    six = datetime(2026, 11, 27, 6, 0, tzinfo=ZoneInfo("Europe/Berlin"))
    book = replace(open_book(DeskOptions()), now=six)
    assert read_moment("18:30", book, CLOCK_AHEAD) == six + timedelta(hours=12.5)
    with pytest.raises(UsageError, match="is in the past today"):
        read_moment("18:30", book)
    with pytest.raises(UsageError, match="is in the past today"):
        read_moment("05:55", book, CLOCK_AHEAD)


def test_the_history_of_a_provider_is_shown(dispatch, home):
    """Reports and changes of a provider are below its looks, the newest first."""
    path = write(
        home, "[check]\nfailures = 1\n", provider("lech", command("/bin/sh", "-c", "exit 2"))
    )
    named = ("--providers", str(path))
    assert dispatch("providers", "report", "lech", "--free", "2", *named).code == 0
    assert dispatch("check", *named).code == 7
    ran = dispatch("check", "lech", "-v", *named)
    down, said = " +[0-9:]+ +unknown -> down: .*", " +[0-9:]+ +reported by phone: up, 2 free"
    assert re.search(rf"history\n{down}\n{said}", ran.out)
    data = dispatch("check", "lech", "-v", "--json", *named).envelope["data"]
    assert [each["after"] for each in data["moves"]] == ["down"]
    assert [each["free"] for each in data["reports"]] == [2]
    assert "moves" not in dispatch("check", "lech", "--json", *named).envelope["data"]
