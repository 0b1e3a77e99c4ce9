"""Each mistake in a provider file gives its exact message and its line."""

from pathlib import Path

import pytest

from dispatch_cli.catalog import raw
from dispatch_cli.catalog.rules_reader import MAIN_KEYS
from dispatch_cli.catalog.unknown_keys import is_payment
from dispatch_cli.errors import BadDataError
from dispatch_cli.render.wording import worded
from tests.catalogues import Catalogue, spoken

from .files import HUBER, line_of, open_file, open_text, problems_of, write

ID_RULE = (
    'is not allowed: lower-case letters, digits, "-", "_" and ".", at most 64, '
    "a letter or digit first"
)
NO_PRICE = "price has no place in the ranking: remove this key"

# What is written below the provider "huber", and what is said of it, with the line of that text.
EXTRA = [
    ('servces = ["tow"]', 'unknown key "servces" (did you mean "services"?)'),
    ("colour = 3", 'unknown key "colour"'),
    ("price_eur = 90", f'"price_eur": {NO_PRICE}'),
    ("Stundenpreis = 90", f'"Stundenpreis": {NO_PRICE}'),
    ("kmRate = 2", f'"kmRate": {NO_PRICE}'),
    ("rabatt = 2", f'"rabatt": {NO_PRICE}'),
    ('on_hold = { reason = "x", fee = 2 }', f'"fee": {NO_PRICE}'),
    ("units = 2.5", "units must be a whole number, not a number (2.5)"),
    ("units = -1", "units -1 is not between 0 and 1000"),
    ("units = true", "units must be a whole number, not true"),
    ('units = "2"', 'units must be a whole number, not text "2"'),
    ("units = 1001", "units 1001 is not between 0 and 1000"),
    (f"units = {10**30}", "units of more than 15 digits is not between 0 and 1000"),
    ("acceptance = 1.01", "acceptance 1.01 is not between 0 and 1"),
    ("acceptance = nan", "acceptance nan is not between 0 and 1"),
    ("answer_min = -0.5", "answer_min -0.5 must be at least 0 and below 1440"),
    ("answer_min = inf", "answer_min inf must be at least 0 and below 1440"),
    ("turnout_min = 1440", "turnout_min 1440 must be at least 0 and below 1440"),
    ("max_weight_t = 0", "max_weight_t 0 must be above 0 and at most 1000"),
    ("max_height_m = nan", "max_height_m nan must be above 0 and at most 20"),
    ("height_m = 1e999", "height_m inf must be above 0 and at most 20"),
    ("seats = -1", "seats -1 is not between 0 and 100"),
    ('pets = "yes"', 'pets must be true or false, not text "yes"'),
    ("tags = 5", "tags must be a list, not a whole number (5)"),
    ("tags = [5]", "entry 1 of tags must be text, not a whole number (5)"),
    ('tags = ["Bavaria"]', f'tag "Bavaria" {ID_RULE}'),
    ('vehicle_classes = ["cars"]', 'unknown vehicle class "cars" (did you mean "car"?)'),
    ('equipment = ["winsch"]', 'unknown piece of equipment "winsch" (did you mean "winch"?)'),
    ('clients = ["adac"]', 'unknown client "adac"'),
    ('region = "XY"', '"XY" is not a holiday region; allowed: '),
    ('hours = "Mo-Xx"', 'hours: column 4: "Xx" is not a day, month, time or state'),
    ("on_hold = {}", "reason is missing in on_hold"),
    (
        'on_hold = { reason = "x", until = "2026-12-01" }',
        "until: must be a date or a date and time, without quotes",
    ),
    (
        'on_hold = { reason = "x", until = 2026-10-25T02:30:00 }',
        "until: 2026-10-25 02:30:00 occurs twice in Europe/Berlin: "
        "write 2026-10-25T02:30:00+02:00 or 2026-10-25T02:30:00+01:00",
    ),
    (
        'on_hold = { reason = "x", until = 2027-03-28T02:30:00 }',
        "until: 2027-03-28 02:30:00 does not exist in Europe/Berlin",
    ),
    ('phones = [{ number = "112" }]', "both phone and phones: write one of them"),
    (f'notes = "{"x" * 5001}"', "notes has 5001 characters, allowed are 5000"),
]

# What replaces a line of the provider "huber", and what is said of that line.
REPLACED = [
    ("id", "id = 5", "id must be text, not a whole number (5)"),
    ("id", 'id = "Huber"', f'id "Huber" {ID_RULE}'),
    ("id", f'id = "{"h" * 65}"', ID_RULE),
    ("id", "", "id is missing"),
    ("name", 'name = "  "', "name is empty"),
    ("name", "", "name is missing"),
    ("phone", "", "phone is missing: a provider needs at least one number"),
    ("phone", 'phone = "0800"', "phone: "),
    ("phone", 'phones = [{ label = "night" }]', "number is missing in entry 1 of phones"),
    ("phone", 'phones = [{ number = "112", hours = "x" }]', 'hours: column 1: "x" is not a day'),
    ("services", 'services = ["toww"]', 'unknown service "toww" (did you mean "tow"?)'),
    ("services", 'services = ["Abschlepen"]', '(did you mean "Abschleppen"?)'),
    ("services", "services = []", "services is empty: name at least one"),
    ("services", 'services = "tow"', 'services must be a list, not text "tow"'),
    ("services", "", "services is missing"),
    ("base", "base = { lat = 515.0, lon = 10.8 }", "lat 515.0 is not between -90 and 90"),
    ("base", "base = { lat = 48.3, lon = nan }", "lon nan is not between -180 and 180"),
    ("base", "base = { lat = 48.3 }", "lon is missing in base"),
    ("base", "base = { lat = 10.9, lon = 48.3 }", "are latitude and longitude swapped?"),
    ("base", 'base = "99999"', 'base: place "99999": 99999 is not the postcode of an area'),
    ("base", "base = [48, 10]", "base must be text or a table, not a list"),
    ("base", "", "base is missing"),
    ("area", "area = { radius_km = 0 }", "radius_km 0 must be above 0 and at most 1000"),
    ("area", "area = { radius = 5 }", 'unknown key "radius" in area (did you mean "radius_km"?)'),
    ("area", 'area = "lechland"', 'area "lechland" is unknown: "country", or a table with'),
    (
        "area",
        'area = { radius_km = 5, postcodes = ["86"] }',
        "area needs exactly one of radius_km, postcodes and polygon, not radius_km and postcodes",
    ),
    ("area", "area = {}", "not none of them"),
    ("area", 'area = { postcodes = ["865-860"] }', 'postcodes: "865-860" ends before it begins'),
    ("area", 'area = { postcodes = ["86x"] }', 'postcodes: "86x" is not a postcode range'),
    ("area", "area = { postcodes = [] }", "postcodes is empty: name at least one"),
    ("area", 'area = { polygon = "no.json" }', "polygon: no.json: there is no such file"),
    ("area", 'area = { polygon = "../x" }', '"../x" leads out of the folder of the main file'),
    ("area", 'area = { polygon = "/etc/x" }', '"/etc/x" leads out of the folder of the main file'),
    ("area", 'area = { polygon = "" }', "polygon: the path is empty"),
    ("area", "", "area is missing"),
]

# The text before the provider, the owner, and the problem.
MAIN = [
    ("rankin = 1", "", 'unknown key "rankin" (did you mean "ranking"?)'),
    ("kosten = 1", "", f'"kosten": {NO_PRICE}'),
    ("ranking = []", "[ranking]", "it must be a table, not a list"),
    ("ranking.detour = 0.9", "[ranking]", "detour 0.9 is not between 1 and 10"),
    ("ranking.fallback_min = inf", "[ranking]", "fallback_min inf must be above 0 and at most"),
    ("ranking.speed_kmh = 0", "[ranking]", "speed_kmh 0 must be above 0 and at most 300"),
    ("ranking.speed = []", "[ranking]", "speed is empty"),
    ("ranking.speed = [[1]]", "[ranking]", "entry 1 of speed must have 2 entries, not 1"),
    ("ranking.speed = [[5, 0]]", "[ranking]", "entry 2 of entry 1 of speed 0 must be above 0"),
    ("ranking.speed = [[9, 30], [9, 60]]", "[ranking]", "the kilometres in speed must rise"),
    (
        "ranking = { speed = [[9, 30]], speed_kmh = 50 }",
        "[ranking]",
        "both speed and speed_kmh: write one of them",
    ),
    ('ranking.timezone = "Mars"', "[ranking]", 'unknown time zone "Mars"'),
    ('ranking.timezone = "/etc"', "[ranking]", 'unknown time zone "/etc"'),
    (
        'ranking.method = "indx"',
        "[ranking]",
        'unknown method "indx": index, time-bands, nearest (did you mean "index"?)',
    ),
    ("ranking.price_weight = 1", "[ranking]", f'"price_weight": {NO_PRICE}'),
    ("ranking.service.toww = {}", "[ranking]", 'unknown service "toww" (did you mean "tow"?)'),
    ("ranking.service.tow.acceptance = 2", "[ranking]", "acceptance 2 is not between 0 and 1"),
    ("clients = 5", "", "clients must be tables like [clients.NAME]"),
    ("clients.none = {}", 'client "none"', '"none" means no client'),
    ("clients.ADAC = {}", 'client "ADAC"', f'client "ADAC" {ID_RULE}'),
    ("clients.a.only_strict = true", 'client "a"', "only_strict needs a list in only"),
    ("clients.a.discount = 3", 'client "a"', f'"discount": {NO_PRICE}'),
    ("clients.a.prefer.tag = []", 'client "a"', 'unknown key "tag" in prefer'),
    ("plans.Foo = { services = ['tow'] }", 'plan "Foo"', 'kind "Foo" is not allowed'),
    (
        "plans.breakdwn = {}",
        'plan "breakdwn"',
        'services is missing: "breakdwn" is not a built-in kind (did you mean "breakdown"?)',
    ),
    ("plans.x.services = ['tww']", 'plan "x"', 'unknown service "tww" (did you mean "tow"?)'),
    (
        "plans.x.services = [{ service = 'tow', when = ['injurd'] }]",
        'plan "x"',
        'unknown condition "injurd" in when (did you mean "injured"?)',
    ),
    (
        "plans.x.services = [{ service = 'tow', equipment = ['crane', ['dolly']] }]",
        'plan "x"',
        'unknown piece of equipment "dolly" (did you mean "dollies"?)',
    ),
    (
        "plans.x.services = [{ service = 'tow', after = 'lockout' }]",
        'plan "x"',
        'tow comes after "lockout", which is not another service of this plan',
    ),
    (
        "plans.x.services = [{ service = 'tow', after = 'lockout' },"
        " { service = 'lockout', after = 'tow' }]",
        'plan "x"',
        "these services wait for each other, so that none is ever offered: tow, lockout",
    ),
    (
        "plans.x.services = ['fire', { service = 'tow', after = 'fire' }]",
        'plan "x"',
        "no service comes after fire, which is called at once",
    ),
    ("plans.x.services = [{}]", 'plan "x"', "service is missing in entry 1 of services"),
    ("plans.x = { services = ['tow'], words = [' '] }", 'plan "x"', "a word is empty"),
    ('places.x = "nowhere"', 'place "x"', 'place "nowhere": not understood (write a position'),
    ("places.x = 5", 'place "x"', "must be text or a table with at"),
    ("places.x = {}", 'place "x"', "at is missing"),
    ('places." " = "86150"', 'place " "', "the name of the place is empty"),
    ("places = []", "", "places must be tables like [places.NAME]"),
    (
        'last_resort.toww = { phone = "110", text = "x" }',
        'last_resort "toww"',
        'unknown service "toww" (did you mean "tow"?)',
    ),
    ('last_resort.tow = { phone = "110" }', 'last_resort "tow"', "text is missing"),
    (
        'control_centre = [{ name = "x", phone = "112", postcodes = [] }]',
        'control_centre "x"',
        "postcodes is empty: name at least one",
    ),
    (
        "plans = { a = { services = ['tow'], words = ['Ö'] }, "
        "b = { services = ['tow'], words = ['oe'] } }",
        'plan "b"',
        'the word "oe" belongs to plan "a"',
    ),
    ("control_centre = {}", "", "control_centre must be tables like [[control_centre]]"),
    ("control_centre = [{}]", "control_centre number 1", "postcodes is missing"),
    ('include = ["../*.toml"]', "", 'include: "../*.toml" leads out of the folder'),
    ('include = ["/etc/*.toml"]', "", 'include: "/etc/*.toml" leads out of the folder'),
    (r'include = ["a\u0000"]', "", "include: the pattern contains a NUL character"),
    ('include = "a.toml"', "", 'include must be a list, not text "a.toml"'),
]


@pytest.mark.parametrize(("line", "said"), EXTRA)
def test_key_added(tmp_path: Path, line: str, said: str) -> None:
    """A wrong key of a provider is reported with file, line, provider and allowed values."""
    text = f"{HUBER}{line}\n"
    found = problems_of(tmp_path, text)
    start = f'providers.toml:{line_of(text, line)}: provider "huber": '
    assert any(problem.startswith(start) and said in problem for problem in found), found


@pytest.mark.parametrize(("key", "line", "said"), REPLACED)
def test_key_replaced(tmp_path: Path, key: str, line: str, said: str) -> None:
    """A wrong value in place of a right one is reported once, at its line."""
    old = next(row for row in HUBER.splitlines() if row.startswith(f"{key} ="))
    text = HUBER.replace(old, line)
    found = problems_of(tmp_path, text)
    at = line_of(text, line) if line else line_of(text, "[[provider]]")
    assert len(found) == 1, found
    assert found[0].startswith(f"providers.toml:{at}: provider ")
    assert said in found[0]


@pytest.mark.parametrize(("line", "who", "said"), MAIN)
def test_main_table(tmp_path: Path, line: str, who: str, said: str) -> None:
    """A wrong key outside the providers is reported at its line, with its table."""
    found = problems_of(tmp_path, f"# first line\n{line}\n{HUBER}")
    start = f"providers.toml:2: {who}: " if who else "providers.toml:2: "
    assert any(problem.startswith(start) and said in problem for problem in found), found


def test_design_example(tmp_path: Path) -> None:
    """Each error names file, line and provider, and the hint says what to do."""
    text = HUBER.replace('"48.3645,10.8928"', "{ lat = 515.0, lon = 10.8 }") + "servces = []\n"
    with pytest.raises(BadDataError) as caught:
        open_text(tmp_path, text)
    file = tmp_path / "providers.toml"
    assert str(caught.value).splitlines() == [
        f'{file}:7: provider "huber": lat 515.0 is not between -90 and 90',
        f'{file}:9: provider "huber": unknown key "servces" (did you mean "services"?)',
    ]
    assert str(caught.value.hint) == 'run "dispatch providers validate" after the fix'


def test_all_at_once(tmp_path: Path) -> None:
    """Every problem of every table of every file is in one report, in the order of the files."""
    write(tmp_path, HUBER.replace("tow", "toww") + "units = -1\n", "sub/b.toml")
    write(tmp_path, "[clients]\n" + HUBER.replace("huber", "Huber"), "sub/c.toml")
    write(tmp_path, "x = [", "sub/d.toml")
    main = f'include = ["sub/*.toml"]\nranking.detour = 0\n{HUBER}price = 1\n'
    assert problems_of(tmp_path, main) == [
        "providers.toml:2: [ranking]: detour 0 is not between 1 and 10",
        f'providers.toml:11: provider "huber": "price": {NO_PRICE}',
        'sub/b.toml:3: provider "huber": the id is in use: providers.toml:5 has it, too',
        'sub/b.toml:6: provider "huber": unknown service "toww" (did you mean "tow"?)',
        'sub/b.toml:9: provider "huber": units -1 is not between 0 and 1000',
        "sub/c.toml:1: clients belongs in the main file: "
        "an included file contains [[provider]] only",
        f'sub/c.toml:4: provider "Huber": id "Huber" {ID_RULE}',
        "sub/d.toml:1: not valid TOML, column 5: the [ of line 1 is not closed: write ]",
    ]


def test_duplicate_id_names_both_places(tmp_path: Path) -> None:
    """Of two equal ids in one file the second is the error, and it names the line of the first."""
    assert problems_of(tmp_path, HUBER + HUBER) == [
        'providers.toml:11: provider "huber": the id is in use: providers.toml:3 has it, too'
    ]


BROKEN = """
[[provider]]
id = "p{0}"
name = "Firma {0}"
phone = "089 99998-114"
services = ["tow"]
base = "86150"
area = {{ radius_km = 30 }}
servces = ["tow"]
units = -1
"""


@pytest.mark.parametrize("many", [400, pytest.param(100_000, marks=pytest.mark.ci)])
def test_of_many_problems_the_first_are_named_and_the_others_counted(
    tmp_path: Path, many: int
) -> None:
    """A mistake in every entry gives 50 lines and the number of the others."""
    wrong_plan = '[plans.x]\nservices = ["toww"]\n'
    text = "".join(BROKEN.format(number) for number in range(many)) + wrong_plan
    found = problems_of(tmp_path, text)
    expected = [
        said
        for number in range(25)
        for said in (
            f'providers.toml:{10 * number + 9}: provider "p{number}": '
            'unknown key "servces" (did you mean "services"?)',
            f'providers.toml:{10 * number + 10}: provider "p{number}": '
            "units -1 is not between 0 and 1000",
        )
    ]
    assert found == [*expected, f"and {2 * many - 49:,} more"]


def test_fifty_problems_are_all_named(tmp_path: Path) -> None:
    """Up to the limit every problem is reported, and equal problems once."""
    text = "".join(BROKEN.format(number) for number in range(25))
    assert len(problems_of(tmp_path, text)) == 50
    assert problems_of(tmp_path, text)[-1].endswith("units -1 is not between 0 and 1000")
    twice = problems_of(tmp_path, HUBER.replace('["tow"]', '["toww", "toww"]'))
    assert len(twice) == 1


def test_the_earliest_lines_are_named_wherever_they_stand(tmp_path: Path) -> None:
    """A wrong key of the main table before a thousand wrong providers is the first problem."""
    providers = "".join(BROKEN.format(number) for number in range(200))
    for name in ("b.toml", "c.toml"):
        (tmp_path / name).write_text(providers.replace('"p', f'"{name[0]}'), encoding="utf-8")
    main = 'rankin = 1\ninclude = ["b.toml", "c.toml"]\n' + HUBER
    found = problems_of(tmp_path, main)
    assert found[0].startswith('providers.toml:1: unknown key "rankin"')
    assert [one.partition(":")[0] for one in found[1:50]] == ["b.toml"] * 49
    assert found[50:] == ["and 751 more"]


def test_no_provider(tmp_path: Path) -> None:
    """A file without providers is an error, empty or not."""
    said = ["providers.toml: no provider: write at least one [[provider]]"]
    assert problems_of(tmp_path, "") == said
    assert problems_of(tmp_path, "[ranking]\n") == said
    assert problems_of(tmp_path, "provider = []\n") == said


def test_no_known_key_is_called_a_payment() -> None:
    """No key of the provider file is a payment key."""
    structs = [value for value in vars(raw).values() if hasattr(value, "__struct_fields__")]
    keys = {key for struct in structs for key in struct.__struct_fields__}
    assert keys > set(MAIN_KEYS)
    assert not [key for key in keys if is_payment(key)]


@pytest.mark.parametrize(
    "key",
    ["price", "cost", "fee", "rate", "tariff", "eur", "discount", "commission", "preis", "kosten",
     "gebuehr", "Gebühr", "tarif", "hourly-rate", "km_eur", "GrundPreis", "€", "callOutFee"],
)  # fmt: skip
def test_payment_keys(tmp_path: Path, key: str) -> None:
    """A payment key of any kind is refused with the sentence that price has no place here."""
    (found,) = problems_of(tmp_path, f'{HUBER}"{key}" = 1\n')
    assert found == f'providers.toml:9: provider "huber": "{key}": {NO_PRICE}'


def test_problems_and_warnings_are_worded_in_another_language(tmp_path: Path) -> None:
    """Templates and the messages inside them are translated, also from the compiled form."""
    german = {
        "unknown key {key}{guess}": "unbekannter Schlüssel {key}{guess}",
        ' (did you mean "{first}"?)': " (meinten Sie „{first}“?)",
        "{owner}: {warning}": "{owner}: {warning}",
        "has the number {phone} of provider {other}: one firm twice?": "Nummer von {other}",
    }
    with spoken(Catalogue(german)):
        with pytest.raises(BadDataError) as caught:
            open_text(tmp_path, f"{HUBER}servces = []\n")
        (problem,) = caught.value.problems
        assert worded(problem).endswith('unbekannter Schlüssel "servces" (meinten Sie „services“?)')
        main = write(tmp_path, HUBER + HUBER.replace('"huber"', '"lech"'))
        for _ in range(2):
            warnings = map(worded, open_file(main, tmp_path / "cache").warnings)
            assert 'provider "lech": Nummer von "huber"' in warnings
