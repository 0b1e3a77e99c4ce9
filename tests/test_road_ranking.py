"""The first rows by road: those of a table of all roads, with few providers asked for."""

from hypothesis import strategies as st

from dispatch_cli import geo, incident_ranking, ranking
from dispatch_cli.eligibility import Need, split
from dispatch_cli.model import Client, Incident, Observations, Provider, ServiceSettings, Settings
from dispatch_cli.model.case_counts import Summary
from dispatch_cli.model.travel_engines import NOT_ASKED

from .road_tables import KnownRoads
from .tiers import searched
from .worlds import MIDDLE, NOON, incident, need, provider

TOP_KMH = 120.0


def least_min(distance_km: float) -> float:
    """Return the minutes of a straight road at the top speed."""
    return distance_km / TOP_KMH * 60


@st.composite
def road_worlds(draw: st.DrawFn) -> tuple[list[Provider], Need, dict]:
    """Providers with roads of all lengths, and a need with any policy, method and log."""
    count = draw(st.integers(0, 45))
    providers, minutes, summaries = [], {}, {}
    for number in range(count):
        made = provider(
            f"p{number}",
            north_km=draw(st.floats(0.1, 60)),
            turnout_min=draw(st.sampled_from([0.0, 3.0, 10.0])),
            acceptance=draw(st.sampled_from([0.3, 0.7, 1.0])),
            answer_min=draw(st.sampled_from([0.0, 2.0, 4.0])),
            tags=draw(st.sampled_from([(), ("own",)])),
        )
        place = made.lat, made.lon
        km = geo.great_circle_km(*place, MIDDLE.lat, MIDDLE.lon)
        detour = draw(st.sampled_from([None, 1.0, 1.0, 1.3, 2.0, 3.0]))
        minutes.setdefault(place, None if detour is None else least_min(km) * detour)
        providers.append(made)
        if draw(st.booleans()):
            summaries[made.id, "tow"] = Summary(
                provider=made.id, service="tow", accepted_weight=5.0, asked_weight=8.0,
                answer_weight=8.0, answer_min_weighted=20.0, late_weight=3.0,
                late_min_weighted=draw(st.sampled_from([-30.0, 0.0, 15.0])), as_of=NOON,
            )  # fmt: skip
    lateness = {key: (2.0, draw(st.sampled_from([-12.0, 0.0, 9.0]))) for key in summaries}
    seen = Observations(
        summaries=summaries,
        road_lateness=lateness,
        as_of=draw(st.sampled_from([None, NOON])),
        last_assigned={each.id: NOON for each in providers if draw(st.booleans())},
    )
    settings = Settings(
        method=draw(st.sampled_from(["index", "index", "index", "time-bands", "nearest"])),
        fair_within_min=draw(st.sampled_from([0.0, 3.0, 10.0])),
        default=ServiceSettings(fallback_min=draw(st.sampled_from([25.0, 60.0, 120.0]))),
    )
    client = draw(
        st.sampled_from(
            [
                None,
                Client(id="adac", name="ADAC", prefer=("own",), head_start_min=8.0),
                Client(id="adac", name="ADAC", only=("own",)),
                Client(id="adac", name="ADAC", only=("own",), only_strict=True),
            ]
        )
    )
    wish = draw(st.sampled_from([None, "p0", "p3"]))
    of: Incident = incident(client="adac" if client else None, wish=wish)
    return providers, need(of, settings=settings, client=client, observations=seen), minutes


def of_all_roads(providers, needed, minutes):
    """Order all providers by the minutes of all roads, without the search that is tested."""
    rated = []
    settings = needed.settings.of("tow")
    for each in split(providers, needed).eligible:
        road_min = minutes[each.provider.lat, each.provider.lon]
        source = "crow_fly" if road_min is None else "osrm"
        travel_min = geo.crow_fly_min(each.distance_km, settings) if road_min is None else road_min
        known, late_min, error_min = incident_ranking.with_experience(each, needed, source)
        rated.append(
            ranking.rate(known, needed, travel_min, late_min, error_min, travel_source=source)
        )
    kept, _ = ranking.keep(rated, settings.fallback_min)
    return ranking.orders(kept, [], needed).asked


def shown(rated):
    """Return what a row has of its provider."""
    return [(each.eligible.provider.id, each.index_min, each.travel_source) for each in rated]


@searched(2000, road_worlds(), st.integers(1, 9))
def test_first_rows_are_those_of_all_roads(world, rows):
    """For any policy, method, log and roads, the first rows are exactly those of all roads."""
    providers, needed, minutes = world
    table = KnownRoads(minutes, least_min)
    found = incident_ranking.rank_need(needed, providers, table=table, rows=rows)
    assert shown(found.orders.asked[:rows]) == shown(
        of_all_roads(providers, needed, minutes)[:rows]
    )
    for rated in found.orders.asked[:rows]:
        assert rated.no_road_why in ("", "no road")
    asked = [base for request in table.asked for base in request]
    assert found.roads.asked == len(asked) <= found.roads.eligible


@searched(500, road_worlds(), st.integers(1, 9))
def test_rows_that_were_not_asked_keep_their_estimate_and_say_so(world, rows):
    """A provider that was not asked for has crow-fly minutes, and no provider vanishes."""
    providers, needed, minutes = world
    table = KnownRoads(minutes, least_min)
    found = incident_ranking.rank_need(needed, providers, table=table, rows=rows)
    asked = {base for request in table.asked for base in request}
    plain = incident_ranking.rank_need(needed, providers)
    estimates = {each.eligible.provider.id: each for each in plain.orders.asked}
    for rated in found.orders.asked:
        own = rated.eligible.provider
        if (own.lat, own.lon) not in asked:
            assert rated.no_road_why == NOT_ASKED
            assert rated.travel_min == estimates[own.id].travel_min
    ranked = {each.eligible.provider.id for each in found.orders.asked}
    assert ranked | {each.provider for each in found.excluded} == {each.id for each in providers}


@searched(300, road_worlds(), st.integers(1, 3))
def test_an_engine_that_fails_leaves_the_crow_fly_order(world, fails_at):
    """After a failure at any request the whole order is the crow-fly order, and says why."""
    providers, needed, minutes = world
    table = KnownRoads(minutes, least_min, fails_at=fails_at)
    found = incident_ranking.rank_need(needed, providers, table=table)
    if len(table.asked) < fails_at:
        assert found.roads.failure == ""
        return
    plain = incident_ranking.rank_need(needed, providers)
    assert found.roads.failure == "down"
    assert shown(found.orders.asked) == shown(plain.orders.asked)
    assert all(each.no_road_why == "down" for each in found.orders.asked)


def test_the_bound_spares_providers_that_are_too_far():
    """A hundred providers in a row need one request, which has the first five and a few more."""
    providers = [provider(f"p{number}", north_km=1.0 + number) for number in range(100)]
    minutes = {(each.lat, each.lon): least_min(1.0 + at) * 2 for at, each in enumerate(providers)}
    table = KnownRoads(minutes, least_min)
    found = incident_ranking.rank_need(need(), providers, table=table)
    # The fifth drives 5 minutes, in which no road is longer than 10 km: the first request has them.
    assert found.roads.asked == 12
    assert found.roads.eligible == 100
    assert [each.eligible.provider.id for each in found.orders.asked[:5]] == [
        "p0", "p1", "p2", "p3", "p4",
    ]  # fmt: skip


def test_a_bound_that_falls_while_asking_is_used():
    """Where a later answer puts the place farther from its road, more providers are asked."""
    providers = [provider(f"p{number}", north_km=1.0 + number) for number in range(60)]
    roads = {(each.lat, each.lon): 12.0 for each in providers[:40]}
    roads |= {(each.lat, each.lon): 11.0 for each in providers[40:]}
    table = KnownRoads(roads, lambda km: km * (0.4 if len(table.asked) < 2 else 0.1))
    found = incident_ranking.rank_need(need(), providers, table=table)
    assert shown(found.orders.asked[:5]) == shown(of_all_roads(providers, need(), roads)[:5])


def test_bound_without_proof_is_caught():
    """The control: with a bound that is too high the first rows differ from those of all roads."""
    providers = [provider(f"p{number}", north_km=1.0 + number) for number in range(40)]
    roads = {(each.lat, each.lon): 12.0 for each in providers[:20]}
    roads |= {(each.lat, each.lon): 1.0 for each in providers[20:]}
    table = KnownRoads(roads, lambda distance_km: distance_km * 60)
    found = incident_ranking.rank_need(need(), providers, table=table)
    assert shown(found.orders.asked[:5]) != shown(of_all_roads(providers, need(), roads)[:5])
