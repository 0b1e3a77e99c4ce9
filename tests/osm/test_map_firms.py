"""Objects of a map become entries of the provider file, or are skipped with the reason."""

from collections.abc import Mapping

import pytest

from dispatch_cli.catalog.entry_check import problems_of_entries
from dispatch_cli.model.words import EMERGENCY_NUMBERS, EQUIPMENT, SERVICES, VEHICLE_CLASSES
from dispatch_cli.osm.map_firms import MapFirm, firms_on
from dispatch_cli.osm.map_kinds import KINDS, MORE_SERVICES, WANTED, kind_of
from dispatch_cli.osm.map_objects import MapObject


def one(tags: Mapping[str, str], *, lat: float | None = 48.1, radius_km: float = 30) -> MapFirm:
    """Return the only firm of an object."""
    found, skipped = firms_on([MapObject("n7", tags, lat, 11.5)], radius_km)
    assert not skipped, skipped
    return found[0]


def skipped(tags: Mapping[str, str], *, lat: float | None = 48.1) -> str:
    """Return why an object is skipped."""
    found, left = firms_on([MapObject("n7", tags, lat, 11.5)], 30)
    assert not found
    return str(left[0].reason)


def test_the_table_of_kinds_follows_the_closed_sets() -> None:
    """All services and vehicle classes exist; a name, its words and its first tag are unique."""
    assert {each for kind in KINDS for each in kind.services} <= SERVICES.keys()
    assert {each for found in MORE_SERVICES.values() for each in found} <= SERVICES.keys()
    assert {each for kind in KINDS for each in kind.vehicle_classes} <= VEHICLE_CLASSES.keys()
    assert len({kind.name for kind in KINDS}) == len({kind.noun for kind in KINDS}) == len(KINDS)
    tags = [tag for kind in KINDS for tag in kind.tags]
    assert len(set(tags)) == len(tags)
    assert all((kind.why_not is None) != bool(kind.needs or kind.unless) for kind in KINDS)
    assert not EQUIPMENT.keys() & {kind.name for kind in KINDS}


def test_every_kind_makes_a_valid_entry() -> None:
    """With a number, and what the kind needs, an object of each kind is a valid provider."""
    for kind in KINDS:
        tags = {"phone": "+49 89 99998-101", **dict(kind.tags[:1]), "brand": "Opel"}
        tags |= {key: value for key, value in kind.needs[-1:] if value != "*"}
        made = one(tags)
        assert made.kind is kind
        assert problems_of_entries([made.entry]) == {}
        assert made.entry["services"][0] == kind.services[0]


def test_a_workshop_does_not_tow_unless_the_map_says_so() -> None:
    """Further services come from their tags alone."""
    tags = {"shop": "car_repair", "phone": "089 99998-101"}
    assert one(tags).entry["services"] == ["roadside_repair"]
    assert one({**tags, "service:vehicle:towing": "yes"}).entry["services"] == [
        "roadside_repair", "tow",
    ]  # fmt: skip
    assert one({**tags, "service:vehicle:towing": "no"}).entry["services"] == ["roadside_repair"]


@pytest.mark.parametrize("kind", [each for each in KINDS if each.emergency_number])
def test_an_emergency_service_has_its_own_number(kind) -> None:
    """112 or 110, whatever number the map has; its opening hours do not count either."""
    tags = {**dict(kind.tags[:1]), "phone": "089 1", "contact:phone": "+49 89 99998-1",
            "opening_hours": "Mo-Fr 08:00-12:00"}  # fmt: skip
    entry = one(tags).entry
    assert entry["phone"] == EMERGENCY_NUMBERS[kind.services[0]]
    assert not {"phones", "hours"} & entry.keys()
    assert "99998" not in str(entry)


def test_numbers_are_dialled_with_their_country_code() -> None:
    """All numbers of an object in E.164, each once; a text that is none is reported."""
    made = one(
        {"shop": "car_repair", "phone": "089 / 99998-101; (089) 99998-102 ;nur mobil",
         "contact:phone": "+49 89 99998101", "mobile": "0171 3920005"}
    )  # fmt: skip
    assert made.entry["phones"] == ["+498999998101", "+498999998102", "+491713920005"]
    assert made.bad_phones == ("nur mobil",)


def test_hours_are_kept_as_they_stand() -> None:
    """Readable hours are copied; hours that cannot be read stand in the notes."""
    tags = {"shop": "car_repair", "phone": "089 99998-101"}
    text = "Mo,Tu,Th 07:00-17:00, We 07:00-19:00"
    assert one({**tags, "opening_hours": text}).entry["hours"] == text
    made = one({**tags, "opening_hours": "Termin nach Vereinbarung", "addr:city": "Ort"})
    assert "hours" not in made.entry
    assert made.entry["notes"] == "Ort; opening_hours: Termin nach Vereinbarung"
    assert made.bad_hours == "Termin nach Vereinbarung"


def test_a_firm_that_may_not_come_is_on_hold() -> None:
    """The map does not say that a filling station brings fuel: somebody must ask first."""
    for tags, service in (
        ({"amenity": "fuel"}, "fuel_delivery"),
        ({"amenity": "charging_station"}, "ev_charge"),
    ):
        entry = one({**tags, "phone": "089 99998-101"}).entry
        assert entry["services"] == [service]
        assert "ask whether it brings" in entry["on_hold"]["reason"]


@pytest.mark.parametrize(
    ("tags", "reason"),
    [
        ({"shop": "car_repair"}, "no phone number"),
        ({"shop": "car_repair", "phone": "12"}, "no valid phone number"),
        ({"shop": "car_repair", "phone": "112"}, "no valid phone number"),
        ({"amenity": "taxi"}, "no phone number"),
        ({"shop": "car", "phone": "089 99998-1"}, "neither a brand nor a tag for repairs"),
        ({"shop": "motorcycle", "brand": "Louis", "phone": "089 99998-1"}, "no tag for repairs"),
        ({"amenity": "hospital", "emergency": "no"}, "without emergency department"),
        ({"shop": "car_repair", "phone": "089 99998-1", "opening_hours": "closed"}, "for good"),
    ],
)
def test_what_cannot_be_called_or_sent_is_skipped(tags: dict[str, str], reason: str) -> None:
    """Each is counted under its reason."""
    assert reason in skipped(tags)


def test_an_object_without_position_is_skipped() -> None:
    """An open line or a relation of the type site has no place on the ground."""
    assert "no position" in skipped({"shop": "car_repair", "phone": "089 99998-1"}, lat=None)


def test_a_building_and_a_point_in_it_are_one_firm() -> None:
    """Same name and number within 300 m; farther away it is another branch."""
    tags = {"shop": "car_repair", "name": "Huber", "phone": "089 99998-101"}
    at = [
        MapObject("w1", {**tags, "phone": "+498999998101"}, 48.1, 11.5),
        MapObject("n2", tags, 48.101, 11.5),
        MapObject("n3", tags, 48.2, 11.5),
    ]
    found, left = firms_on(at, 30)
    assert [each.entry["id"] for each in found] == ["osm-n2", "osm-n3"]
    assert [(each.id, str(each.reason)) for each in left] == [("osm-w1", "on the map twice")]


def test_names_are_made_where_the_map_has_none() -> None:
    """Brand, operator, else kind and street or postcode; control characters never stay."""
    tags = {"shop": "car_repair", "phone": "089 99998-101"}
    assert one({**tags, "brand": "Bosch"}).entry["name"] == "Bosch"
    assert one({**tags, "addr:street": "Am Ring"}).entry["name"] == "Werkstatt Am Ring"
    assert one(tags).entry["name"].startswith("Werkstatt 8")
    assert one({**tags, "name": "A\x1b[31m\u202eB\nC"}).entry["name"] == "A [31m B C"


def test_brands_are_tags_by_which_clients_prefer() -> None:
    """Each brand is a tag in lower-case ASCII, beside the kind."""
    entry = one({"shop": "car", "brand": "Škoda;Mercedes-Benz", "phone": "089 99998-101"}).entry
    assert entry["tags"] == ["dealer", "skoda", "mercedes-benz"]


def test_an_object_of_two_kinds_is_of_the_first() -> None:
    """Lists of two values are in the filter, in both orders."""
    for value in ("car;car_repair", "car_repair;car"):
        assert ("shop", value) in WANTED
        found = kind_of({"shop": value})
        assert found is not None
        assert found.name == "workshop"
    assert kind_of({"shop": "bakery"}) is None


def test_the_order_does_not_depend_on_that_of_the_map() -> None:
    """By kind, then by id: a second import of the same map writes the same file."""
    tags = {"shop": "car_repair", "phone": "089 99998-10"}
    at = [MapObject(f"n{id}", {**tags, "phone": f"089 99998-1{id:02}"}, 48.1, 11.5 + id / 9)
          for id in (9, 10, 1)]  # fmt: skip
    at.insert(0, MapObject("n2", {"amenity": "police"}, 48.1, 11.5))
    found, _ = firms_on(at, 30)
    assert [each.entry["id"] for each in found] == ["osm-n1", "osm-n9", "osm-n10", "osm-n2"]
    assert found == firms_on(reversed(at), 30)[0]
