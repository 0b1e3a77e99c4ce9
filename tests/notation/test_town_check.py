"""A town that is certainly not that of its postcode is refused; nothing else is."""

import csv
import gzip
import random
from pathlib import Path

import pytest

from dispatch_cli.errors import UsageError
from dispatch_cli.model.sphere import great_circle_km
from dispatch_cli.notation import is_postcode, parse_place, place_at, place_of_postcode
from dispatch_cli.notation.carried_towns import Town, postal_names, towns_named
from dispatch_cli.notation.centres import centres
from dispatch_cli.notation.place_names import fold_name, fold_names
from dispatch_cli.notation.town_check import (
    VERY_LARGE,
    other_town,
    town_contradiction,
    town_doubt,
)

GEONAMES = Path(__file__).resolve().parents[2].parent / "shared/data/places/zipcodes.de.csv.gz"
SAMPLED = [pytest.param(20, id="sample"), pytest.param(1, id="all", marks=pytest.mark.ci)]
CODES = [code for code, _, _ in centres().everything()]


def is_certain(postcode: str, town: str) -> bool:
    """Return whether a town is certainly not that of a postcode."""
    other = other_town(postcode, town)
    return other is not None and other.is_certain


def large_cities() -> list[Town]:
    """List the cities of 100,000 inhabitants and more that have a postcode of their name."""
    names = postal_names()
    return [
        town
        for name in names
        for town in towns_named(name)
        if town.country == "DE"
        and town.inhabitants >= VERY_LARGE
        and any(apart_km(town, code) < 15 for code, _ in names[name])
    ]


def apart_km(town: Town, postcode: str) -> float:
    """Return the distance from a town to the centre of a postcode."""
    centre = centres().of(postcode)
    assert centre is not None
    return great_circle_km(town.lat, town.lon, *centre)


@pytest.mark.skipif(not GEONAMES.exists(), reason="the shared GeoNames file is not here")
@pytest.mark.parametrize("every", SAMPLED)
def test_each_row_of_geonames_is_accepted(every: int) -> None:
    """Each place of the source is a place of its postcode, in several spellings."""
    with gzip.open(GEONAMES, "rt", encoding="utf-8", newline="") as file:
        rows = [(row["zipcode"], row["place"]) for row in csv.DictReader(file)]
    rows = [row for row in rows if is_postcode(row[0])][::every]
    assert len(rows) > 16_000 / every
    for postcode, place in rows:
        first = place.split(" ")[0].split("/")[0]
        for typed in (place, place.upper(), fold_name(place), place.replace("-", " "), first):
            assert not is_certain(postcode, typed), (postcode, typed)
        assert other_town(postcode, place) is None, (postcode, place)


@pytest.mark.parametrize(("pairs", "seed"), [(10, 1), pytest.param(250, 2, marks=pytest.mark.ci)])
def test_far_large_cities_are_refused(pairs: int, seed: int) -> None:
    """All large cities are refused in other postcodes, but where a place near has their name."""
    cities = large_cities()
    assert len({town.name for town in cities}) > 75
    pick = random.Random(seed)
    wrong = [
        (code, town.name)
        for town in cities
        for code in pick.sample(CODES, pairs)
        if apart_km(town, code) > 50
    ]
    accepted = [pair for pair in wrong if not is_certain(*pair)]
    assert len(accepted) <= 0.01 * len(wrong), accepted
    for code, name in accepted:
        other = other_town(code, name)
        centre = centres().of(code)
        assert centre is not None
        assert other is None or other.postcodes, (code, name)
        assert has_namesake_near(name, *centre), (code, name)


def has_namesake_near(name: str, lat: float, lon: float) -> bool:
    """Return whether a place within 40 km has a name with the words of another, by brute force."""
    padded = f" {fold_name(name)} "
    points = [
        centre
        for folded, own in postal_names().items()
        if padded in f" {folded} "
        for code, _ in own
        if (centre := centres().of(code))
    ]
    points += [(town.lat, town.lon) for town in towns_named(fold_name(name))]
    return any(great_circle_km(lat, lon, *point) < 40 for point in points)


def test_a_namesake_far_away_is_none_near() -> None:
    """The brute force above can fail: Augsburg has no namesake near Hamburg, Hamm has."""
    assert not has_namesake_near("Augsburg", 53.55, 10.0)
    assert has_namesake_near("Hamm", 53.55, 10.0)


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("80331 Augsburg", "80331 is München; Augsburg has 86150 to 86199: which is right?"),
        ("86150 Berlin", "86150 is Augsburg; Berlin has 10115 to 14199: which is right?"),
        ("68159 Augsburg", "68159 is Mannheim; Augsburg has 86150 to 86199: which is right?"),
        ("berlin 86150", "Berlin has 10115 to 14199"),
        ("86150 Berlin-Mitte", "Berlin has"),
        ("86150 Berlin Mitte", "Berlin has"),
        ("86150 Stadt Berlin", "Berlin has"),
        ("86150 Berlin, Maximilianstr.", "Berlin has"),
        ("86150 Berlin Unter den Linden 5", "Berlin has"),
        ("Maximilianstr. 1, 86150 Berlin", "Berlin has"),
        ("86150 Garmisch-Partenkirchen", "Garmisch-Partenkirchen has 82467: which"),
        ("86150 Neu Ulm", "Neu-Ulm has 89231 to 89233"),
        ("86150 Munich", "has 80331 to"),
        ("80331 Frankfurt a.M.", "80331 is München; Frankfurt has 60306 to 65936"),
        ("60311 Frankfurt (Oder)", "Frankfurt (Oder) has 15230 to 15236"),
        ("80331 Salzburg", "Salzburg is in Austria"),
        ("80331 Wien", "Wien is in Austria"),
        ("80331 Strassburg", "Straßburg is in France"),
    ],
)
def test_a_certain_contradiction_has_both_readings(text: str, right: str) -> None:
    """The error names what the postcode is and what the town has; the hint has both places."""
    with pytest.raises(UsageError) as refusal:
        parse_place(text)
    assert right in str(refusal.value)
    town = str(refusal.value).split(" is ")[1].split(";")[0]
    assert f' {town}" or ' in str(refusal.value.hint)


@pytest.mark.parametrize(
    "text",
    [
        "86150 Augsburg", "86316 Friedberg", "82467 Garmisch-Partenkirchen", "82467 Garmisch",
        "82467 Gap", "86150 Augsburg-Innenstadt", "86199 Augsburg Göggingen", "86150 Augsb.",
        "60311 FFM", "60311 Frankfurt", "15230 Frankfurt", "60311 Frankfurt/Main",
        "91541 Rothenburg o.d.T.", "86941 St. Ottilien", "80331 Mchn", "80331 Muenchen",
        "80331 Munchen", "80331 Munich", "20535 Hamm", "40221 Hamm", "70376 Münster",
        "51065 Mülheim", "21073 Harburg", "50679 Deutz", "12043 Neukölln", "23823 Berlin",
        "59469 Bremen", "06108 Halle (Saale)", "06108 Halle/Saale", "87435 Kempten (Allgäu)",
        "63263 Neuisenburg", "86150 Stadt Augsburg", "86150 Bayern", "86150 Augsburg, Bayern",
        "86150 Maximilianstr., Augsburg", "Berlin, 86150 Augsburg", "86150 Berliner Str",
        "86150 berliner str 4", "86150 Bremen Straße", "86150 Ulmer Str.", "86150 Nirgendwo",
        "56479 Salzburg", "79539 Basel", "68199 Mannheim-Neckarau",
    ],
)  # fmt: skip
def test_what_may_be_right_is_accepted_in_silence(text: str) -> None:
    """Parts, short forms, streets and unknown names are accepted without a word."""
    assert town_doubt(parse_place(text)) is None


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("86199 Göggingen", "86199 is Augsburg; Göggingen has 73571"),
        ("80992 Moosach", "80992 is München; Moosach has 85665"),
        ("86150 Friedberg", "86150 is Augsburg; Friedberg has 86316"),
        ("82008 München", "82008 is Unterhaching; München has 80331 to"),
        ("86150 Bad Tölz", "86150 is Augsburg; Bad Tölz has 83646"),
    ],
)
def test_a_known_name_that_a_part_may_have_is_a_doubt(text: str, right: str) -> None:
    """A small town, or one near the postcode, is accepted with a word for the operator."""
    place = parse_place(text)
    assert place.label == text
    assert str(town_doubt(place)).startswith(f"confirm the place with the caller: {right}")
    assert town_contradiction(place) is None


def test_places_without_a_typed_town_have_no_doubt() -> None:
    """A position, a bare postcode and the name of a named place are not checked."""
    for place in (place_at(48.37, 10.9), place_of_postcode("86150")):
        assert town_doubt(place) is None
    assert town_contradiction(place_of_postcode("86150", "Berlin")) is not None


def test_a_street_behind_the_town_is_not_in_the_label() -> None:
    """Offers show the label as a rough area: neither street nor number is in it."""
    for text, label in (
        ("86150 Augsburg Maximilianstr 1", "86150 Augsburg"),
        ("86150 Augsburg, Am Perlachberg 3 a", "86150 Augsburg"),
        ("86150 berliner str 4", "86150"),
    ):
        assert parse_place(text).label == label


def test_names_folded_at_once_are_those_folded_one_by_one() -> None:
    """Both ways of folding agree on all names of the table."""
    names = [name for _, own in centres().all_towns() for name in own]
    assert fold_names(names) == [fold_name(name) for name in names]


def test_other_codes_and_empty_towns_are_not_checked() -> None:
    """A code without an area and a town without letters give no other town."""
    assert other_town("00001", "Berlin") is None
    assert other_town("86150", " , ") is None
