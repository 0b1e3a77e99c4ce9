"""Every provider is ranked or excluded for one true reason."""

import re
from datetime import timedelta

import pytest
from hypothesis import HealthCheck
from msgspec.structs import replace

from dispatch_cli import eligibility, incident_ranking
from dispatch_cli.model import (
    Circle,
    Client,
    Country,
    Hold,
    Incident,
    Observations,
    Phone,
    Place,
    Polygon,
    Postcodes,
    Provider,
    Rules,
    Span,
    Timetable,
    Vehicle,
)
from dispatch_cli.notation import place_at
from dispatch_cli.render.wording import worded
from dispatch_cli.results.cascade_answer import Answer, Exclusion

from ..catalogues import Marked, spoken
from ..english import english
from ..tiers import searched
from ..worlds import (
    KM_PER_DEGREE,
    MIDDLE,
    NOON,
    MemoryCatalog,
    gated_worlds,
    incident,
    looked_at,
    need,
    no_holidays,
    observed,
    provider,
)

REASONS = eligibility.reasons_of(eligibility.GATES)
RULES = Rules(
    clients={
        "adac": Client(id="adac", name="ADAC", prefer=("own",), head_start_min=8),
        "avd": Client(id="avd", name="AvD", only=("own",)),
        "strict": Client(id="strict", name="Strict", only=("own",), only_strict=True),
    }
)


def answer_of(
    providers: list[Provider],
    of: Incident,
    *,
    observations: Observations | None = None,
    explain: bool = True,
) -> Answer:
    """Rank a world for one incident through the desk."""
    return incident_ranking.rank_incident(
        MemoryCatalog(providers, RULES),
        of,
        holidays=no_holidays,
        observations=observations or Observations(),
        explain=explain,
    )


def exclusions(answer: Answer) -> dict[str, Exclusion]:
    """Return the providers excluded from the tow, by id."""
    [tow] = [found for found in answer.cascades if found.service == "tow"]
    return {out.provider: out for out in tow.excluded}


@searched(300, world=gated_worlds(), suppress=[HealthCheck.too_slow])
def test_ranked_and_excluded_are_everybody_once(world):
    """Ranked and excluded providers are all providers, each once, and the counts add up."""
    providers, of = world
    of = replace(of, asked=tuple(set(of.asked) & {each.id for each in providers}))
    for cascade in answer_of(providers, of).cascades:
        ranked = [row.provider for row in cascade.candidates]
        out = [exclusion.provider for exclusion in cascade.excluded]
        assert sorted(ranked + out) == sorted(each.id for each in providers)
        assert sum(cascade.excluded_counts.values()) + cascade.ranked_count == len(providers)
        assert set(cascade.excluded_counts) <= set(REASONS)


def test_gates_stand_in_the_published_order():
    """The reasons have the order of the design; beyond_fallback, which needs minutes, is last."""
    assert REASONS == (
        "outside_area", "service_not_offered", "client_not_served", "vehicle_class",
        "vehicle_too_heavy", "vehicle_too_high", "unit_too_high", "equipment_missing", "on_hold",
        "closed_now", "already_asked", "no_unit", "down", "beyond_fallback",
    )  # fmt: skip


@pytest.mark.parametrize("first", range(len(REASONS) - 1))
def test_the_first_gate_that_fails_is_the_reason(first):
    """Of several failing gates, the first in the order is the reason."""
    faults: list[dict[str, object]] = [
        {"area": Circle(1.0)},
        {"services": ("taxi",)},
        {"clients": ("avd",)},
        {"vehicle_classes": ("truck",)},
        {"max_weight_t": 1.0},
        {"max_height_m": 1.0},
        {"height_m": 4.0},
        {"equipment": ()},
        {"on_hold": Hold("holiday")},
        {"timetable": Timetable((Span(0, 4102444800, "closed"),))},
        {},
        {"units": 0},
        {},
    ]
    facts: dict[str, object] = {}
    for fault in faults[first:]:
        facts |= fault
    of = incident(
        client="adac",
        vehicle=Vehicle(kind="car", weight_t=1.6, height_m=1.5, state="blocked"),
        clearance_m=2.0,
        asked=("p",) if first <= 10 else (),
    )
    seen = observed(p=looked_at("down"))
    answer = answer_of([provider("p", north_km=10, **facts)], of, observations=seen)
    assert exclusions(answer)["p"].reason == REASONS[first]


# Every case: the provider, the incident, the detail that must be shown, and how to give a value
# to what the detail names. The value that is said must open the gate, one unit less must not.
CLOSED_TILL_ONE = Timetable(
    (
        Span(0, int(NOON.timestamp()) + 3600, "closed"),
        Span(int(NOON.timestamp()) + 3600, 4102444800, "open"),
    )
)
SQUARE = tuple(
    (MIDDLE.lat + lat / KM_PER_DEGREE, MIDDLE.lon + lon)
    for lat, lon in ((10, -1), (50, -1), (50, 1), (10, 1))
)


def at_clock(of: Incident, clock: str, minutes: int = 0) -> Incident:
    """Make the incident at a clock time of its day, plus some minutes."""
    hour, minute = map(int, clock.split(":"))
    return replace(of, when=of.when.replace(hour=hour, minute=minute) + timedelta(minutes=minutes))


CASES = {
    "circle": (
        provider("p", north_km=24.12, area=Circle(20.0)),
        incident(),
        r"area ends ([\d.]+) km short",
        lambda p, i, said, less: (
            replace(p, area=Circle(20.0 + float(said) - (0.1 if less else 0))),
            i,
        ),
    ),
    "circle with an uncertain place": (
        provider("p", north_km=24.12, area=Circle(20.0)),
        incident(place=replace(MIDDLE, uncertainty_km=3.0)),
        r"area ends ([\d.]+) km short",
        lambda p, i, said, less: (
            replace(p, area=Circle(20.0 + float(said) - (0.1 if less else 0))),
            i,
        ),
    ),
    "polygon": (
        provider("p", north_km=20, area=Polygon(((SQUARE,),))),
        incident(),
        r"([\d.]+) km outside",
        lambda p, i, said, less: (
            p,
            replace(
                i,
                place=replace(
                    MIDDLE,
                    lat=MIDDLE.lat + (float(said) - (0.1 if less else 0)) / KM_PER_DEGREE,
                ),
            ),
        ),
    ),
    "postcodes": (
        provider("p", area=Postcodes((("87000", "87199"),), "870-871")),
        incident(),
        r"(86150) is not in 870-871",
        lambda p, i, said, less: (
            replace(p, area=Postcodes(((str(int(said) + less),) * 2,))),
            i,
        ),
    ),
    "country": (
        provider("p", area=Country()),
        incident(place=replace(MIDDLE, foreign_km=40.0, postcode="", postcodes=())),
        r"([\d.]+) km outside Germany",
        lambda p, i, said, less: (
            p,
            replace(i, place=replace(i.place, foreign_km=40 - float(said) + (0.1 if less else 0))),
        ),
    ),
    "weight": (
        provider("p", max_weight_t=2.8),
        incident(vehicle=Vehicle(weight_t=3.1)),
        r"limit 2.8 t, vehicle ([\d.]+) t",
        lambda p, i, said, less: (
            replace(p, max_weight_t=float(said) - (0.1 if less else 0)),
            i,
        ),
    ),
    "height": (
        provider("p", max_height_m=2.2),
        incident(vehicle=Vehicle(height_m=2.45)),
        r"limit 2.2 m, vehicle ([\d.]+) m",
        lambda p, i, said, less: (
            replace(p, max_height_m=float(said) - (0.01 if less else 0)),
            i,
        ),
    ),
    "clearance": (
        provider("p", height_m=3.2),
        incident(clearance_m=2.1),
        r"truck ([\d.]+) m, clearance 2.1 m",
        lambda p, i, said, less: (
            p,
            replace(i, clearance_m=float(said) - (0.01 if less else 0)),
        ),
    ),
    "hours": (
        provider("p", timetable=CLOSED_TILL_ONE),
        incident(),
        r"opens (\d\d:\d\d)",
        lambda p, i, said, less: (p, at_clock(i, said, -1 if less else 0)),
    ),
    "hold": (
        provider("p", on_hold=Hold("holiday", NOON + timedelta(hours=3))),
        incident(),
        r"until (\d\d:\d\d)",
        lambda p, i, said, less: (p, at_clock(i, said, -1 if less else 0)),
    ),
    "service": (
        provider("p", services=("taxi",)),
        incident(),
        r"does not offer (\w+)",
        lambda p, i, said, less: (replace(p, services=() if less else (said,)), i),
    ),
    "class": (
        provider("p", vehicle_classes=("truck",)),
        incident(vehicle=Vehicle(kind="car")),
        r"takes truck, not (\w+)",
        lambda p, i, said, less: (
            replace(p, vehicle_classes=("truck",) if less else ("truck", said)),
            i,
        ),
    ),
    "equipment": (
        provider("p", equipment=("winch",)),
        incident(vehicle=Vehicle(ev=True)),
        r"needs (\w+) or dollies",
        lambda p, i, said, less: (replace(p, equipment=("winch",) if less else (said,)), i),
    ),
    "client": (
        provider("p", clients=("avd",)),
        incident(client="adac"),
        r"serves only (\w+)",
        lambda p, i, said, less: (p, replace(i, client="adac" if less else said)),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_an_exclusion_says_what_would_have_to_be_true(name):
    """A provider passes the gate exactly at the value that the exclusion names."""
    p, of, pattern, change = CASES[name]
    out = exclusions(answer_of([p], of))["p"]
    found = re.search(pattern, str(out.detail))
    assert found, str(out.detail)
    mended = exclusions(answer_of(*as_world(change(p, of, found[1], False))))
    assert "p" not in mended or mended["p"].reason != out.reason
    short = exclusions(answer_of(*as_world(change(p, of, found[1], True))))
    assert short["p"].reason == out.reason


@pytest.mark.parametrize("point", [(0.0, 0.0), (47.3769, 8.5417), (54.5, 6.5)])
def test_a_place_abroad_is_named_in_the_same_words_everywhere(point):
    """The exclusion of a provider for all Germany has the words of the answer's head."""
    place = place_at(*point)
    out = exclusions(answer_of([provider("p", area=Country())], incident(place=place)))["p"]
    assert f"({out.detail})" in str(place.readback)


def as_world(changed: tuple[Provider, Incident]) -> tuple[list[Provider], Incident]:
    """Make a world of one provider."""
    return [changed[0]], changed[1]


def test_what_was_not_asked_is_no_refusal():
    """Unknown facts pass every gate, and the row says what to ask."""
    picky = provider(
        "p",
        clients=("adac",),
        vehicle_classes=("truck",),
        max_weight_t=1.5,
        equipment=None,
        seats=1,
    )
    [tow] = answer_of([picky], incident(persons=2, vehicle=Vehicle(ev=True))).cascades[:1]
    assert english(tow.candidates[0].ask) == (
        "serves adac: ask client",
        "takes truck: ask vehicle",
        "limit 1.5 t: ask weight",
        "needs flatbed or dollies: ask provider",
        "seats 1 of 2 persons",
    )


@pytest.mark.parametrize(
    ("facts", "of", "ask"),
    [
        (
            {"max_height_m": 2.2},
            {"vehicle": Vehicle(kind="van", weight_t=2.0)},
            "limit 2.2 m: ask height",
        ),
        ({"height_m": 3.1}, {"spot": "garage"}, "truck 3.1 m: ask clearance"),
        (
            {"equipment": ("winch",)},
            {"vehicle": Vehicle(trailer=True)},
            "no trailer hitch: ask provider",
        ),
        ({"pets": False}, {"pets": 1}, "takes no pets"),
    ],
)
def test_a_limit_that_could_matter_is_asked_about(facts, of, ask):
    """The row asks for an unknown height, clearance, trailer or pet that matters."""
    answer = answer_of([provider("p", **facts)], incident(**of))
    tow = next(found for found in answer.cascades if found.service == "tow")
    assert english(tow.candidates[0].ask) == (ask,)


def test_of_unanswered_numbers_the_first_is_shown():
    """A number with unknown hours is shown before a closed one; else the first."""
    closed = Timetable((Span(0, 4102444800, "closed"),))
    unknown = Timetable((Span(0, 4102444800, "unknown"),))
    first = Phone("+491", "first", hours="x", timetable=closed)
    perhaps = Phone("+492", "perhaps", hours="x", timetable=unknown)
    for phones, shown in (((first,), "first"), ((first, perhaps), "perhaps")):
        p = provider("p", phones=phones)
        assert answer_of([p], incident()).cascades[0].candidates[0].phone == shown


def test_a_motorist_without_client_is_not_an_unasked_client():
    """``--client none`` is an answer: providers for some clients only are excluded."""
    out = exclusions(answer_of([provider("p", clients=("adac",))], incident(client="none")))
    assert out["p"].reason == "client_not_served"


def test_a_place_is_outside_only_by_more_than_its_uncertainty():
    """Within the uncertainty of the place a provider is ranked and marked."""
    place = replace(MIDDLE, uncertainty_km=3.0)
    near, far = provider("near", north_km=22.9), provider("far", north_km=23.1)
    providers = [replace(each, area=Circle(20.0)) for each in (near, far)]
    answer = answer_of(providers, incident(place=place))
    [row] = answer.cascades[0].candidates
    assert (row.provider, row.area_edge, str(row.why[0])) == ("near", True, "area edge")
    assert exclusions(answer)["far"].reason == "outside_area"


def test_a_place_may_lie_in_a_neighbouring_postcode():
    """A position near the border of a postcode also belongs to the neighbour, as area edge."""
    place = Place(lat=48, lon=11, postcode="86150", postcodes=("86150", "86152"))
    providers = [
        provider("own", area=Postcodes((("86150", "86150"),))),
        provider("next", area=Postcodes((("86152", "86152"),))),
        provider("away", area=Postcodes((("86159", "86159"),), "86159")),
    ]
    answer = answer_of(providers, incident(place=place))
    edges = {row.provider: row.area_edge for row in answer.cascades[0].candidates}
    assert edges == {"own": False, "next": True}


def test_the_phone_shown_is_the_one_that_is_answered_now():
    """Of several numbers the first that is answered at the incident's time is shown."""
    night = Phone("+491", "night", hours="Mo-Su 22:00-06:00", timetable=CLOSED_TILL_ONE)
    day = Phone("+492", "day")
    p = provider("p", phones=(night, day))
    assert answer_of([p], incident()).cascades[0].candidates[0].phone == "day"
    late = incident(when=NOON + timedelta(hours=2))
    assert answer_of([p], late).cascades[0].candidates[0].phone == "night"


def test_a_strict_contract_ends_with_its_list_and_says_so():
    """only_strict excludes all others as client_not_served; the neutral order still has them."""
    providers = [provider("own", turnout_min=60.0, tags=("own",)), provider("other")]
    answer = answer_of(providers, incident(client="strict"))
    [tow] = answer.cascades
    assert [row.provider for row in tow.candidates] == ["own"]
    assert exclusions(answer)["other"].reason == "client_not_served"
    assert tow.contract_ends == "Strict"
    assert tow.contract_cost_min == pytest.approx(tow.expected_min - tow.neutral_expected_min)
    assert tow.contract_cost_min > 0


def test_a_strict_contract_adds_no_provider_that_refuses_the_client():
    """A provider that does not serve the client is not in the neutral order either."""
    providers = [
        provider("own", turnout_min=60.0, tags=("own",)),
        provider("other", clients=("avd",)),
    ]
    [tow] = answer_of(providers, incident(client="strict")).cascades
    assert tow.contract_cost_min == 0
    assert tow.neutral_expected_min == tow.expected_min


class FarAndNear(MemoryCatalog):
    """A catalog whose index returns only the first two providers."""

    def near(self, place):
        return self.providers[:2]


def test_whom_the_index_leaves_out_is_counted_as_outside():
    """Providers that the index leaves out are counted as outside_area, too."""
    providers = [
        provider("here"),
        provider("out", north_km=50, area=Circle(1.0)),
        *(provider(f"far{n}", north_km=500, area=Circle(1.0)) for n in range(3)),
    ]
    answer = incident_ranking.rank_incident(
        FarAndNear(providers, RULES), incident(), holidays=no_holidays, explain=False
    )
    assert answer.cascades[0].excluded_counts == {"outside_area": 4}


def test_a_busy_unit_is_waited_for_and_no_unit_is_out():
    """A busy provider is ranked with its wait, or the default; one without units is excluded."""
    seen = observed(soon=looked_at("busy", wait_min=15.0), guess=looked_at("busy", free=0))
    providers = [provider("soon"), provider("never", units=0), provider("guess")]
    answer = answer_of(providers, incident(), observations=seen)
    waits = {row.provider: row.wait_min for row in answer.cascades[0].candidates}
    assert waits == {"soon": 15, "guess": 30}
    assert exclusions(answer)["never"].reason == "no_unit"


def test_down_says_since_when_and_why():
    """A provider that is hard down is excluded with the time and the cause."""
    seen = observed(p=looked_at("down", since=NOON, why="connection refused, 3 x"))
    out = exclusions(answer_of([provider("p")], incident(), observations=seen))["p"]
    assert (out.reason, str(out.detail)) == ("down", "down since 12:00: connection refused, 3 x")


def test_slower_than_the_last_resort_never_vanishes():
    """Providers beyond the fallback are in the answer, with their phone, also without explain."""
    answer = answer_of([provider("p", turnout_min=130.0)], incident(), explain=False)
    [out] = answer.cascades[0].beyond_fallback
    assert (out.reason, str(out.detail)) == ("beyond_fallback", "134.3 min, last resort 120 min")


def test_nearest_to_possible_comes_first():
    """Without a candidate the three nearest to possible are named, non-offerers last."""
    providers = [
        provider("taxi", services=("taxi",)),
        provider("opens-at-one", timetable=CLOSED_TILL_ONE),
        provider("far", north_km=90, area=Circle(20.0)),
        provider("near", north_km=25, area=Circle(20.0)),
    ]
    [tow] = answer_of(providers, incident(), explain=False).cascades
    assert [out.provider for out in tow.nearest_excluded] == ["near", "opens-at-one", "far"]


def test_clock_times_are_said_as_needed():
    """A time of today is a clock time, one of this week a weekday, a later one a date."""
    days = {0: "opens 13:00", 2: "opens Sun 13:00", 9: "opens in more than 7 days"}
    for ahead, expected in days.items():
        opens = int((NOON + timedelta(days=ahead, hours=1)).timestamp())
        timetable = Timetable((Span(0, opens, "closed"), Span(opens, 4102444800, "open")))
        out = exclusions(answer_of([provider("p", timetable=timetable)], incident()))["p"]
        assert str(out.detail) == expected
    on_hold = provider("p", on_hold=Hold("fair", NOON + timedelta(days=30)))
    out = exclusions(answer_of([on_hold], incident()))["p"]
    assert str(out.detail).endswith("until Sun 27 Dec 12:00")


def test_need_of_an_overturned_car_is_a_crane():
    """A car on its roof needs a crane, a blocked one dollies or a flatbed."""
    roof = need(incident(vehicle=Vehicle(state="on_roof")))
    crane = replace(roof, entry=replace(roof.entry, service="recovery"))
    assert crane.equipment == (("crane", "rotator"),)
    blocked = need(incident(vehicle=Vehicle(state="blocked", ev=True)))
    assert blocked.equipment == (("flatbed", "dollies", "crane", "rotator"), ("flatbed", "dollies"))


def test_unknown_names_are_refused_with_the_nearest():
    """A client or id that is not in the file is a usage error with a suggestion."""
    for facts in ({"client": "adca"}, {"wish": "hubr"}, {"asked": ("hubr",)}):
        with pytest.raises(incident_ranking.UsageError, match=r'did you mean "(adac|huber)"'):
            answer_of([provider("huber")], incident(**facts))


def test_an_empty_list_of_a_provider_is_a_sentence_of_its_own():
    """Without clients or vehicle classes the sentence is whole, and not glued with a pronoun."""
    nobody = provider("p", clients=(), vehicle_classes=())
    known = incident(client="adac", vehicle=Vehicle(kind="car"))
    details = []
    for clients in ((), None):
        firm = provider("p", clients=clients, vehicle_classes=())
        details.append(str(exclusions(answer_of([firm], known))["p"].detail))
    assert details == ["serves no client", "takes no vehicle"]
    [found] = answer_of([nobody], incident()).cascades[:1]
    asks = [str(ask) for ask in found.candidates[0].ask]
    assert asks[:2] == ["serves no client: ask client", "takes no vehicle: ask provider"]


@searched(100, world=gated_worlds(), suppress=[HealthCheck.too_slow])
def test_every_sentence_of_an_answer_is_looked_up(world):
    """Whys, questions, exclusions, advice, place and last resort follow the screen's language."""
    providers, of = world
    of = replace(of, asked=tuple(set(of.asked) & {each.id for each in providers}), spot="lane")
    answer = answer_of(providers, replace(of, injured=1))
    said = [*answer.advice, answer.incident.place, *(call.text for call in answer.emergency)]
    for cascade in answer.cascades:
        said += [each for row in cascade.candidates for each in (*row.why, *row.ask)]
        said += [out.detail for out in cascade.excluded]
        said.append(cascade.last_resort.text)
    assert len(said) > 4
    with spoken(Marked()):
        assert [each for each in said if not worded(each).startswith("«")] == []
