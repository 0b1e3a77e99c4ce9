"""Files have the expected values, and suspicious values give warnings."""

import json
import re
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from dispatch_cli.catalog import load
from dispatch_cli.model import (
    Circle,
    ControlCentre,
    Country,
    Hold,
    LastResort,
    PlanEntry,
    Postcodes,
    ServiceSettings,
    Settings,
)

from .files import HUBER, NOW, open_text, write

ENDLESS = float("inf")


def warnings_of(folder: Path, text: str) -> list[str]:
    """Return the warnings of a file, except those about services without provider."""
    warnings = map(str, open_text(folder, text).warnings)
    return [each for each in warnings if "no provider offers" not in each]


def test_defaults(tmp_path: Path) -> None:
    """A file with one provider has the built-in defaults; heavy vehicles drive at 40."""
    catalog = open_text(tmp_path, HUBER)
    settings = catalog.rules.settings
    assert settings.default == ServiceSettings() == Settings().default
    assert settings.of("tow").speed == ((ENDLESS, 50.0),)
    assert settings.of("heavy_recovery").speed == ((ENDLESS, 40.0),)
    assert settings.of("heavy_tow").speed == ((ENDLESS, 40.0),)
    (huber,) = catalog.all()
    assert (huber.units, huber.region, huber.hours, huber.seats) == (1, "Augsburg", None, None)
    assert (huber.equipment, huber.clients, huber.on_hold) == (None, None, None)
    assert huber.phones[0].number == "+498999998207"
    assert huber.phones[0].shown == "089 99998-207"
    assert huber.timetable is not None
    assert [span.state for span in huber.timetable.spans] == ["unknown"]


def test_ranking(tmp_path: Path) -> None:
    """The settings of a service replace those of [ranking]; German names are allowed."""
    text = """
    [ranking]
    speed = [[10, 35], [1000, 80]]
    acceptance = 0.5
    band_min = 10
    fair_within_min = 1.5
    [ranking.service.Schwerbergung]
    speed_kmh = 30
    [ranking.service.tow]
    answer_min = 1
    """
    settings = open_text(tmp_path, text + HUBER).rules.settings
    table = ((10.0, 35.0), (1000.0, 80.0))
    assert (settings.band_min, settings.fair_within_min) == (10, 1.5)
    assert settings.of("taxi").speed == table
    assert settings.of("tow") == ServiceSettings(speed=table, acceptance=0.5, answer_min=1)
    assert settings.of("heavy_recovery").speed == ((ENDLESS, 30.0),)
    assert settings.of("heavy_recovery").acceptance == 0.5


def test_how_long_a_job_takes(tmp_path: Path) -> None:
    """[ranking] replaces the built-in minutes, and the table of a service those of [ranking]."""

    def job_min(text: str, *services: str) -> list[float]:
        settings = open_text(tmp_path, text + HUBER).rules.settings
        return [settings.job_min(service) for service in services]

    services = ("jump_start", "tow", "recovery", "heavy_tow", "heavy_recovery")
    assert job_min("", *services) == [45, 75, 75, 120, 120]
    assert job_min("[ranking]\njob_min = 50\n", *services) == [50] * 5
    text = "[ranking]\njob_min = 50\n[ranking.service.tow]\njob_min = 90\n"
    assert job_min(text, *services) == [50, 90, 50, 50, 50]


def test_rules(tmp_path: Path) -> None:
    """Clients, plans, places, last resorts and control centres are read."""
    text = """
    [clients.adac]
    prefer = { providers = ["huber"], tags = ["club"], head_start_min = 8 }
    only = ["club"]
    only_strict = true
    [plans.breakdown]
    words = ["liegenbleiber"]
    services = ["Pannenhilfe", { service = "tow", after = "Pannenhilfe", equipment = ["crane"] }]
    [places]
    "Autohof" = { at = "48.4330,10.8790", uncertainty_km = 2 }
    [last_resort.Abschleppen]
    phone = "110"
    text = "police"
    [last_resort.default]
    phone = "089 99998-900"
    text = "duty desk"
    [[control_centre]]
    name = "ILS Augsburg"
    phone = "112"
    postcodes = ["860-865"]
    """
    rules = open_text(tmp_path, text + HUBER + 'tags = ["club"]\n').rules
    adac = rules.clients["adac"]
    assert (adac.name, adac.prefer, adac.head_start_min) == ("adac", ("huber", "club"), 8)
    assert (adac.only, adac.only_strict) == (("club",), True)
    assert rules.plans["breakdown"].entries == (
        PlanEntry(service="roadside_repair"),
        PlanEntry(service="tow", after="roadside_repair", equipment=(("crane",),)),
    )
    place = rules.places["Autohof"]
    assert (place.lat, place.lon, place.label, place.source) == (
        48.433,
        10.879,
        "Autohof",
        "places",
    )
    assert place.uncertainty_km == 2
    assert rules.last_resorts["tow"] == LastResort("110", "police")
    assert rules.last_resorts["default"].phone == "089 99998-900"
    centre = ControlCentre(name="ILS Augsburg", phone="112", postcodes=(("86000", "86599"),))
    assert rules.control_centres == (centre,)


def test_provider(tmp_path: Path) -> None:
    """Every key of a provider is read, words as the names of their closed sets."""
    text = HUBER.replace('phone = "089 99998-207"', 'phones = [{ number = "110" }, '
        '{ number = "0221 4710-123", label = "night", hours = "22-6 Uhr" }]')  # fmt: skip
    text = text.replace("{ radius_km = 30 }", '{ postcodes = ["860-865", "86720"] }')
    text += """
    hours = "Mo-Fr 8-18 Uhr"
    region = "augsburg"
    units = 0
    vehicle_classes = ["Pkw", "truck", "auto"]
    equipment = ["Plateau"]
    clients = []
    tags = ["a", "b", "a"]
    on_hold = { reason = "holiday", until = 2026-12-01T08:00:00+01:00 }
    notes = "ring twice"
    """
    (huber,) = open_text(tmp_path, text).all()
    assert huber.area == Postcodes((("86000", "86599"), ("86720", "86720")), "860-865, 86720")
    night = huber.phones[1]
    assert (night.shown, night.label, night.hours) == ("0221 4710-123", "night", "22:00-06:00")
    assert night.timetable is not None
    assert night.timetable.span_at(NOW).state == "closed"
    assert huber.hours == "Mo-Fr 08:00-18:00"
    assert huber.timetable is not None
    assert huber.timetable.span_at(NOW).state == "open"
    assert (huber.region, huber.units, huber.clients) == ("Augsburg", 0, ())
    assert huber.vehicle_classes == ("car", "truck")
    assert (huber.equipment, huber.tags) == (("flatbed",), ("a", "b"))
    assert huber.on_hold == Hold("holiday", datetime(2026, 12, 1, 7, tzinfo=UTC))


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2026-12-01", datetime(2026, 11, 30, 23, tzinfo=UTC)),
        ("2026-12-01T08:00:00", datetime(2026, 12, 1, 7, tzinfo=UTC)),
        ("2026-12-01T08:00:00Z", datetime(2026, 12, 1, 8, tzinfo=UTC)),
    ],
)
def test_until(tmp_path: Path, written: str, meant: datetime) -> None:
    """A date ends with its first minute, a time without offset is local."""
    text = f'{HUBER}on_hold = {{ reason = "x", until = {written} }}\n'
    assert open_text(tmp_path, text).all()[0].on_hold == Hold("x", meant)


@pytest.mark.parametrize("base", ['"86150"', "{ lat = 48.3645, lon = 10.8928 }", '"8FWG9V7V+RW"'])
def test_bases(tmp_path: Path, base: str) -> None:
    """A base may be a postcode, a position or a plus code; the holiday region follows from it."""
    text = HUBER.replace('"48.3645,10.8928"', base).replace("{ radius_km = 30 }", '"Country"')
    (huber,) = open_text(tmp_path, text).all()
    assert abs(huber.lat - 48.3645) < 0.01
    assert abs(huber.lon - 10.8928) < 0.01
    assert (huber.region, huber.area) == ("Augsburg", Country())


@pytest.mark.parametrize(
    ("base", "region"),
    [("86199", "Augsburg"), ("86391", "BY"), ("80331", "BY"), ("69117", "BW"), ("49.61,6.13", "")],
)
def test_holidays_are_those_of_the_municipality_where_it_has_some(
    tmp_path: Path, base: str, region: str
) -> None:
    """8 August is a holiday in Augsburg and not in Stadtbergen; Luxembourg has no region."""
    (huber,) = open_text(tmp_path, HUBER.replace("48.3645,10.8928", base)).all()
    assert huber.region == region


@pytest.mark.parametrize(
    ("base", "region"),
    [
        ("48.3705,10.8978", "Augsburg"),  # the town hall
        ("48.40,10.965", "BY"),  # Stätzling: a part of Friedberg, but only 86165 Augsburg is near
        ("48.413,10.969", "BY"),  # Derching
        ("48.3567,10.9700", "BY"),  # Friedberg-West
    ],
)
def test_an_estimated_postcode_decides_no_holidays_of_a_municipality(
    tmp_path: Path, base: str, region: str
) -> None:
    """Near the edge of Augsburg the holidays are those of the Land, in its middle its own."""
    (huber,) = open_text(tmp_path, HUBER.replace("48.3645,10.8928", base)).all()
    assert huber.region == region


def test_holidays_are_listed_once(tmp_path: Path) -> None:
    """Holidays of a region are listed only if hours name them, and close providers with PH off."""
    asked: list[tuple[str, tuple[int, ...]]] = []

    def holidays(region: str, years: Sequence[int]) -> Sequence[date]:
        asked.append((region, tuple(years)))
        return [date(2026, 11, 24)]

    other = HUBER.replace("huber", "other")
    text = f'{HUBER}hours = "Mo-Fr 08:00-18:00; PH off"\n{other}hours = "Mo-Fr 08:00-18:00"\n'
    path = write(tmp_path, text)
    huber, open_one = load(path, source="x", now=NOW, cache_dir=None, holidays=holidays).all()
    # For the days round now, and for two years in which a rule may hold.
    assert asked == [("Augsburg", (2026,)), ("Augsburg", (2026, 2027, 2028))]
    assert huber.timetable is not None
    assert open_one.timetable is not None
    assert huber.timetable.span_at(NOW).state == "closed"
    assert open_one.timetable.span_at(NOW).state == "open"


def test_no_warning_without_reason(tmp_path: Path) -> None:
    """A small file has no warnings but those about services without provider."""
    assert warnings_of(tmp_path, HUBER) == []


def test_of_many_warnings_the_first_are_named_and_the_others_counted(tmp_path: Path) -> None:
    """A number that a thousand providers share gives 50 warnings and a count, fast."""
    text = "".join(HUBER.replace('"huber"', f'"p{number}"') for number in range(300))
    warnings = tuple(map(str, open_text(tmp_path, text).warnings))
    assert len(warnings) == 51
    offered = len(open_text(tmp_path, HUBER).warnings)
    assert warnings[-1] == f"and {299 + offered - 50} more"


def test_a_base_whose_town_contradicts_its_postcode_is_a_warning(tmp_path: Path) -> None:
    """The file stays valid; both readings are named, for a named place as well."""
    base = re.sub(r"(?m)^base = .*$", 'base = "86150 Berlin"', HUBER)
    assert base != HUBER
    text = f'[places]\nhof = "80331 Augsburg"\nstall = "86199 Göggingen"\n{base}'
    warnings = "\n".join(map(str, open_text(tmp_path, text).warnings))
    assert "86150 is Augsburg; Berlin has 10115 to 14199: which is right?" in warnings
    assert "80331 is München; Augsburg has 86150 to 86199: which is right?" in warnings
    assert "Göggingen" not in warnings


def test_services_without_provider(tmp_path: Path) -> None:
    """A service that plans need and no provider offers gives one warning with the plans."""
    text = f"[plans.x]\nservices = ['impound', 'police']\n{HUBER}"
    warnings = tuple(map(str, open_text(tmp_path, text).warnings))
    said = "providers.toml: no provider offers impound, which these plans need: "
    assert [one for one in warnings if "impound" in one and one.startswith(said)]
    assert not [one for one in warnings if "police" in one.split("need")[0] or "offers tow," in one]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('hours = "off"', 'provider "huber": never open: its hours are "off"'),
        (
            'hours = "2020 Jan 01-2020 Feb 01 08:00-18:00"',
            'provider "huber": never open: its hours are "2020',
        ),
        (
            'on_hold = { reason = "x", until = 2026-10-01 }',
            'provider "huber": on_hold has ended at 2026-10-01 00:00: remove it',
        ),
    ],
)
def test_never_open_and_long_past(tmp_path: Path, line: str, said: str) -> None:
    """A provider that never opens, and a hold that ended long ago, give a warning."""
    (warning,) = warnings_of(tmp_path, f"{HUBER}{line}\n")
    assert warning.startswith(said)


def test_opens_again_next_summer(tmp_path: Path) -> None:
    """A provider that is closed all winter gives no warning."""
    assert warnings_of(tmp_path, f'{HUBER}hours = "Jul-Aug 08:00-18:00"\n') == []


@pytest.mark.parametrize("area", ['{ postcodes = ["01"] }', '{ polygon = "p.json" }'])
def test_area_without_its_base(tmp_path: Path, area: str) -> None:
    """An area that does not contain its base gives a warning."""
    ring = [[10, 52], [12, 52], [12, 53], [10, 52]]
    write(tmp_path, json.dumps({"type": "Polygon", "coordinates": [ring]}), "p.json")
    text = HUBER.replace("{ radius_km = 30 }", area)
    said = 'providers.toml: provider "huber": its area does not contain its base'
    assert warnings_of(tmp_path, text) == [said]


def test_contracts(tmp_path: Path) -> None:
    """Unknown names, and head starts above 15 minutes or without effect, give warnings."""
    text = f"""
    [clients.a]
    prefer = {{ providers = ["hubr"], head_start_min = 16 }}
    [clients.b]
    prefer = {{ head_start_min = 5 }}
    only = ["clubb"]
    {HUBER}
    tags = ["club"]
    """
    start = "providers.toml: client"
    waits = "motorists wait that much longer for a contract"
    assert warnings_of(tmp_path, text) == [
        f'{start} "a": head_start_min 16 is above 15: {waits}',
        f'{start} "b": head_start_min has no effect: prefer names neither providers nor tags',
        f'{start} "a": no provider has the id or tag "hubr" (did you mean "huber"?)',
        f'{start} "b": no provider has the id or tag "clubb" (did you mean "club"?)',
    ]


def test_circle(tmp_path: Path) -> None:
    """A radius is a circle round the base."""
    assert open_text(tmp_path, HUBER).all()[0].area == Circle(30.0)


def test_two_ids_with_one_number_are_warned_about(tmp_path: Path) -> None:
    """A firm with two ids, which would be called again after a refusal, gives a warning."""
    twin = HUBER.replace('id = "huber"', 'id = "twin"')
    assert twin != HUBER
    [said] = warnings_of(tmp_path, HUBER + twin)
    assert said.endswith(
        'provider "twin": has the number 089 99998-207 of provider "huber": one firm twice?'
    )
