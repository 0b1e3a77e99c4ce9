"""The sums of a cascade, with the numbers of the worked example."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import strategies as st
from msgspec.structs import replace

from dispatch_cli import incident_ranking
from dispatch_cli.model import Circle, Client, Observations, Place, Rules, Settings
from dispatch_cli.results.cascade_answer import Cascade

from .english import english
from .tiers import searched
from .worlds import (
    MIDDLE,
    NOON,
    MemoryCatalog,
    incident,
    looked_at,
    no_holidays,
    observed,
    provider,
)

BERLIN = ZoneInfo("Europe/Berlin")


def cascade_of(
    providers, *, client: Client | None = None, method="index", seen=None, **facts
) -> Cascade:
    """Make the cascade of a tow."""
    rules = Rules(settings=Settings(method=method), clients={client.id: client} if client else {})
    answer = incident_ranking.rank_incident(
        MemoryCatalog(providers, rules),
        incident(client=client.id if client else None, **facts),
        holidays=no_holidays,
        observations=seen or Observations(),
    )
    return answer.cascades[0]


def worked_example(**facts) -> Cascade:
    """Arrivals 27 22 31 34, answers 2 2 3 4, acceptance .8 .7 .6 .5, head 8 (docs/ranking.md)."""
    rows = [
        ("lechtal", 27, 2, 0.8),
        ("huber", 22, 2, 0.7),
        ("stadt", 16, 3, 0.6),
        ("fried", 34, 4, 0.5),
    ]
    providers = [
        provider(name, turnout_min=float(arrival), answer_min=float(answer), acceptance=acceptance)
        for name, arrival, answer, acceptance in rows
    ]
    when = datetime(2026, 11, 27, 12, 3, tzinfo=BERLIN)
    # The third has no free unit for 15 minutes: 15 + 16 = 31.
    seen = observed(when, stadt=looked_at("busy", at=when, wait_min=15.0))
    client = Client(id="adac", name="ADAC", prefer=("lechtal",), head_start_min=8)
    return cascade_of(providers, client=client, seen=seen, when=when, **facts)


def test_the_worked_example_comes_out_as_published():
    """Expected 30.32 in this order and 27.72 neutral, help .988, clock times as drawn."""
    found = worked_example()
    assert [row.provider for row in found.candidates] == ["lechtal", "huber", "stadt", "fried"]
    assert found.expected_min == pytest.approx(30.32, abs=0.005)
    assert found.neutral_expected_min == pytest.approx(27.72, abs=0.005)
    assert found.contract_cost_min == pytest.approx(2.60, abs=0.005)
    assert found.success_probability == pytest.approx(1 - 0.2 * 0.3 * 0.4 * 0.5)
    assert [f"{row.there_at:%H:%M}" for row in found.candidates] == [
        "12:32",
        "12:29",
        "12:41",
        "12:48",
    ]
    assert [round(row.order_min, 1) for row in found.candidates] == [21.5, 24.9, 36.0, 42.0]
    assert [int(row.chance_by_rank * 100 + 1e-9) for row in found.candidates] == [80, 94, 97, 98]


def test_the_worked_example_says_why():
    """Each row has its reasons, at most two."""
    assert [english(row.why) for row in worked_example().candidates] == [
        ("own club: -8.0",),
        ("soonest of all",),
        ("free in 15 min",),
        ("yes 50 %",),
    ]


def test_a_wish_is_asked_first_and_its_cost_is_stated():
    """The motorist's choice is first; its cost is separate from that of the contract."""
    found = worked_example(wish="fried")
    assert found.candidates[0].provider == "fried"
    assert str(found.candidates[0].why[0]) == "wish"
    assert found.wish_cost_min == pytest.approx(found.expected_min - worked_example().expected_min)
    assert found.contract_cost_min == pytest.approx(2.60, abs=0.005)


def test_a_cascade_without_providers_is_the_fallback_with_chance_zero():
    """An empty cascade has the fallback as expected minutes, and the chance 0."""
    found = cascade_of([])
    assert (found.expected_min, found.success_probability, found.ranked_count) == (120.0, 0.0, 0)


def test_acceptance_zero_is_excluded_as_beyond_fallback():
    """A provider that never accepts has an infinite index and is excluded."""
    found = cascade_of([provider("never", acceptance=0.0), provider("ever", acceptance=1.0)])
    assert [row.provider for row in found.candidates] == ["ever"]
    [out] = found.beyond_fallback
    assert (out.provider, out.reason) == ("never", "beyond_fallback")
    assert str(out.detail) == "never accepts, last resort 120 min"


MINUTES = st.floats(0, 100)
# Orders are compared to a millionth of a minute: between nearer ones a cost may be a little off.
EIGHTHS = st.integers(0, 120).map(lambda eighths: eighths / 8)
HUNDREDTHS = st.integers(5, 100).map(lambda hundredths: hundredths / 100)
ROWS = st.lists(
    st.tuples(EIGHTHS, EIGHTHS, HUNDREDTHS, st.booleans(), st.booleans()),
    max_size=7,
)


@searched(
    300,
    rows=ROWS,
    method=st.sampled_from(["index", "time-bands", "nearest"]),
    head_start=EIGHTHS,
    only=st.booleans(),
    strict=st.booleans(),
)
def test_costs_are_never_negative_and_add_up(rows, method, head_start, only, strict):
    """neutral + contract + method + wish = expected; contract and method are never negative."""
    providers = [
        provider(
            f"p{n}", turnout_min=turnout, answer_min=answer, acceptance=acceptance,
            tags=("own",) if own else (), north_km=3.0 if far else 0.0,
        )
        for n, (turnout, answer, acceptance, own, far) in enumerate(rows)
    ]  # fmt: skip
    client = Client(
        id="c", name="C", prefer=("own",), head_start_min=head_start,
        only=("own",) if only else (), only_strict=strict,
    )  # fmt: skip
    found = cascade_of(providers, client=client, method=method, wish="p0" if rows else None)
    assert found.contract_cost_min >= 0
    assert found.method_cost_min >= 0
    assert found.expected_min == pytest.approx(
        found.neutral_expected_min
        + found.contract_cost_min
        + found.method_cost_min
        + found.wish_cost_min,
        abs=1e-9,
    )
    chances = [row.chance_by_rank for row in found.candidates]
    assert chances == sorted(chances)


def test_closing_soon_is_marked_and_not_refused():
    """A provider that closes within two hours of the arrival is marked with the time."""
    found = cascade_of([_closing_at(13)])
    assert english(found.candidates[0].why) == ("closes 13:00",)
    assert english(cascade_of([_closing_at(20)]).candidates[0].why) == ("soonest of all",)


def _closing_at(hour: int):
    from dispatch_cli.model import Span, Timetable

    closes = int(NOON.replace(hour=hour).timestamp())
    timetable = Timetable((Span(0, closes, "open"), Span(closes, 4102444800, "closed")))
    return provider("p", timetable=timetable)


def test_unknown_hours_and_states_are_marked():
    """Providers with unknown hours or states are ranked and marked."""
    from dispatch_cli.model import Span, Timetable

    unknown = Timetable((Span(0, 4102444800, "unknown", "auf Anfrage"),))
    seen = observed(p=looked_at("degraded", since=NOON))
    found = cascade_of([provider("p", timetable=unknown)], seen=seen)
    assert english(found.candidates[0].why) == ("auf Anfrage", "degraded since 12:00")
    yesterday = observed(p=looked_at("up", at=NOON.replace(day=26)))
    assert english(cascade_of([provider("p")], seen=yesterday).candidates[0].why) == (
        "unknown since Thu 12:30",
    )
    nothing = observed(p=looked_at("unknown"))
    assert english(cascade_of([provider("p")], seen=nothing).candidates[0].why) == ("unknown",)


@pytest.mark.parametrize(
    ("when", "there"),
    [
        ("2026-10-25T02:50:00+02:00", "2026-10-25T02:13:00+01:00"),
        ("2026-10-25T02:20:00+01:00", "2026-10-25T02:43:00+01:00"),
        ("2027-03-28T01:50:00+01:00", "2027-03-28T03:13:00+02:00"),
    ],
)
def test_there_is_23_minutes_on_in_both_clock_change_nights(when, there):
    """20 minutes to arrive and 3 to answer are 23 minutes in both clock changes."""
    at = datetime.fromisoformat(when).astimezone(BERLIN)
    [row] = cascade_of([provider("p", turnout_min=20.0, answer_min=3.0)], when=at).candidates
    assert row.there_at.isoformat() == there


def test_safety_beats_the_list_of_a_client_too():
    """In danger the soonest provider is asked first, on the client's list or not."""
    far, near = provider("far", turnout_min=40.0, tags=("own",)), provider("near")
    for strict in (False, True):
        client = Client(id="c", name="C", only=("own",), only_strict=strict)
        found = cascade_of([far, near], client=client, injured=1)
        assert [row.provider for row in found.candidates] == ["near", "far"]
        assert (found.contract_cost_min, found.contract_ends) == (0.0, "")


def test_reasons_stand_in_their_published_order():
    """Wish, client, wait, edge, closing, acceptance: the first two that hold."""
    own = Client(id="c", name="C", prefer=("p",), head_start_min=5)
    seen = observed(p=looked_at("busy", wait_min=9.0))
    closing = replace(_closing_at(13), acceptance=0.57)
    edge = Place(lat=48.0, lon=11.0, postcode="1", uncertainty_km=9.0)
    circle = replace(closing, area=Circle(1.0), lat=48.05)
    why = [
        english(cascade_of([closing], client=own, seen=seen, wish="p").candidates[0].why),
        english(cascade_of([closing], client=own, seen=seen).candidates[0].why),
        english(cascade_of([circle], seen=seen, place=edge).candidates[0].why),
        english(cascade_of([circle], place=edge).candidates[0].why),
        english(cascade_of([closing]).candidates[0].why),
    ]
    assert why == [
        ("wish", "own club: -5.0"),
        ("own club: -5.0", "free in 9 min"),
        ("free in 9 min", "area edge"),
        ("area edge", "closes 13:00"),
        ("closes 13:00", "yes 57 %"),
    ]


def test_outside_contract_is_marked():
    """A provider after the client's list is marked."""
    client = Client(id="c", name="C", only=("own",))
    found = cascade_of([provider("own", tags=("own",)), provider("other")], client=client)
    assert [english(row.why) for row in found.candidates] == [
        ("soonest of all",),
        ("outside contract",),
    ]


def test_the_same_place_is_the_same_lot():
    """Positions count to six decimals, and -0.0 is 0.0: the same input gives the same order."""
    equals = [provider(f"p{n}") for n in range(6)]
    places = [Place(lat=0.0, lon=-1e-9), Place(lat=-0.0, lon=1e-9)]
    orders = [
        [row.provider for row in cascade_of(equals, place=replace(place, postcode="1")).candidates]
        for place in places
    ]
    assert orders[0] == orders[1]
    assert MIDDLE.lat == 48.0
