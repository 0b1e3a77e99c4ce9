"""Every kind has its plan, and no file removes an emergency call."""

import re
from gettext import GNUTranslations, NullTranslations

import pytest
from msgspec.structs import replace

from dispatch_cli import plans
from dispatch_cli.model import Plan, PlanEntry, Rules, Settings, Vehicle
from dispatch_cli.model.words import EMERGENCY_SERVICES, SERVICES, fold, lookup
from dispatch_cli.translations import catalogue_of

from .worlds import incident


def services(kind: str, rules: Rules | None = None, **facts: object) -> list[str]:
    """Return the services that are sent now, and later ones with the one they wait for."""
    entries = plans.services_for(incident(kind=kind, **facts), rules or Rules())
    return [f"{e.service}<{e.after}" if e.after else e.service for e in entries]


def dial(kind: str, rules: Rules | None = None, **facts: object) -> list[tuple[str, str]]:
    """Return the emergency services with the number to dial for each."""
    calls = plans.emergency_calls(incident(kind=kind, **facts), rules)
    return [(call.service, call.dial) for call in calls]


def test_there_are_at_least_25_kinds_and_their_words_are_unambiguous():
    """No word belongs to two kinds, and every condition of a plan is known."""
    assert len(plans.BUILT_IN) >= 25
    words = [fold(word) for plan in plans.BUILT_IN.values() for word in (plan.kind, *plan.words)]
    assert len(words) == len(set(words))
    for plan in plans.BUILT_IN.values():
        for entry in plan.entries:
            assert entry.service in SERVICES
            assert {*entry.when, *entry.unless} <= plans.CONDITIONS.keys()


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("panne", "breakdown"),
        ("Unfall", "accident"),
        ("batterie", "dead_battery"),
        ("reifen", "flat_tyre"),
        ("ausgesperrt", "locked_out"),
        ("abschleppen", "tow"),
        ("BERGUNG", "recovery"),
        ("rettungsdienst", "ambulance"),
        ("feuerwehr", "fire"),
        ("Türöffnung", "lockout"),
        ("tueroeffnung", "lockout"),
        ("flat-tyre", "flat_tyre"),
        ("flat tire", "flat_tyre"),
        ("Battery", "dead_battery"),
        ("Won't start", "dead_battery"),
        ("won\u2019t start", "dead_battery"),
        ("puncture", "flat_tyre"),
        ("out of petrol", "out_of_fuel"),
        ("engine", "engine_failure"),
        ("gearbox", "gearbox_failure"),
        ("nonsense", None),
        ("", None),
    ],
)
def test_german_words_work_wherever_english_ones_do(word, kind):
    """Kinds and services are found in both languages, with any case, umlaut or hyphen."""
    assert plans.find_kind(word) == kind


def test_every_service_name_works_as_a_kind():
    """A service is a plan of its own; an emergency service is only an emergency call."""
    for service in SERVICES:
        if service in plans.BUILT_IN:
            continue
        if service in EMERGENCY_SERVICES:
            assert services(service) == []
            assert [name for name, _ in dial(service)] == [service]
        else:
            assert services(service) == [service]
            assert dial(service) == []


def test_help_comes_first_and_the_truck_after_it():
    """A breakdown gets help on the spot; the truck is planned for after a failure."""
    assert services("breakdown") == ["roadside_repair", "tow<roadside_repair"]
    assert services("dead_battery") == [
        "jump_start",
        "battery_replacement<jump_start",
        "tow<battery_replacement",
    ]


def test_heavy_vehicles_get_heavy_services():
    """A truck, or more than 7.5 t, is towed and recovered by heavy units."""
    assert services("accident", vehicle=Vehicle(kind="truck")) == ["heavy_tow"]
    assert services("accident", vehicle=Vehicle(kind="truck", weight_t=3.5)) == ["tow"]
    assert services("accident", vehicle=Vehicle(weight_t=7.6, state="on_roof")) == [
        "heavy_recovery",
        "heavy_tow",
    ]


@pytest.mark.parametrize("facts", [{"vehicle": Vehicle(state="on_side")}, {"spot": "ditch"}])
def test_overturned_or_ditched_needs_recovery(facts):
    """On its side, its roof or in a ditch a recovery comes before everything else."""
    assert services("breakdown", **facts)[0] == "recovery"
    assert services("medical", **facts) == []


def test_on_its_side_nothing_is_helped_on_the_spot():
    """Without help on the spot the truck is sent at once."""
    assert services("breakdown", vehicle=Vehicle(state="on_side")) == ["recovery", "tow"]


@pytest.mark.parametrize(
    ("facts", "taxi"),
    [({"persons": 2}, False), ({"persons": 3}, True), ({"pets": 2}, True), ({"pets": 1}, False)],
)
def test_persons_without_a_seat_get_a_taxi(facts, taxi):
    """Persons and pets beyond the truck's two seats need a taxi."""
    assert ("taxi" in services("accident", **facts)) == taxi


def test_seats_are_a_setting():
    """A centre can set the number of seats of its trucks."""
    rules = Rules(settings=Settings(truck_seats=4))
    assert "taxi" not in services("accident", rules, persons=4)
    assert "taxi" in services("accident", rules, persons=5)


def test_emergency_services_stand_by_number():
    """Ambulance and fire are called by 112, police by 110, or with a call to 112."""
    assert dial("breakdown") == []
    assert dial("accident") == [("police", "110")]
    assert dial("accident", injured=2) == [("ambulance", "112"), ("police", "112")]
    assert dial("breakdown", trapped=True) == [("fire", "112")]
    assert dial("breakdown", hazard="smells of petrol") == [("fire", "112")]
    assert dial("medical") == [("ambulance", "112")]


@pytest.mark.parametrize("spot", ["lane", "tunnel"])
def test_on_a_lane_or_in_a_tunnel_the_police_come_first(spot):
    """The police must close the road: 110 is first, and 112 is a separate call."""
    assert dial("breakdown", spot=spot) == [("police", "110")]
    assert dial("accident", spot=spot, injured=1) == [("police", "110"), ("ambulance", "112")]


def test_a_file_may_add_emergency_services_and_never_remove_them():
    """A plan of the file replaces the built-in services, but its emergency services stay."""
    mild = Rules(plans={"accident": Plan(kind="accident", entries=(PlanEntry(service="taxi"),))})
    assert services("accident", mild) == ["taxi"]
    assert dial("accident", mild) == [("police", "110")]
    assert dial("accident", mild, injured=1) == [("ambulance", "112"), ("police", "112")]
    more = Rules(
        plans={
            "breakdown": Plan(
                kind="breakdown", entries=(PlanEntry(service="fire"), PlanEntry(service="tow"))
            )
        }
    )
    assert services("breakdown", more) == ["tow"]
    assert dial("breakdown", more) == [("fire", "112")]


def test_no_word_of_a_file_takes_an_emergency_away():
    """Every built-in word keeps its emergency calls, with any plans in the file."""
    words = [word for plan in plans.BUILT_IN.values() for word in (plan.kind, *plan.words)]
    words += [word for service, others in SERVICES.items() for word in (service, *others)]
    thief = Plan(kind="thief", entries=(PlanEntry(service="taxi"),), words=tuple(words))
    own = {"thief": thief}
    own |= {name: Plan(kind=name, entries=thief.entries) for name in EMERGENCY_SERVICES}
    rules = Rules(plans=own)
    for word in words:
        kind = plans.find_kind(word, own)
        assert kind == plans.find_kind(word)
        for facts in ({}, {"injured": 1}, {"spot": "lane"}):
            assert set(dial(kind, None, **facts)) <= set(dial(kind, rules, **facts)), word


def test_children_are_counted_and_wait_for_the_truck():
    """Children need seats as well; after help on the spot no taxi is needed."""
    assert "taxi" in services("accident", children=4)
    assert services("breakdown", persons=5)[-1] == "taxi<roadside_repair"
    assert "taxi" not in services("accident", persons=0, pets=2)


def test_heavy_and_overturned_electric_vehicles():
    """An empty electric lorry gets heavy help; a vehicle on its side is not charged or unlocked."""
    lorry = services("ev_empty", vehicle=Vehicle(kind="truck"))
    assert lorry == ["ev_charge", "heavy_tow<ev_charge"]
    assert services("ev_empty", vehicle=Vehicle(state="on_side")) == ["recovery", "tow"]
    assert services("locked_out", vehicle=Vehicle(state="on_roof")) == ["recovery"]


def test_a_file_may_add_kinds_and_words():
    """A kind of the file is found by its own words, and by its own plan."""
    own = {"gas_leak": Plan(kind="gas_leak", entries=(PlanEntry(service="fire"),), words=("Gas",))}
    assert plans.find_kind("gas", own) == "gas_leak"
    assert dial("gas_leak", Rules(plans=own)) == [("fire", "112")]


def test_advice_is_said_in_the_order_of_danger():
    """Behind the barrier on a shoulder, off the lane, out of the tunnel, then the call to 112."""

    def advice(**facts: object) -> list[str]:
        of = incident(kind="breakdown", **facts)
        return [str(line) for line in plans.advice_for(of, plans.emergency_calls(of))]

    def said(*words: str, **facts: object) -> bool:
        found = advice(**facts)
        return len(found) == len(words) and all(map(str.__contains__, found, words))

    assert advice() == []
    assert said("behind the barrier", spot="shoulder")
    assert said("hazard lights", spot="lane")
    assert said("emergency exit", "dial 112 now", spot="tunnel", injured=1)


@pytest.mark.parametrize("language", ["en", "de"])
def test_advice_is_whole_polite_sentences(language):
    """Each is read aloud as it stands: it asks politely, and ends as a sentence does."""
    please = {"en": "Please ", "de": " bitte "}[language]
    catalogue = NullTranslations()
    if language != "en":
        with open(catalogue_of(language), "rb") as file:
            catalogue = GNUTranslations(file)
    for spot in ("shoulder", "lane", "tunnel"):
        of = incident(kind="accident", spot=spot, injured=1)
        for each in plans.advice_for(of, plans.emergency_calls(of)):
            text = catalogue.gettext(each.id)
            assert (text == each.id) == (language == "en")
            assert please in text.split(".")[0] + " "
            assert text[0].isupper()
            assert text.endswith(".")
            assert not re.search(r" - |[;_(/]", text)


def test_every_condition_has_an_option_and_can_hold():
    """Each condition of a plan holds for some incident and not for an empty one."""
    said = {
        "injured": incident(injured=1), "trapped": incident(trapped=True),
        "hazard": incident(hazard="fuel"), "ev": incident(vehicle=Vehicle(ev=True)),
        "trailer": incident(vehicle=Vehicle(trailer=True)), "persons": incident(persons=1),
        "children": incident(children=1), "pets": incident(pets=1),
        "beyond_seats": incident(persons=9), "heavy": incident(vehicle=Vehicle(weight_t=9)),
    }  # fmt: skip
    for name, condition in plans.CONDITIONS.items():
        assert condition.option.startswith("--")
        of = said.get(name)
        if of is None and name != "light":
            vehicle = Vehicle(
                kind=name if f"--vehicle {name}" == condition.option else None,
                state=name if f"--state {name}" == condition.option else None,
            )
            spot = name if f"--spot {name}" == condition.option else None
            of = replace(incident(), vehicle=vehicle, spot=spot)
        assert condition.holds(of or incident(), Settings()), name
        assert condition.holds(incident(), Settings()) == (name == "light"), name


def test_lookup_folds_words():
    """Umlauts, hyphens, blanks and case make no difference; unknown words give None."""
    assert lookup("Über-Führung", {"x": ("ueber fuehrung",)}) == "x"
    assert lookup("y", {"x": ()}) is None
