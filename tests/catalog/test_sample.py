"""The sample file is complete, its numbers reach no person, and it serves every plan."""

import re
import tomllib
from collections import Counter
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from dispatch_cli import catalog, geo, incident_ranking, plans, public_holidays
from dispatch_cli.catalog import Catalog
from dispatch_cli.model import Circle, Incident, Place, Vehicle
from dispatch_cli.model.words import EMERGENCY_SERVICES, SERVICES
from dispatch_cli.notation import is_postcode

SAMPLE = Path(__file__).resolve().parents[2] / "providers.toml"
NOW = datetime(2026, 11, 24, 12, 3, tzinfo=ZoneInfo("Europe/Berlin"))
CLIENTS = {"adac", "avd", "mercedes-benz", "volkswagen", "opel", "ford"}
AUGSBURG = Place(
    lat=48.3645, lon=10.8928, uncertainty_km=1.0, postcode="86150", postcodes=("86150",), land="BY"
)

# Numbers that the regulator keeps free for films, without the last three digits.
FILM_RANGES = ("030 23125", "069 90009", "040 66969", "0221 4710", "089 99998")
FILM_NUMBER = re.compile(rf"({'|'.join(FILM_RANGES)})-\d{{3}}")
EMERGENCY_NUMBERS = {"110", "112"}


def read_sample(now: datetime = NOW) -> Catalog:
    return catalog.load(
        SAMPLE,
        source="option",
        now=now,
        cache_dir=None,
        holidays=partial(public_holidays.holiday_dates, cache_dir=None),
    )


@pytest.fixture(scope="module")
def sample() -> Catalog:
    return read_sample()


def table() -> dict[str, Any]:
    return tomllib.loads(SAMPLE.read_text(encoding="utf-8"))


def test_every_number_comes_from_the_film_ranges_and_is_used_once() -> None:
    """The numbers of the sample reach no person, and no two entries share a number."""
    text = SAMPLE.read_text(encoding="utf-8")
    given = re.findall(r'(?:phone|number) = "([^"]+)"', text)
    real = [number for number in given if number not in EMERGENCY_NUMBERS]
    assert [number for number in real if not FILM_NUMBER.fullmatch(number)] == []
    assert {number: n for number, n in Counter(real).items() if n > 1} == {}
    assert len(real) == len(FILM_NUMBER.findall(text)), "a number stands under another key"


def test_only_last_resorts_name_the_emergency_numbers(sample: Catalog) -> None:
    """Only last resorts have 110 or 112, and every provider has a number reserved for films."""
    ranges = tuple("+49" + prefix.replace(" ", "")[1:] for prefix in FILM_RANGES)
    for provider in sample.all():
        for phone in provider.phones:
            assert phone.number.startswith(ranges), provider.id
    for resort in sample.rules.last_resorts.values():
        assert resort.phone in EMERGENCY_NUMBERS or FILM_NUMBER.fullmatch(resort.phone)


@pytest.mark.parametrize("years_later", [0, 3])
def test_it_loads_without_a_warning(years_later: int) -> None:
    """Loading the sample gives no warning, now and in some years."""
    assert read_sample(NOW + timedelta(days=365 * years_later)).warnings == ()


def test_it_has_at_least_sixty_providers_and_the_six_clients(sample: Catalog) -> None:
    """It is large enough to show a real desk, with the clients that the README uses."""
    assert sample.count >= 60
    assert set(sample.rules.clients) == CLIENTS


@pytest.mark.parametrize(
    ("place", "around_km", "at_least"),
    [
        ((48.3645, 10.8928), 45, 14),  # Augsburg
        ((49.0173, 12.0962), 40, 7),  # Regensburg
        ((48.1360, 11.5729), 35, 9),  # München
        ((49.4342, 8.5700), 30, 8),  # between Heidelberg and Mannheim
        ((52.5186, 13.4080), 45, 9),  # Berlin
    ],
)
def test_it_is_dense_where_the_examples_are(
    sample: Catalog, place: tuple[float, float], around_km: float, at_least: int
) -> None:
    """Round the five centres enough providers have their base for a cascade worth looking at."""
    near = [p for p in sample.all() if geo.great_circle_km(p.lat, p.lon, *place) <= around_km]
    assert len(near) >= at_least


def test_every_service_is_offered(sample: Catalog) -> None:
    """No service but the emergency ones is without a provider."""
    offered = {service for provider in sample.all() for service in provider.services}
    assert offered == SERVICES.keys() - EMERGENCY_SERVICES.keys()


@pytest.mark.parametrize("kind", plans.BUILT_IN)
def test_every_service_of_a_plan_has_a_provider(sample: Catalog, kind: str) -> None:
    """For every service that a plan may need, under any condition, the file has a provider."""
    offered = {service for provider in sample.all() for service in provider.services}
    entries = plans.plan_of(kind, {}).entries
    assert {entry.service for entry in entries} - EMERGENCY_SERVICES.keys() <= offered


@pytest.mark.parametrize("kind", plans.BUILT_IN)
@pytest.mark.parametrize("when", [NOW, datetime(2026, 12, 25, 3, 30, tzinfo=NOW.tzinfo)])
def test_every_plan_has_a_candidate_in_augsburg(sample: Catalog, kind: str, when: datetime) -> None:
    """In Augsburg every service has a provider, at noon and in the night of Christmas."""
    vehicle = Vehicle(kind=plans.IMPLIED_VEHICLE.get(kind, "car"))
    incident = Incident(kind=kind, place=AUGSBURG, when=when, vehicle=vehicle)
    answer = incident_ranking.rank_incident(
        sample, incident, holidays=partial(public_holidays.holiday_dates, cache_dir=None)
    )
    assert [found.service for found in answer.cascades if not found.candidates] == []


def test_every_postcode_base_exists() -> None:
    """Every postcode that is a base has a known centre."""
    postcodes = [
        provider["base"]
        for provider in table()["provider"]
        if isinstance(provider["base"], str) and re.fullmatch(r"\d{5}", provider["base"])
    ]
    assert len(postcodes) > 50
    assert [postcode for postcode in postcodes if not is_postcode(postcode)] == []


def test_every_key_of_a_provider_is_shown_at_least_once() -> None:
    """The sample shows the spelling of every key.

    A check is only in a comment, because the sample must not contact any host.
    """
    from dispatch_cli.catalog.raw import RawProvider

    shown = {key for provider in table()["provider"] for key in provider}
    assert set(RawProvider.__struct_fields__) == shown | {"check"}
    assert "check" not in shown
    assert "#              [[provider.check]]" in SAMPLE.read_text(encoding="utf-8")


def test_head_starts_stay_within_what_validate_accepts(sample: Catalog) -> None:
    """No contract in the sample has a head start of more than 15 minutes, or is strict."""
    for client in sample.rules.clients.values():
        assert 0 <= client.head_start_min <= 15
        assert not client.only_strict
        assert client.prefer or client.only


def test_nearly_every_place_has_a_tow_at_any_time(sample: Catalog) -> None:
    """For 19 of 20 postcodes a provider that is always open tows within two hours."""
    from dispatch_cli.notation.centres import centres

    settings = sample.rules.settings.of("tow")
    towing = [
        provider
        for provider in sample.all()
        if "tow" in provider.services
        and provider.hours == "24/7"
        and provider.on_hold is None
        and isinstance(provider.area, Circle)
    ]

    def is_served(lat: float, lon: float) -> bool:
        for provider in towing:
            assert isinstance(provider.area, Circle)
            distance_km = geo.great_circle_km(provider.lat, provider.lon, lat, lon)
            index_min = (
                (provider.turnout_min or settings.turnout_min)
                + geo.crow_fly_min(distance_km, settings)
                + (provider.answer_min or settings.answer_min)
                / (provider.acceptance or settings.acceptance)
            )
            if distance_km <= provider.area.radius_km and index_min < settings.fallback_min:
                return True
        return False

    points = [(lat, lon) for _, lat, lon in centres().everything()]
    assert sum(is_served(*point) for point in points) >= 0.95 * len(points)
