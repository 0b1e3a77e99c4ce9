"""Reports of providers by phone, and their effect with looks on a ranking."""

from datetime import timedelta

import pytest

from dispatch_cli import incident_ranking as use_cases
from dispatch_cli.cases import answer_call, offer_call, open_case, provider_reports
from dispatch_cli.cases.observe_log import observe
from dispatch_cli.errors import UsageError
from dispatch_cli.model.case import OF_NO_CASE, Personal
from dispatch_cli.model.check import Checking, CheckSettings, Watched
from tests.english import english

from ..worlds import incident, no_holidays
from .conftest import NOON

WEEK = timedelta(days=7)


def ranked(book, when=None):
    """Rank a tow now or at another time, with what the log knows."""
    when = when or book.now
    with book.store.reading() as reader:
        seen = observe(book.catalog, reader, book.now)
    answer = use_cases.rank_incident(
        book.catalog,
        incident(when=when),
        holidays=no_holidays,
        observations=seen,
        explain=True,
    )
    return answer.cascades[0]


def rows(cascade):
    """State, wait and reasons of all ranked providers."""
    return {
        each.provider: (each.state, each.wait_min, english(each.why)) for each in cascade.candidates
    }


def out(cascade):
    """Reason and detail of all excluded providers."""
    return {each.provider: (each.reason, str(each.detail)) for each in cascade.excluded}


def look_at(book, provider, state, **facts):
    """Store the state of a provider after a run of checks."""
    with book.store.deciding() as tx:
        tx.save_watched(
            [Watched(**{"provider": provider, "state": state, "since": book.now,
                        "seen_at": book.now, **facts})]
        )  # fmt: skip


def test_two_free_until_six(desk):
    """Operator, time and end are kept; the newer report counts, the older one stays."""
    said = provider_reports.report(desk(0), "carl", free=2, until=NOON + timedelta(hours=6))
    assert english(provider_reports.in_words(said, desk(0))) == "2 free until 19:00"
    assert (said.state, said.operator, said.at) == ("up", "desk", NOON)
    provider_reports.report(desk(5, operator="mara"), "carl", free=0)
    with desk(6).store.reading() as reader:
        newest, oldest = reader.reports_of("carl")
        assert reader.reports(NOON) == {"carl": newest}
    assert (oldest, newest.operator, newest.state) == (said, "mara", "busy")


def test_a_report_is_a_record_of_the_journal(desk):
    """Each report is recorded under case 0, with its operator and its facts, but no person's."""
    provider_reports.report(desk(0), "carl", free=2)
    provider_reports.report(desk(5, operator="mara"), "anna", state="down")
    with desk(6).store.reading() as reader:
        found = [(act.action, act.case_id, act.operator, act.details) for act in reader.acts()]
        assert reader.verify() == []
    assert found == [
        (
            "report",
            OF_NO_CASE,
            "desk",
            {"provider": "carl", "state": "up", "until": "2026-11-27T13:00:00+00:00", "free": 2},
        ),
        (
            "report",
            OF_NO_CASE,
            "mara",
            {"provider": "anna", "state": "down", "until": "2026-11-27T13:05:00+00:00"},
        ),
    ]


def test_a_restore_counts_the_reports_that_it_loses(desk, tmp_path):
    """Two reports after the backup are two missing records."""
    provider_reports.report(desk(0), "carl", free=2)
    desk(1).store.back_up(tmp_path / "copy", keep=None)
    for minutes in (2, 3):
        provider_reports.report(desk(minutes), "anna", free=0)
    assert desk(4).store.restore(tmp_path / "copy", operator="mara").missing == 2


def test_the_default_end_of_a_report(desk):
    """A report without an end is valid for 60 minutes; for busy it is busy_wait_min of the file."""
    book = desk(0)
    for facts, minutes in (
        ({"free": 2}, 60), ({"state": "up"}, 60), ({"state": "down"}, 60),
        ({"free": 0}, 30), ({"state": "busy"}, 30),
    ):  # fmt: skip
        assert provider_reports.report(book, "anna", **facts).until == NOON + timedelta(
            minutes=minutes
        )


def test_words(desk):
    """A report as it is read back; a weekday where the clock alone would mislead."""
    book = desk(0)
    busy = provider_reports.report(book, "anna", free=0)
    assert english(provider_reports.in_words(busy, book)) == "busy until 13:30"
    late = provider_reports.report(book, "anna", state="down", until=NOON + timedelta(hours=20))
    assert english(provider_reports.in_words(late, book)) == "down until Sat 09:00"


@pytest.mark.parametrize(
    ("facts", "message"),
    [
        ({}, "the report has neither free units nor a state"),
        ({"free": -1}, "allowed: 0 to 999"),
        ({"free": 1000}, "allowed: 0 to 999"),
        ({"free": 1, "state": "busy"}, "1 free contradicts busy"),
        ({"free": 1, "state": "down"}, "1 free contradicts down"),
        ({"free": 0, "state": "up"}, "0 free contradicts up"),
        ({"state": "degraded"}, "allowed: up, busy, down"),
        ({"free": 1, "until": NOON}, "not within 7 days"),
        ({"free": 1, "until": NOON + WEEK + timedelta(minutes=1)}, "not within 7 days"),
    ],
)
def test_impossible_reports(desk, facts, message):
    """Contradictions, ends in the past and excessive numbers are refused without a record."""
    with pytest.raises(UsageError, match=message):
        provider_reports.report(desk(0), "anna", **facts)
    with pytest.raises(UsageError, match="unknown provider"):
        provider_reports.report(desk(0), "nobody", free=1)
    assert not desk(0).store.path.exists()


def test_down_is_excluded_since_when_and_why(desk):
    """A provider is excluded if it is hard down, or reports itself down."""
    look_at(desk(0), "anna", "down", why="connection refused, 3 x")
    provider_reports.report(desk(5), "bert", state="down")
    found = out(ranked(desk(10)))
    assert found["anna"] == ("down", "down since 12:00: connection refused, 3 x")
    assert found["bert"] == ("down", "down since 12:05: reported by phone")


def test_the_wait_of_a_busy_provider(desk):
    """The wait is that of the feed, else busy_wait_min, or lasts until the end of the report."""
    look_at(desk(0), "anna", "busy", free=0, wait_min=12.0)
    look_at(desk(0), "bert", "busy", free=0)
    provider_reports.report(desk(0), "carl", free=0, until=NOON + timedelta(minutes=45))
    found = rows(ranked(desk(5)))
    assert {name: row[:2] for name, row in found.items()} == {
        "anna": ("busy", 7.0), "bert": ("busy", 30.0), "carl": ("busy", 40.0),
    }  # fmt: skip


def test_degraded_and_unknown_are_ranked_and_marked(desk):
    """Neither is excluded; the row has the reason, and an ended report needs a question."""
    look_at(desk(0), "anna", "degraded", why="certificate ends in 9 d")
    look_at(desk(-60), "bert", "up")
    provider_reports.report(desk(-90), "carl", free=2)
    found = rows(ranked(desk(1)))
    assert {name: row[0] for name, row in found.items()} == {
        "anna": "degraded", "bert": "unknown", "carl": "unknown",
    }  # fmt: skip
    assert "degraded since 12:00" in found["anna"][2]
    assert "unknown since 11:30" in found["bert"][2]
    assert "unknown since 11:30" in found["carl"][2]


def test_todays_outage_does_not_exclude_a_firm_from_next_week(desk):
    """A state counts for an incident within near_min, not for one of tomorrow or next week."""
    look_at(desk(0), "anna", "down")
    book = desk(1)
    for minutes in (0, 59, -59):
        assert "anna" in out(ranked(book, book.now + timedelta(minutes=minutes)))
    for later in (timedelta(minutes=61), timedelta(days=1), WEEK):
        assert "anna" in rows(ranked(book, book.now + later))
    book.catalog.checks = Checking(settings=CheckSettings(near_min=120))
    assert "anna" in out(ranked(book, book.now + timedelta(minutes=90)))


def test_units_of_a_feed_and_of_our_own_cases(desk):
    """Carl has two trucks: one is ours by a case, and the feed knows of none that is free."""
    case = open_case.open_case(desk(0), incident(when=NOON), Personal()).case.id
    card = offer_call.place_call(desk(0), case, provider="carl", because="x", override="decision")
    answer_call.accept(desk(1), card.ref, NOON + timedelta(minutes=20))
    assert rows(ranked(desk(2)))["carl"][:2] == ("up", 0.0)
    look_at(desk(2), "carl", "up", free=1)
    assert rows(ranked(desk(3)))["carl"][:2] == ("up", 0.0)
    look_at(desk(3), "carl", "up", free=0)
    assert rows(ranked(desk(4)))["carl"][:2] == ("busy", 30.0)


def test_the_gate_at_the_call_knows_it_too(desk):
    """A provider that goes down after the case was opened is skipped with the reason."""
    case = open_case.open_case(desk(0), incident(when=NOON), Personal()).case.id
    look_at(desk(1), "anna", "down", why="no answer, 3 x")
    card = offer_call.place_call(desk(2), case)
    assert card.provider != "anna"
    assert ("Anna", "down since 13:01: no answer, 3 x") in english(card.skipped)
