"""Excluded providers are sorted by what they lack."""

from datetime import timedelta
from math import inf
from random import Random

import pytest
from msgspec.structs import replace

from dispatch_cli import geo, incident_ranking
from dispatch_cli.model import (
    Circle,
    Client,
    Hold,
    Incident,
    Place,
    Postcodes,
    Provider,
    Rules,
    Settings,
    Span,
    Timetable,
    Vehicle,
)
from dispatch_cli.results.cascade_answer import Exclusion

from ..worlds import (
    NOON,
    MemoryCatalog,
    incident,
    looked_at,
    no_holidays,
    observed,
    provider,
)

WEEK_MIN = 7 * 24 * 60.0
HEAVY = incident(vehicle=Vehicle(kind="car", weight_t=3.1), asked=("asked", "asked-closed"))
SEEN = observed(**{name: looked_at("down") for name in ("down", "edge-and-down")})
SPEED = Settings().of("tow")
RULES = Rules(clients={name: Client(id=name, name=name) for name in ("adac", "avd")})


def closed_for(minutes: float) -> Timetable:
    """Make hours that begin some minutes after NOON."""
    opens = int((NOON + timedelta(minutes=minutes)).timestamp())
    return Timetable((Span(0, opens, "closed"), Span(opens, 4102444800, "open")))


CLOSED_FOR_GOOD = Timetable((Span(0, 4102444800, "closed"),))
OBSTACLES: dict[str, tuple[Provider, float]] = {
    "edge": (
        provider("edge", north_km=25, area=Circle(20.0)),
        geo.crow_fly_min(5.0, SPEED),
    ),
    "postcodes": (
        provider("postcodes", north_km=12, area=Postcodes((("80000", "80999"),), "80")),
        geo.crow_fly_min(12.0, SPEED),
    ),
    "opens": (provider("opens", timetable=closed_for(40)), 40.0),
    "closed": (provider("closed", timetable=CLOSED_FOR_GOOD), WEEK_MIN),
    "held": (provider("held", on_hold=Hold("x", NOON + timedelta(minutes=50))), 50.0),
    "held-open-end": (provider("held-open-end", on_hold=Hold("x", None)), WEEK_MIN),
    "held-and-closed": (
        provider(
            "held-and-closed",
            on_hold=Hold("x", NOON + timedelta(minutes=20)),
            timetable=closed_for(70),
        ),
        70.0,
    ),
    "edge-and-closed": (
        provider("edge-and-closed", north_km=25, area=Circle(20.0), timetable=closed_for(15)),
        geo.crow_fly_min(5.0, SPEED) + 15.0,
    ),
    "client": (provider("client", clients=("adac",)), 0.0),
    "none": (provider("none", units=0), inf),
    "down": (provider("down"), WEEK_MIN),
    "asked": (provider("asked"), WEEK_MIN),
    "asked-closed": (provider("asked-closed", timetable=closed_for(30)), WEEK_MIN + 30.0),
    "taxi": (provider("taxi", services=("taxi",)), inf),
    "light": (provider("light", max_weight_t=2.8), inf),
    "edge-and-light": (
        provider("edge-and-light", north_km=25, area=Circle(20.0), max_weight_t=2.8),
        inf,
    ),
    "over-hold": (
        provider("over-hold", on_hold=Hold("x", NOON - timedelta(minutes=1)), units=0),
        inf,
    ),
    "edge-and-none": (provider("edge-and-none", north_km=25, area=Circle(20.0), units=0), inf),
    "held-and-none": (provider("held-and-none", on_hold=Hold("x", None), units=0), inf),
    "edge-and-down": (
        provider("edge-and-down", north_km=25, area=Circle(20.0)),
        geo.crow_fly_min(5.0, SPEED) + WEEK_MIN,
    ),
    "slow": (provider("slow", turnout_min=130.0), 134.2857 - 120.0),
}


def all_out(providers: list[Provider], of: Incident = HEAVY) -> list[Exclusion]:
    """List the excluded providers of the tow, in the order of the answer."""
    of = replace(of, client="avd", asked=tuple(set(of.asked) & {one.id for one in providers}))
    answer = incident_ranking.rank_incident(
        MemoryCatalog(providers, RULES), of, holidays=no_holidays, observations=SEEN, explain=True
    )
    [tow] = answer.cascades
    assert not tow.candidates
    return list(tow.excluded)


@pytest.mark.parametrize("name", OBSTACLES)
def test_what_is_missing_in_minutes(name: str) -> None:
    """Each obstacle alone, and two together, equal a sum made by hand."""
    one, missing_min = OBSTACLES[name]
    [out] = all_out([one])
    assert out.nearness_min == pytest.approx(missing_min, abs=1e-3)
    assert out.distance_km == pytest.approx(
        geo.great_circle_km(one.lat, one.lon, HEAVY.place.lat, HEAVY.place.lon)
    )


@pytest.mark.parametrize("seed", range(20))
def test_the_least_missing_comes_first(seed: int) -> None:
    """In any order of the file the answer is sorted by sums made by hand."""
    random = Random(seed)
    names = random.sample(sorted(OBSTACLES), random.randint(3, len(OBSTACLES)))
    found = [out.provider for out in all_out([OBSTACLES[name][0] for name in names])]
    assert sorted(found) == sorted(names)
    missing = [OBSTACLES[name][1] for name in found]
    assert missing == sorted(missing)


def test_what_no_call_overcomes_stands_last_and_without_the_service_at_the_very_end() -> None:
    """A truck that is too weak comes before a nearer firm without the service."""
    out = all_out([
        provider("taxi", services=("taxi",)),
        provider("light", max_weight_t=2.8, north_km=30),
        provider("lighter", max_weight_t=1.8, north_km=10),
        provider("opens", timetable=closed_for(600), north_km=80),
    ])  # fmt: skip
    assert [one.provider for one in out] == ["opens", "lighter", "light", "taxi"]


def test_of_equals_the_nearer_one_comes_first() -> None:
    """With the same minutes missing, the distance decides, then the id."""
    out = all_out([
        provider(name, timetable=closed_for(40), north_km=km)
        for name, km in (("far", 30.0), ("b", 10.0), ("a", 10.0))
    ])  # fmt: skip
    assert [one.provider for one in out] == ["a", "b", "far"]


@pytest.mark.parametrize(("north_km", "named"), [(299.0, True), (301.0, False)])
def test_a_base_beyond_300_km_is_not_named(north_km: float, named: bool) -> None:
    """Without a firm within 300 km the answer says so, and names none."""
    of = incident(place=Place(lat=48.0, lon=11.0, foreign_km=500.0))
    answer = incident_ranking.rank_incident(
        MemoryCatalog([provider("p", north_km=north_km)]), of, holidays=no_holidays
    )
    [tow] = answer.cascades
    assert [out.provider for out in tow.nearest_excluded] == (["p"] if named else [])
    assert ("tow: no provider within 300 km of the place" in map(str, answer.warnings)) is not named


def test_null_island_is_said() -> None:
    """The position 0, 0 is ranked with a warning, because it may be intended."""
    answer = incident_ranking.rank_incident(
        MemoryCatalog([provider("p")]), incident(place=Place(lat=0, lon=0, foreign_km=5e3)),
        holidays=no_holidays,
    )  # fmt: skip
    assert any(str(each).startswith("0, 0 is the position of") for each in answer.warnings)
