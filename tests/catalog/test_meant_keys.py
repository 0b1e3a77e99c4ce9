"""A message names the key or word that was meant, for those that people write instead."""

from pathlib import Path

import pytest

from dispatch_cli.catalog.meant_keys import OTHER_NAMES, meant_key, plain_name
from dispatch_cli.catalog.raw import RawArea, RawControlCentre, RawPhone, RawProvider

from .files import HUBER, open_text, problems_of

KEYS = [
    ('tel = "110"', 'unknown key "tel" (did you mean "phone"?)'),
    ('Telefon = "110"', 'unknown key "Telefon" (did you mean "phone"?)'),
    ('"öffnungszeiten" = "24/7"', 'unknown key "öffnungszeiten" (did you mean "hours"?)'),
    ('"Oeffnungs-Zeiten" = "24/7"', '(did you mean "hours"?)'),
    ('leistungen = ["tow"]', 'unknown key "leistungen" (did you mean "services"?)'),
    ('standort = "86150"', 'unknown key "standort" (did you mean "base"?)'),
    ("fahrzeuge = 2", 'unknown key "fahrzeuge" (did you mean "units"?)'),
    ('plz = ["86150"]', 'unknown key "plz": write area = { postcodes = ["860-865"] }'),
    ("radius = 30", 'unknown key "radius": write area = { radius_km = 30 }'),
    ("lat = 48.3", 'unknown key "lat": write base = { lat = 48.37, lon = 10.89 }'),
    ('on_hold = { grund = "x" }', 'unknown key "grund" in on_hold (did you mean "reason"?)'),
    ('equipment = ["xyz"]', 'unknown piece of equipment "xyz"; allowed: flatbed, winch, crane,'),
    ('vehicle_classes = ["Flugzeug"]',
     'unknown vehicle class "Flugzeug"; allowed: car, motorcycle, van, camper, truck, bus'),
]  # fmt: skip


@pytest.mark.parametrize(("line", "said"), KEYS)
def test_the_key_that_was_meant_is_named(tmp_path: Path, line: str, said: str) -> None:
    """The message has the right key, or the form that it has in an inner table."""
    found = [each for each in problems_of(tmp_path, HUBER + line) if said in each]
    assert len(found) == 1, problems_of(tmp_path, HUBER + line)


def test_postcodes_in_an_area(tmp_path: Path) -> None:
    """In the table where postcodes belong, ``plz`` means that key."""
    text = HUBER.replace("radius_km = 30", 'plz = ["86"]')
    [problem] = problems_of(tmp_path, text)
    assert 'unknown key "plz" in area (did you mean "postcodes"?)' in problem


def test_a_service_without_a_near_word_names_all(tmp_path: Path) -> None:
    """The closed set is listed where no word of it is near."""
    [problem] = problems_of(tmp_path, HUBER.replace('"tow"', '"xyz"'))
    assert 'unknown service "xyz"; allowed: roadside_repair, jump_start, ' in problem
    assert "police" in problem


def test_other_names_are_of_one_key_in_each_table() -> None:
    """No other name is that of two keys of a table, and none is itself a key of it."""
    for shape in (RawProvider, RawArea, RawPhone, RawControlCentre):
        keys = shape.__struct_fields__
        names = [name for key in keys for name in OTHER_NAMES.get(key, ())]
        assert len(names) == len(set(names)), shape
        assert not set(names) & set(map(plain_name, keys)), shape
        for key in keys:
            for name in OTHER_NAMES.get(key, ()):
                assert plain_name(name) == name
                assert meant_key(name.upper(), keys) == key


def test_phones_may_be_texts(tmp_path: Path) -> None:
    """A list of numbers, alone or beside tables, gives the phones in its order."""
    line = 'phones = ["089 99998-207", { number = "110", label = "night" }, "112"]'
    text = HUBER.replace('phone = "089 99998-207"', line)
    [provider] = open_text(tmp_path, text).all()
    assert [(each.number, each.label) for each in provider.phones] == [
        ("+498999998207", ""), ("110", "night"), ("112", ""),
    ]  # fmt: skip


def test_a_text_in_phones_that_is_no_number(tmp_path: Path) -> None:
    """Each text is read like ``phone``."""
    text = HUBER.replace('phone = "089 99998-207"', 'phones = ["112", "0800"]')
    [problem] = problems_of(tmp_path, text)
    assert problem.startswith('providers.toml:5: provider "huber": phone: "0800" is not a valid')
