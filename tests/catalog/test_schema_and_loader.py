"""The JSON Schema and the loader agree on generated files, but for rules that are named here."""

import re
import sys
from copy import deepcopy
from pathlib import Path
from random import Random
from typing import Any

import jsonschema
import pytest
import tomli

from dispatch_cli.catalog.schema import json_schema
from dispatch_cli.catalog.schema_values import EXAMPLES
from dispatch_cli.catalog.schema_words import closed_set
from dispatch_cli.errors import BadDataError
from dispatch_cli.model.words import EQUIPMENT, SERVICES, VEHICLE_CLASSES, composed, fold, lookup

from .files import HUBER, open_text
from .generated_files import change, valid_file
from .test_any_file import FULL, toml

# Rules that JSON Schema cannot express: what the loader says, and a file that shows it.
INEXPRESSIBLE = {
    "a number has a notation": (r"phone: |phone number|valid number|two numbers|digits behind",
                                HUBER.replace("089 99998-207", "0800")),
    "a base has a notation": (r"^(base|place): |\bplace \"|postcode of an area|swapped|position",
                              HUBER.replace("48.3645,10.8928", "99999")),
    "hours have a notation": (r"hours: ", HUBER + 'hours = "Mo-Xx"'),
    "a region has holidays": (r"is not a holiday region", HUBER + 'region = "XY"'),
    "a range of postcodes rises": (r"ends before it begins",
                                   HUBER.replace("radius_km = 30", 'postcodes = ["865-860"]')),
    "a polygon is a file": (r"polygon: ", HUBER.replace("radius_km = 30", 'polygon = "no.json"')),
    "an included path stays in the folder": (r"include: ", f'include = ["/etc/x"]\n{HUBER}'),
    "an included file is valid": (r"there is no such file|not valid TOML", None),
    "a file has a provider, also with include": (r"no provider: ", 'include = ["*.tml"]\n'),
    "an id is unique": (r"the id is in use", HUBER + HUBER),
    "a client is in the file": (r"unknown client", HUBER + 'clients = ["adac"]'),
    "a time zone exists": (r"unknown time zone", f'[ranking]\ntimezone = "Mars"\n{HUBER}'),
    "the kilometres of speed rise": (r"must rise from entry to entry",
                                     f"[ranking]\nspeed = [[9, 30], [9, 60]]\n{HUBER}"),
    "a service comes after one of its plan": (
        r"is not another service of this plan|wait for each other",
        f'[plans.breakdown]\nservices = [{{ service = "tow", after = "taxi" }}]\n{HUBER}'),
    "a word belongs to one plan": (
        r"the word .* belongs to plan",
        '[plans]\nbreakdown = { words = ["x"] }\naccident = { words = ["x"] }\n' + HUBER),
    "a window ends after its start": (
        r"is not after from", f"[[maintenance]]\nfrom = 2026-12-24\nuntil = 2026-12-24\n{HUBER}"),
    "a date is not a text": (r"must be a date or a date and time",
                             HUBER + 'on_hold = { reason = "x", until = "2026-12-01" }'),
    "a local time occurs once": (
        r"occurs twice in|does not exist in",
        HUBER + 'on_hold = { reason = "x", until = 2026-10-25T02:30:00 }'),
    "a whole number has no point": (r"must be a whole number, not a number", HUBER + "units = 2.0"),
    "a number is finite": (r" (nan|inf) ", HUBER + "acceptance = nan"),
    "a URL is valid": (
        r"URL |url ",
        HUBER + '[[provider.check]]\nkind = "http"\nurl = "http://a:b@c.example/"'),
    "a command is a full path": (
        r"is not a full path|NUL character",
        HUBER + '[[provider.check]]\nkind = "command"\ncommand = ["look"]'),
    "a header with a secret refers to it": (
        r"^header |names no (variable|file)",
        HUBER + '[[provider.check]]\nkind = "http"\nurl = "http://c.example/"\n'
        'headers = { Authorization = "x" }'),
    "a reference has host and port": (r"is not HOST:PORT", f'[check]\nreference = "x"\n{HUBER}'),
}  # fmt: skip


@pytest.fixture(scope="module")
def validator() -> jsonschema.Draft202012Validator:
    """Return the schema."""
    return jsonschema.Draft202012Validator(json_schema())


def problems_of(folder: Path, text: str) -> list[str]:
    """List what the loader says of a file, without path and owner."""
    try:
        open_text(folder, text)
    except BadDataError as error:
        return [str(problem.text) for problem in error.problems]
    return []


def unexplained(problems: list[str]) -> list[str]:
    """List the problems that are of none of the rules that JSON Schema cannot express."""
    return [
        each
        for each in problems
        if not any(re.search(said, each) for said, _ in INEXPRESSIBLE.values())
    ]


@pytest.mark.parametrize("files", [100, pytest.param(1000, marks=pytest.mark.ci)])
def test_agreement(tmp_path: Path, validator: jsonschema.Draft202012Validator, files: int) -> None:
    """What loads is valid by the schema; what only the loader refuses breaks a named rule."""
    both_accept = both_refuse = only_the_loader = 0
    for number in range(files):
        random = Random(number)
        file = valid_file(random)
        for _ in range(random.choice([0, 1, 1])):
            change(random, file)
        text = "\n".join(f"{toml(key)} = {toml(value)}" for key, value in file.items())
        problems = problems_of(tmp_path, text)
        faults = [error.message for error in validator.iter_errors(tomli.loads(text))]
        if not problems:
            assert not faults, (number, text, faults)
            both_accept += 1
        elif faults:
            both_refuse += 1
        else:
            assert not unexplained(problems), (number, text, problems)
            only_the_loader += 1
    assert both_accept > files * 0.3
    assert both_refuse > files * 0.3
    assert only_the_loader > files * 0.02


def test_generated_files_are_valid_before_they_are_changed(tmp_path: Path) -> None:
    """The generator makes files that load, so that each change is one that breaks a file."""
    for number in range(30):
        file = valid_file(Random(number))
        text = "\n".join(f"{toml(key)} = {toml(value)}" for key, value in file.items())
        assert problems_of(tmp_path, text) == [], text


@pytest.mark.parametrize("rule", [name for name, (_, text) in INEXPRESSIBLE.items() if text])
def test_each_named_rule_is_one_of_the_loader_alone(
    tmp_path: Path, validator: jsonschema.Draft202012Validator, rule: str
) -> None:
    """The schema accepts the file of each named rule, and the loader refuses it for that rule."""
    said, text = INEXPRESSIBLE[rule]
    assert text is not None
    assert not list(validator.iter_errors(tomli.loads(text)))
    problems = problems_of(tmp_path, text)
    assert problems
    assert all(re.search(said, each) for each in problems), problems


@pytest.fixture(scope="module")
def same() -> dict[str, list[str]]:
    """List the characters of Unicode that the loader reads as each piece of ASCII."""
    found: dict[str, list[str]] = {}
    for code in range(sys.maxunicode + 1):
        character = chr(code)
        if not 0xD800 <= code < 0xE000 and (folded := fold(f"x{character}x")[1:-1]).isascii():
            found.setdefault(folded, []).append(character)
    return found


@pytest.mark.parametrize("words", [SERVICES, EQUIPMENT, VEHICLE_CLASSES])
def test_every_character_that_means_the_same(
    words: dict[str, tuple[str, ...]], same: dict[str, list[str]]
) -> None:
    """A word with any character of Unicode that the loader reads as its letters is valid."""
    valid = jsonschema.Draft202012Validator(closed_set(words)).is_valid
    spellings = 0
    for word in {fold(each) for name, others in words.items() for each in (name, *others)}:
        for folded, characters in same.items():
            for each in characters if folded and folded in word else ():
                spelling = word.replace(folded, each)
                assert composed(spelling) == each or lookup(spelling, words), spelling
                assert valid(spelling), spelling
                spellings += 1
    assert spellings > 200
    assert not valid("xyz")
    assert valid("flatbed") is ("flatbed" in words)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('["tow"]', '["PKW-Bergung"]'),
        ('["tow"]', '["tow "," Tow-"]'),
        ("{ radius_km = 30 }", '"Deutschlands"'),
        ("{ radius_km = 30 }", '{ postcodes = ["86x"] }'),
        ('name = "Abschlepp Huber"', 'name = " "'),
        ('phone = "089 99998-207"', "phones = []"),
        ("30 }", '30 }\n[[provider.check]]\nkind = "tcp"\nhost = "a.b"'),
        ("30 }", '30 }\n[[provider.check]]\nkind = "tls"\nhost = "a"\nstatus = [200]'),
        ("\n[[provider]]", '[plans.own]\nwords = ["x"]\n[[provider]]'),
        ("\n[[provider]]", '[plans.breakdown]\nservices = [""]\n[[provider]]'),
        ("\n[[provider]]", '[clients.none]\nname = "x"\n[[provider]]'),
        ("\n[[provider]]", '[clients.a]\nkind = ""\n[[provider]]'),
        ("\n[[provider]]", '[ranking]\nmethod = ""\n[[provider]]'),
        ("\n[[provider]]", '[clients.a]\nonly_strict = true\n[[provider]]'),
        ("\n[[provider]]", '[coverage]\nservices = ["RTW"]\n[[provider]]'),
        ("\n[[provider]]", '[say.fr]\nask = "x"\n[[provider]]'),
        ("\n[[provider]]", "[ranking]\nspeed_kmh = 5\nspeed = [[1, 1]]\n[[provider]]"),
    ],
)  # fmt: skip
def test_both_refuse(
    tmp_path: Path, validator: jsonschema.Draft202012Validator, old: str, new: str
) -> None:
    """An editor marks what the loader refuses, for each rule that JSON Schema can express."""
    text = HUBER.replace(old, new)
    assert text != HUBER
    assert problems_of(tmp_path, text)
    assert list(validator.iter_errors(tomli.loads(text)))


@pytest.mark.parametrize(
    "line",
    [
        'vehicle_classes = ["PKW", "Krad ", "LKW"]',
        'equipment = ["PLATEAU", "Ladegeraet", "Trailer hitch"]',
    ],
)
def test_words_in_other_spellings(
    tmp_path: Path, validator: jsonschema.Draft202012Validator, line: str
) -> None:
    """Words in capitals, with a blank or without umlauts are valid for both."""
    assert problems_of(tmp_path, HUBER + line) == []
    assert not list(validator.iter_errors(tomli.loads(HUBER + line)))


def test_examples_load(tmp_path: Path, validator: jsonschema.Draft202012Validator) -> None:
    """Each example of the schema stands in a file that loads."""
    (tmp_path / "bavaria").mkdir()
    (tmp_path / "bavaria" / "a.toml").write_text(HUBER.replace('"huber"', '"maier"'))
    whole = tomli.loads(FULL)
    tables = {
        "RawFile": [], "RawRanking": ["ranking"], "RawPrefer": ["clients", "adac", "prefer"],
        "RawPlanEntry": ["plans", "breakdown", "services", 1], "RawPlace": ["places", "Autohof"],
        "RawDesk": ["desk"], "RawLastResort": ["last_resort", "tow"],
        "RawControlCentre": ["control_centre", 0], "RawCheck": ["check"],
        "RawMaintenance": ["maintenance", 0], "RawCoverage": ["coverage"], "RawTravel": ["travel"],
        "RawProvider": ["provider", 0], "RawPhone": ["provider", 0, "phones", 0],
        "RawArea": ["provider", 0, "area"], "RawHold": ["provider", 0, "on_hold"],
        "RawProbe": ["provider", 0, "check", 0],
    }  # fmt: skip
    assert tables.keys() == EXAMPLES.keys()
    for name, keys in EXAMPLES.items():
        for key, values in keys.items():
            for value in values:
                file = deepcopy(whole)
                file["desk"] = {}
                _put(file, [*tables[name], key], value)
                text = "\n".join(f"{toml(each)} = {toml(found)}" for each, found in file.items())
                text = re.sub(r'("from"|"until") = "(\S+)"', r"\1 = \2", _plain(text))
                assert problems_of(tmp_path, text) == [], (name, key)
                assert not list(validator.iter_errors(tomli.loads(text))), (name, key)


def _plain(text: str) -> str:
    """Write the signs that ``toml`` escapes."""
    return re.sub(r"\\U000000([0-9a-f]{2})", lambda found: chr(int(found[1], 16)), text)


def _put(file: dict[str, Any], path: list[str | int], value: object) -> None:
    """Set a value in a file; a phone takes the place of the single number."""
    node: Any = file
    for part in path[:-1]:
        if part == "phones":
            node["phones"] = [{"number": node.pop("phone")}]
        node = node[part]
    if path[-1] in ("phone", "phones") and path[0] == "provider":
        node.pop("phone", None)
    if path[-1] in ("radius_km", "postcodes", "polygon") and "area" in path:
        node.clear()
    node[path[-1]] = value


def test_defaults_are_those_of_the_model() -> None:
    """The schema has the defaults that docs/provider-file.md states."""
    tables = json_schema()["$defs"]
    page = (Path(__file__).parents[2] / "docs" / "provider-file.md").read_text("utf-8")
    stated = 0
    for name in ("RawRanking", "RawProvider", "RawProbe", "RawCheck", "RawClient"):
        for key, described in tables[name]["properties"].items():
            row = re.search(rf"^\| `{key}` \| `?\"?([^|;]*?)\"?`?(;[^|]*)? \|", page, re.MULTILINE)
            if "default" in described and row and row[1] not in ("", "that of the service"):
                shown = described["default"]
                assert str(shown).lower() == row[1].lower(), key
                stated += 1
    assert stated > 20


def test_pairs_are_valid_without_prefix_items() -> None:
    """A validator that ignores prefixItems, as that of taplo, accepts the entries of ``speed``."""
    for table in ("RawRanking", "RawMinutes"):
        speed = json_schema()["$defs"][table]["properties"]["speed"]
        del speed["items"]["prefixItems"]
        valid = jsonschema.Draft202012Validator(speed).is_valid
        assert valid([[10, 35], [1000, 80.5]])
        assert not valid([[10, 35, 1]])
        assert not valid([[0, 35]])


def test_schema_has_an_id_of_its_own() -> None:
    """An editor can keep the schema under its id."""
    assert json_schema()["$id"] == "urn:dispatch:provider-file:1"
