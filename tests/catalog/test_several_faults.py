"""All faults of one provider, and of one key, are in one report: none hides another."""

import json
from pathlib import Path

import pytest

from .files import HUBER, problems_of, write

# A line that replaces the one with its key, or is added, and all that is said of it.
SEVERAL = [
    (
        'area = { postcodes = ["86x", "86150", "865-860", "x"] }',
        ['postcodes: "86x" is not a postcode range', '"865-860" ends before it begins',
         '"x" is not a postcode range'],
    ),
    (
        'area = { radius_km = 0, postcodes = ["86x"], polygon = "no.json", radius = 1 }',
        ["radius_km 0 must be above 0", '"86x" is not a postcode range', "no.json: there is no",
         'unknown key "radius" in area', "area needs exactly one of"],
    ),
    (
        'area = { postcodes = [86150, "86x"] }',
        ["entry 1 of postcodes must be text", '"86x" is not a postcode range'],
    ),
    (
        'base = { lat = "48", lon = 200, x = 1 }',
        ["lat must be a number", "lon 200 is not between", 'unknown key "x" in base'],
    ),
    ("base = { lat = 95 }", ["lat 95 is not between -90 and 90", "lon is missing in base"]),
    (
        'services = ["toww", 5, "tow", "lockot"]',
        ['unknown service "toww"', "entry 2 of services must be text", 'unknown service "lockot"'],
    ),
    (
        'phones = [{ number = "0800", hours = "x", labl = "a" }, { label = "b" }, 5]',
        ["both phone and phones", "phone: ", 'hours: column 1: "x"', 'unknown key "labl"',
         "number is missing in entry 2 of phones", "entry 3 of phones must be text or a table"],
    ),
    (
        'on_hold = { reasn = "x", until = "2026-12-01" }',
        ['unknown key "reasn" in on_hold', "reason is missing in on_hold", "until: must be a date"],
    ),
    (
        'check = [{ kind = "htp", host = "x y", port = 0, command = ["look"] }, 5]',
        ['unknown kind "htp"', 'host "x y" is neither', "port of entry 1 0 is not between",
         'command "look" is not a full path', "entry 2 of check must be a table"],
    ),
    (
        'check = [{ kind = "sip", url = "x", host = "a", port = 5060, status = [99, 1000] }]',
        ['url "x" is not sip:', "both url and host", "both url and port", "status is not a key",
         "entry 1 of status of entry 1 99 is not", "entry 2 of status of entry 1 1000 is not"],
    ),
    (
        'check = [{ kind = "http", url = "ftp://u:p@x", headers = { "a b" = "ü", Token = "t" } }]',
        ['URL "ftp://u:p@x" is not http', "the URL contains a password",
         'header "a b" is not a name', 'header "a b" contains', 'header "Token" contains'],
    ),
    (f"check = [{', '.join(['{ kind = 5 }'] * 9)}]", ["check has 9 entries, allowed are 8",
                                                      "kind of entry 8 must be text"]),
    ('tags = ["A", "b", "C", 5]', ['tag "A" is', 'tag "C" is', "entry 4 of tags must be text"]),
    ('clients = ["x", "y"]', ['unknown client "x"', 'unknown client "y"']),
    ("acceptance = 2\nanswer_min = -1\nunits = 2.5\nseats = true",
     ["acceptance 2 is not", "answer_min -1 must", "units must be a", "seats must be a"]),
]  # fmt: skip


@pytest.mark.parametrize(("line", "said"), SEVERAL)
def test_all_faults_of_a_key_are_named(tmp_path: Path, line: str, said: list[str]) -> None:
    """Each fault of a key is a problem of its own, beside any other faults."""
    key = line.partition(" =")[0]
    kept = [each for each in HUBER.splitlines() if not each.startswith(f"{key} =")]
    found = problems_of(tmp_path, "\n".join([*kept, line, ""]))
    for each in said:
        assert sum(each in problem for problem in found) == 1, (each, found)
    assert len(found) >= len(said)


def test_a_fault_in_each_key_of_a_provider(tmp_path: Path) -> None:
    """A provider with a fault in each of its keys has one problem for each of them."""
    write(tmp_path, json.dumps({"type": "Polygon", "coordinates": [[[1, 2]]]}), "p.json")
    lines = {
        "id": '"Huber"', "name": '" "', "phone": "089", "services": '["x"]', "base": '"99999"',
        "area": '{ polygon = "p.json" }', "hours": '"Mo-Xx"', "region": '"XY"', "units": "-1",
        "vehicle_classes": '["x"]', "max_weight_t": "0", "max_height_m": '"2"', "height_m": "99",
        "seats": "true", "pets": '"ja"', "equipment": '["x"]', "clients": '["x"]', "tags": '["X"]',
        "turnout_min": "-1", "acceptance": "2", "answer_min": "nan", "notes": "5", "price": "3",
        "on_hold": "{ until = 5 }", "check": '[{ kind = "x" }]',
    }  # fmt: skip
    lines["phone"] = '"0800"'
    text = "[[provider]]\n" + "".join(f"{key} = {value}\n" for key, value in lines.items())
    found = problems_of(tmp_path, text)
    numbers = [int(problem.split(":")[1]) for problem in found]
    assert set(numbers) == set(range(2, len(lines) + 2))


def test_a_wrong_entry_keeps_the_numbers_and_lines_of_the_others(tmp_path: Path) -> None:
    """Of three checks the second is not a table; the third is named at its own line."""
    check = '[[provider.check]]\nkind = "{}"\nhost = "{}"\n'
    text = (
        HUBER + check.format("tls", "a b") + check.format("tls", "ok") + check.format("tl", "cd ")
    )
    text = text.replace('host = "ok"', "host = 5")
    assert [problem.split(": ", 2)[0::2] for problem in problems_of(tmp_path, text)] == [
        ["providers.toml:11", 'host "a b" is neither a name nor an address'],
        ["providers.toml:14", "host of entry 2 must be text, not a whole number (5): write it in "
         "quotes"],
        ["providers.toml:16", 'unknown kind "tl" of check: http, tcp, tls, dns, content, sip, '
         'command (did you mean "tls"?)'],
        ["providers.toml:17", 'host "cd " is neither a name nor an address'],
    ]  # fmt: skip


def test_a_table_in_single_brackets_is_checked_as_well(tmp_path: Path) -> None:
    """The brackets are one problem, and each wrong key of the table is one at its own line."""
    text = HUBER.replace("[[provider]]", "[provider]").replace('["tow"]', '["toww"]')
    assert problems_of(tmp_path, text) == [
        "providers.toml:2: provider must be tables like [[provider]], in double brackets",
        'providers.toml:6: provider "huber": unknown service "toww" (did you mean "tow"?)',
    ]
