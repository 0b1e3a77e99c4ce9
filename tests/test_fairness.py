"""The fairness report counts turns, calls and costs of contracts correctly."""

from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch_cli.fairness import COST_BANDS, cost_band, report
from dispatch_cli.model import NO_CLIENT
from dispatch_cli.model.case import ACCEPTED_OUTCOMES, REFUSED_OUTCOMES, Case, CaseService, Option
from dispatch_cli.model.case_counts import ContractCount, Standing, TurnTally
from dispatch_cli.results.report_results import ContractRow, FairnessRow, OverrideRow

from .worlds import NOON, incident

SINCE = NOON - timedelta(days=30)
NAMES = ("huber", "lechtal", "friedberg", "wertach")


def service(*providers: str, name: str = "tow", opened: bool = True, cost_min: float = 0.0):
    """Make a service of a case with these providers in its cascade."""
    return CaseService(
        service=name,
        after=None,
        opened=opened,
        options=tuple(
            Option(
                provider=each,
                name=each.title(),
                phones=("+4989999980",),
                units=1,
                arrival_min=20.0,
                answer_min=2.0,
                acceptance=0.7,
                wait_min=0.0,
                index_min=23.0,
            )
            for each in providers
        ),
        last_resort_phone="110",
        last_resort_text="police",
        input_hash="",
        neutral_cost_min=cost_min,
    )


def case(
    number: int,
    *services: CaseService,
    days: float = 0.0,
    forgotten_at: datetime | None = None,
    **facts: object,
) -> Case:
    """Make a case that was opened some days before NOON."""
    return Case(
        id=number,
        opened_at=NOON - timedelta(days=days),
        operator="eva",
        incident=incident(**facts),
        services=services,
        forgotten_at=forgotten_at,
    )


def tally(case_id: int, provider: str, outcome: str, **facts: object) -> TurnTally:
    """Make an offer of a tow, answered after two minutes."""
    defaults: dict[str, object] = {
        "service": "tow",
        "client": None,
        "opened_at": NOON,
        "answer_min": 2.0,
        "promised_min": None,
        "arrival_min": None,
        "override": "",
    }
    return TurnTally(provider=provider, outcome=outcome, case_id=case_id, **{**defaults, **facts})


def row(provider: str, **counts: object) -> FairnessRow:
    """Make a row whose other values are 0 or absent."""
    nothing: dict[str, object] = {
        "eligible": 0,
        "eligible_most": counts.get("eligible", 0),
        "ranked_first": 0,
        "first_by_wish": 0,
        "offered": 0,
        "accepted": 0,
        "failed": 0,
        "cancelled": 0,
        "answer_min": None,
        "arrival_min": None,
    }
    return FairnessRow(provider=provider, **{"service": "tow", **nothing, **counts})


def test_a_week_counted_by_hand():
    """Three cases, six calls: each count of each provider is that of a count by hand."""
    cases = [
        case(1, service("huber", "lechtal")),
        case(2, service("huber", "lechtal", "friedberg")),
        case(3, service("lechtal", "huber"), wish="lechtal"),
    ]
    tallies = [
        tally(1, "huber", "no_answer", answer_min=3.0),
        tally(1, "huber", "accepted", answer_min=1.0, promised_min=30.0, arrival_min=34.0),
        tally(2, "huber", "failed", answer_min=2.0),
        tally(2, "lechtal", "declined", answer_min=4.0),
        tally(2, "friedberg", "accepted", answer_min=5.0, arrival_min=50.0),
        tally(3, "lechtal", "cancelled", answer_min=9.0),
    ]
    found = report(cases, tallies, SINCE)
    assert (found.since, found.cases) == (SINCE, 3)
    assert found.overrides == found.contracts == ()
    assert found.rows == (
        row("friedberg", eligible=1, offered=1, accepted=1, answer_min=5.0, arrival_min=50.0),
        row(
            "huber", eligible=3, ranked_first=2, offered=2, accepted=2, failed=1,
            answer_min=2.0, arrival_min=34.0,
        ),
        row(
            "lechtal", eligible=3, ranked_first=1, first_by_wish=1, offered=2, cancelled=1,
            answer_min=4.0,
        ),
    )  # fmt: skip


def test_overrides_stand_apart_and_in_no_other_count():
    """A wish and a decision have rows of their own, and change no other count."""
    cases = [case(1, service("huber")), case(2, service("huber"))]
    tallies = [
        tally(1, "wertach", "accepted", override="wish", arrival_min=40.0),
        tally(2, "wertach", "declined", override="wish", answer_min=4.0),
        tally(2, "huber", "accepted", override="decision"),
    ]
    found = report(cases, tallies, SINCE)
    assert found.rows == (row("huber", eligible=2, ranked_first=2),)
    assert found.overrides == (
        OverrideRow(
            provider="huber", service="tow", override="decision",
            offered=1, accepted=1, answer_min=2.0, arrival_min=None,
        ),
        OverrideRow(
            provider="wertach", service="tow", override="wish",
            offered=2, accepted=1, answer_min=3.0, arrival_min=40.0,
        ),
    )  # fmt: skip


def contract(client: str, **counts: object) -> ContractRow:
    """Make a client's row whose other bands have no case."""
    bands = dict.fromkeys(
        ("cost_0", "cost_under_1", "cost_1_to_3", "cost_3_to_10", "cost_over_10", "cost_unknown"), 0
    )
    return ContractRow(client=client, **{**bands, **counts})


def test_contracts_cost_what_their_cases_say():
    """Bands and bounds per client include cases without cost, but no unopened services."""
    cases = [
        case(1, service("huber", cost_min=2.5), service(name="taxi", cost_min=0.5), client="adac"),
        case(2, service("huber"), client="adac"),
        case(3, service("huber", cost_min=9.0, opened=False), client="adac"),
        case(4, service("huber", cost_min=4.0), client="avd"),
        case(5, service("huber", cost_min=7.0), client=NO_CLIENT),
        case(6, service("huber", cost_min=7.0)),
    ]
    assert report(cases, [], SINCE).contracts == (
        contract("adac", cases=3, cost_0=2, cost_3_to_10=1, mean_low_min=1.0, mean_high_min=10 / 3),
        contract("avd", cases=1, cost_3_to_10=1, mean_low_min=3.0, mean_high_min=10.0),
    )


@given(st.lists(st.floats(0, 60), min_size=1, max_size=8))
def test_the_bounds_hold_the_true_mean(costs):
    """The mean cost lies between the bounds, which are not farther apart than the bands."""
    cases = [case(n, service(cost_min=cost), client="adac") for n, cost in enumerate(costs)]
    [found] = report(cases, [], SINCE).contracts
    mean_min = sum(costs) / len(costs)
    assert found.mean_low_min <= mean_min + 1e-9
    if found.mean_high_min is None:
        assert found.cost_over_10
    else:
        assert mean_min <= found.mean_high_min + 1e-5


@pytest.mark.parametrize(
    ("minutes", "band"),
    [
        (0.0, "0"), (1e-9, "0"), (0.01, "under_1"), (0.999, "under_1"), (1.0, "1_to_3"),
        (2.9, "1_to_3"), (3.0, "3_to_10"), (9.9, "3_to_10"), (10.0, "over_10"), (1e9, "over_10"),
    ],
)  # fmt: skip
def test_a_cost_lies_in_one_band(minutes, band):
    """The upper end of a band belongs to the next one, and rounding errors count as no cost."""
    assert cost_band(minutes) == band
    least, most = COST_BANDS[band]
    assert least <= minutes + 1e-6
    assert most is None or minutes <= most + 1e-6


def test_since_is_about_the_cases():
    """A case opened at the moment counts with all its offers, an earlier one with none."""
    cases = [case(1, service("huber"), days=30), case(2, service("huber"), days=30.01)]
    tallies = [tally(number, "huber", "accepted") for number in (1, 2, 3)]
    [only] = report(cases, tallies, SINCE).rows
    assert (only.eligible, only.offered, only.accepted) == (1, 1, 1)


def test_a_waiting_service_is_no_turn_of_a_provider():
    """A tow that was planned after a repair counts only once it is opened."""
    waiting = case(1, service("huber", name="roadside_repair"), service("lechtal", opened=False))
    assert [each.provider for each in report([waiting], [], SINCE).rows] == ["huber"]


def test_who_was_asked_before_an_amendment_was_eligible():
    """A provider that a new cascade leaves out keeps its turn and its refusal."""
    found = report([case(1, service("lechtal"))], [tally(1, "huber", "declined")], SINCE)
    assert [(each.provider, each.eligible, each.ranked_first, each.offered)
            for each in found.rows] == [("huber", 1, 0, 1), ("lechtal", 1, 1, 0)]  # fmt: skip


def test_a_superseded_answer_is_left_out():
    """A corrected record counts for nothing beside the record that replaced it."""
    tallies = [tally(1, "huber", "corrected", answer_min=50.0), tally(1, "huber", "declined")]
    [only] = report([case(1, service("huber"))], tallies, SINCE).rows
    assert (only.offered, only.accepted, only.answer_min) == (1, 0, 2.0)


def test_an_empty_log_is_an_empty_report():
    """Without cases the report has no rows."""
    found = report([], [], SINCE)
    assert (found.cases, found.rows, found.overrides, found.contracts) == (0, (), (), ())


def standing(month: str, provider: str, first: int, by_wish: int = 0) -> Standing:
    """Make the count of a provider's first ranks in the erased cases of a month."""
    return Standing(
        month=month, provider=provider, service="tow", first=first, first_by_wish=by_wish
    )  # fmt: skip


def test_of_erased_cases_only_who_was_asked_is_known():
    """Asked providers were eligible, all others perhaps; first ranks are counted by month."""
    cases = [
        case(1, service(), forgotten_at=NOON),
        case(2, service("huber", "lechtal")),
        case(3, service(), service(name="taxi", opened=False), forgotten_at=NOON),
    ]
    tallies = [tally(1, "huber", "accepted")]
    standings = [standing("2026-11", "huber", 1, 1), standing("2026-10", "lechtal", 5)]
    found = report(cases, tallies, NOON.replace(day=1, hour=0), standings=standings)
    assert found.left_out == ()
    assert found.rows == (
        row(
            "huber", eligible=2, eligible_most=3, ranked_first=2, first_by_wish=1,
            offered=1, accepted=1, answer_min=2.0,
        ),
        row("lechtal", eligible=1, eligible_most=3),
    )  # fmt: skip


def test_a_month_begins_by_the_calendar_of_the_centre():
    """1 November 0:00 in Berlin is still October in UTC, and does not divide October."""
    since = datetime(2026, 11, 1, tzinfo=ZoneInfo("Europe/Berlin"))
    standings = [standing("2026-11", "huber", 1, 1), standing("2026-10", "huber", 5, 5)]
    counts = [ContractCount(month=month, client="adac", band="3_to_10", cases=1)
              for month in ("2026-10", "2026-11")]  # fmt: skip
    found = report([], [], since, standings=standings, contract_counts=counts)
    assert (found.rows, found.left_out) == (
        (row("huber", eligible=0, ranked_first=1, first_by_wish=1),), ()
    )  # fmt: skip
    assert [each.cases for each in found.contracts] == [1]


def test_contracts_of_erased_cases_are_counted_once():
    """The month has the bands; the erased case itself is not counted again."""
    cases = [
        case(1, service(), client="adac", forgotten_at=NOON),
        case(2, service("huber", cost_min=1.0), client="adac"),
    ]
    counts = [
        ContractCount(month=month, client=client, band=band, cases=number)
        for month, client, band, number in (
            ("2026-11", "adac", "3_to_10", 1),
            ("2026-11", "adac", "unknown", 2),
            ("2026-11", "avd", "unknown", 2),
            ("2026-11", "bmw", "over_10", 1),
            ("2026-11", NO_CLIENT, "0", 2),
            ("2026-10", "adac", "over_10", 9),
        )
    ]
    found = report(cases, [], NOON.replace(day=1, hour=0), contract_counts=counts)
    assert found.contracts == (
        contract(
            "adac", cases=4, cost_1_to_3=1, cost_3_to_10=1, cost_unknown=2,
            mean_low_min=2.0, mean_high_min=6.5,
        ),
        contract("avd", cases=2, cost_unknown=2, mean_low_min=None, mean_high_min=None),
        contract("bmw", cases=1, cost_over_10=1, mean_low_min=10.0, mean_high_min=None),
    )  # fmt: skip


def test_a_month_that_is_divided_is_left_out_and_named():
    """Erased cases of a month cannot be divided by day, and the report says so."""
    standings = [standing("2026-11", "huber", 3), standing("2026-09", "huber", 3)]
    found = report([], [], NOON, standings=standings)
    assert (found.rows, found.left_out) == ((), ("2026-11",))


SERVICES = st.lists(st.sampled_from(NAMES), unique=True).flatmap(
    lambda names: st.builds(
        lambda opened, cost_min: service(*names, opened=opened, cost_min=cost_min),
        st.booleans(),
        st.floats(0, 30),
    )
)
CASES = st.lists(
    st.tuples(SERVICES, st.floats(0, 60), st.sampled_from([None, NO_CLIENT, "adac", "avd"])),
    max_size=6,
).map(
    lambda facts: [
        case(number, one, days=days, client=client)
        for number, (one, days, client) in enumerate(facts)
    ]
)
TALLIES = st.lists(
    st.builds(
        tally,
        st.integers(0, 6),
        st.sampled_from(NAMES),
        st.sampled_from(
            [*sorted(ACCEPTED_OUTCOMES), *sorted(REFUSED_OUTCOMES), "cancelled", "corrected"]
        ),
        answer_min=st.floats(0, 20),
        arrival_min=st.none() | st.floats(0, 120),
        override=st.sampled_from(["", "", "wish", "decision"]),
    ),
    max_size=20,
)


@given(CASES, TALLIES)
def test_the_counts_fit_into_each_other(cases, tallies):
    """Offered is at most eligible, accepted at most offered; each opened cascade has one first."""
    found = report(cases, tallies, SINCE)
    for each in found.rows:
        assert found.cases >= each.eligible >= each.offered
        assert each.offered >= each.accepted + each.cancelled
        assert each.accepted >= each.failed
        assert each.eligible >= each.ranked_first >= each.first_by_wish
    opened = [
        one
        for each in cases
        if each.opened_at >= SINCE
        for one in each.services
        if one.opened and one.options
    ]
    assert sum(each.ranked_first for each in found.rows) == len(opened)
    assert all(each.offered >= each.accepted for each in found.overrides)


@given(CASES, TALLIES, st.randoms(use_true_random=False))
def test_the_order_of_the_log_changes_nothing(cases, tallies, random):
    """Shuffled cases and tallies give the same report, to the last bit."""
    shuffled = (random.sample(cases, len(cases)), random.sample(tallies, len(tallies)))
    assert report(*shuffled, SINCE) == report(cases, tallies, SINCE)


@given(CASES, TALLIES)
def test_overrides_change_no_row(cases, tallies):
    """Without the offers out of order the rows are the same, and the overrides are empty."""
    in_order = [each for each in tallies if not each.override]
    found = report(cases, in_order, SINCE)
    assert found.rows == report(cases, tallies, SINCE).rows
    assert found.overrides == ()


@pytest.mark.parametrize("field", ["eligible", "eligible_most", "ranked_first", "first_by_wish",
                                   "offered", "accepted", "failed", "cancelled"])  # fmt: skip
def test_every_count_is_explained(field):
    """The page explains each count."""
    page = Path(__file__).resolve().parents[1] / "docs" / "learning.md"
    assert f"| `{field}` |" in page.read_text(encoding="utf-8")
