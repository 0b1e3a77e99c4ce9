"""The rows of a spreadsheet of firms become entries, with columns in German and English."""

import re
from pathlib import Path

import pytest

from dispatch_cli.catalog.new_entries import EntryChecker
from dispatch_cli.errors import BadDataError, SentenceError, UsageError
from dispatch_cli.provider_lists.entry_cells import read_area, read_list, read_number
from dispatch_cli.provider_lists.list_columns import (
    find_columns,
    parse_named,
    parse_names,
    score,
)
from dispatch_cli.provider_lists.read_firms import FirmList, read_firms
from dispatch_cli.provider_lists.usual_columns import SHOWN_NAMES, USUAL_NAMES, key_of
from dispatch_cli.records.open_records import open_records

from ..catalog.files import HUBER, write

GERMAN = """\
Firma;Telefon;Mobil;PLZ;Ort;Leistungen;Umkreis (km);Öffnungszeiten;Gewicht (t);Bemerkung;Preis
Lech GmbH;089 99998-201;089 99998-202;86150;Augsburg;Abschleppen, Pannenhilfe;30;24/7;2,8;nachts;9
Müller & Söhne;089 99998-203;;86199;;Bergung / Abschleppen;25,5 km;;;;
;;;;;;;;;;
"""
ENGLISH = """\
name,phone,services,lat,lon,postcodes,units,equipment
Lech,089 99998-201,tow; jump start,"48.36","10.89","860-865, 86720",2,"winch, Plateau"
"""


def firms(
    folder: Path, text: str | bytes, columns: str = "", ignored: str = "", **defaults: object
) -> tuple[FirmList, tuple[str, ...]]:
    """Read a list beside a provider file with the firm "huber"; also the columns left out."""
    main = write(folder, HUBER)
    path = write(folder, text, "list.csv")
    with open_records(str(path), score=score) as records:
        names = records.rows.columns or ()
        found = find_columns(names, parse_named(columns), defaults, parse_names(ignored))
        checker = EntryChecker(main, "option")
        return read_firms(records, found, defaults, checker, shown="list.csv"), found.left_out


def test_german_columns(tmp_path: Path) -> None:
    """Two numbers, postcode with town, a comma in numbers, and an id of the name."""
    found, left_out = firms(tmp_path, GERMAN, ignored="Preis")
    assert found.problems == ()
    assert found.unread == ()
    assert left_out == ("Preis",)
    first, second = found.entries
    assert first == {
        "id": "lech-gmbh", "name": "Lech GmbH", "phones": ["089 99998-201", "089 99998-202"],
        "services": ["Abschleppen", "Pannenhilfe"], "base": "86150 Augsburg",
        "area": {"radius_km": 30}, "hours": "24/7", "max_weight_t": 2.8, "notes": "nachts",
    }  # fmt: skip
    assert second == {
        "id": "mueller-soehne", "name": "Müller & Söhne", "phone": "089 99998-203",
        "services": ["Bergung", "Abschleppen"], "base": "86199", "area": {"radius_km": 25.5},
    }  # fmt: skip


def test_english_columns(tmp_path: Path) -> None:
    """Keys as names of columns, coordinates in two, postcodes as the area."""
    [entry] = firms(tmp_path, ENGLISH)[0].entries
    assert entry["base"] == "48.36,10.89"
    assert entry["area"] == {"postcodes": ["860-865", "86720"]}
    assert entry["equipment"] == ["winch", "Plateau"]
    assert entry["units"] == 2


@pytest.mark.parametrize(
    ("head", "cells", "said"),
    [
        ("PLZ;Breite;Länge", "86150;48,36;", 'column "Breite": has a value, but no cell has lon;'),
        ("PLZ;Breite;Länge", "86150;-;10,89", 'column "Länge": has a value, but no cell has lat;'),
        ("PLZ;lat", "86150;48.36", 'column "lat": has a value, but no cell has lon;'),
        ("Breite;Länge", ";10,89", 'column "Länge": has a value, but no cell has lat;'),
        ("PLZ;Breite;Länge", "86150;48,36;10,89", ""),
        ("PLZ;Breite;Länge", "86150;;", ""),
        ("Adresse;Breite;Länge", "86150;48,36;", 'column "Breite": has a value, but no cell has'),
    ],
)
def test_half_a_position_is_not_passed_over(
    tmp_path: Path, head: str, cells: str, said: str
) -> None:
    """A latitude without a longitude refuses its row, also where there is a postcode."""
    text = f"Firma;Telefon;{head}\nA;089 99998-201;{cells}\n"
    found, _ = firms(tmp_path, text, services=["tow"], area="country")
    if not said:
        assert (found.problems, len(found.entries)) == ((), 1)
        return
    [problem] = map(str, found.problems)
    assert problem.startswith(f'list.csv:2: provider "A": {said}')
    if "PLZ" in head:
        assert problem.endswith(" leave both out with --columns lat=,lon=")
        found, _ = firms(tmp_path, text, "lat=,lon=", services=["tow"], area="country")
        assert [each["base"] for each in found.entries] == ["86150"]


def test_each_bad_row_has_its_line_and_reason(tmp_path: Path) -> None:
    """A row that is not read is named by its line in the file, its firm and the reason."""
    text = (
        "Firma;Telefon;PLZ;Leistungen;Umkreis;Kennung\n"
        "Gut;089 99998-201;86150;Abschleppen;30;\n"
        "Nummer;12;86150;Abschleppen;30;\n"
        '"Zwei\nZeilen";089 99998-202;86150;Abschlepen;30;\n'
        "Ort;089 99998-203;99999;Abschleppen;30;\n"
        "Umkreis;089 99998-204;86150;Abschleppen;weit;\n"
        "Kennung;089 99998-205;86150;Abschleppen;30;huber\n"
        "Gut;(089) 99998-201;86150;Bergung;30;\n"
        "Kurz;089\n"
    )
    found, _ = firms(tmp_path, text)
    assert [entry["name"] for entry in found.entries] == ["Gut"]
    said = [str(problem) for problem in found.problems]
    expected = [
        'list.csv:3: provider "Nummer": column "Telefon": "12" is not',
        "list.csv:4: ",
        'list.csv:6: provider "Ort": column "PLZ": ',
        'list.csv:7: provider "Umkreis": column "Umkreis": "weit" is not a number such as 30 km',
        'list.csv:8: provider "Kennung": the id "huber" is in use',
        'list.csv:9: provider "Gut": a provider with this name and number is already there',
        "list.csv:10: ",
    ]
    assert all(each.startswith('list.csv:10: provider "Kurz": ') for each in said[6:])
    for problem, beginning in zip(said[:7], expected, strict=True):
        assert problem.startswith(beginning), (problem, beginning)
    assert 'unknown service "Abschlepen" (did you mean "Abschleppen"?)' in said[1]


HEAD = "Firma;Telefon;Mobil;PLZ;Leistungen;Umkreis"
FIRM = "A;089 99998-201;;86150;tow;30"


@pytest.mark.parametrize(
    ("column", "cell", "weight_t"),
    [
        ("zul. Gewicht", "3,5 t", 3.5), ("zulässiges Gesamtgewicht", "7,5", 7.5), ("zGG", "40", 40),
        ("zGM", "2.800 kg", 2.8), ("max. Gewicht", "40.000 kg", 40), ("Gewicht (kg)", "3500", 3.5),
        ("max. Gewicht in kg", "3.500", 3.5), ("Gewichtsgrenze [t]", "18", 18),
        ("weight limit", "3.5 t", 3.5), ("max_weight_t", "7.5", 7.5),
    ],
)  # fmt: skip
def test_a_weight_limit_is_never_lost(
    tmp_path: Path, column: str, cell: str, weight_t: float
) -> None:
    """The usual names of a permitted weight are understood, with the unit in the name."""
    found, _ = firms(tmp_path, f"{HEAD};{column}\n{FIRM};{cell}\n")
    assert found.problems == ()
    assert found.entries[0]["max_weight_t"] == weight_t


@pytest.mark.parametrize("column", ["Nutzlast", "Zuglast", "Höhe", "Gewicht (km)", "Preis"])
def test_a_column_that_is_not_known_is_reported(tmp_path: Path, column: str) -> None:
    """A payload is no permitted weight, and a height may be that of two things: none is guessed."""
    text = f"{HEAD};{column}\n{FIRM};-\n{FIRM.replace('A', 'B')};3,5\n"
    found, _ = firms(tmp_path, text)
    assert [(each.name, each.line, each.text) for each in found.unread] == [(column, 3, "3,5")]
    found, left_out = firms(tmp_path, text, ignored=f'"{column}"')
    assert (found.unread, left_out) == ((), (column,))


def test_empty_columns_and_unnamed_columns(tmp_path: Path) -> None:
    """A column without values may have any name; a value in a column without a name is found."""
    text = f"{HEAD};Preis;;\n{FIRM};;;\n{FIRM.replace('A', 'B')}; - ;;k. A.\n"
    assert firms(tmp_path, text)[0].unread == ()
    found, _ = firms(tmp_path, f"{text}{FIRM.replace('A', 'C')};;;3,5 t\n")
    assert [(each.name, each.line, each.text) for each in found.unread] == [("", 4, "3,5 t")]


def test_two_columns_with_one_name_are_refused(tmp_path: Path) -> None:
    """Only the first of them could be read; both may be left out."""
    text = f"{HEAD};Info;Info\n{FIRM};;x\n"
    with pytest.raises(BadDataError, match='several columns have the name "Info"'):
        firms(tmp_path, text)
    assert firms(tmp_path, text, ignored="Info")[0].unread == ()


@pytest.mark.parametrize(("named", "ignored"), [("", "Info"), ("notes=Firma", "Firma")])
def test_wrong_columns_to_ignore_are_refused(tmp_path: Path, named: str, ignored: str) -> None:
    """A column to ignore must exist, and have no key."""
    with pytest.raises(UsageError):
        firms(tmp_path, f"{HEAD}\n{FIRM}\n", named, ignored)


def test_two_areas_in_one_row_are_refused(tmp_path: Path) -> None:
    """A firm has one area; the other one would be lost."""
    found, _ = firms(tmp_path, f"{HEAD};PLZ-Gebiet\n{FIRM};860-865\n")
    [problem] = map(str, found.problems)
    assert problem.startswith(
        'list.csv:2: provider "A": column "Umkreis", column "PLZ-Gebiet": only one of radius_km,'
        " postcodes is possible"
    )
    found, _ = firms(tmp_path, f"{HEAD};PLZ-Gebiet\n{FIRM};860-865\n", "postcodes=")
    assert found.entries[0]["area"] == {"radius_km": 30}


def test_a_problem_names_row_column_and_value(tmp_path: Path) -> None:
    """A number that is too long is told with the name of its column, and no key of a file."""
    text = f"{HEAD}\nA;089 99998-201;089 99998-2020000000000;86150;tow;\n;;;;;\n;;;86150;tow;9\n"
    found, _ = firms(tmp_path, text)
    said = [str(problem) for problem in found.problems]
    assert said == [
        'list.csv:2: provider "A": column "Umkreis": empty, but each firm needs area',
        'list.csv:2: provider "A": column "Mobil": "089 99998-2020000000000" has 21 digits, too'
        " many for one number: it may be two numbers; write each number as an entry of its own",
        'list.csv:4: column "Firma": empty, but each firm needs name',
        'list.csv:4: column "Telefon", column "Mobil": empty, but each firm needs phone',
    ]


@pytest.mark.parametrize("cell", ["-", "–", "—", "k.A.", "k. A.", "keine Angabe", "n/a", "--"])
def test_cells_that_say_nothing(tmp_path: Path, cell: str) -> None:
    """A dash or "k.A." is an empty cell, in every column."""
    found, _ = firms(
        tmp_path, f"{HEAD};zGG;Zeiten\nA;089 99998-201;{cell};86150;tow;30;{cell};{cell}\n"
    )
    [entry] = found.entries
    assert not entry.keys() & {"phones", "max_weight_t", "hours"}


def test_two_firms_with_one_name_get_two_ids(tmp_path: Path) -> None:
    """Branches with different numbers are different firms; the second id has a number."""
    text = "Firma,Telefon,PLZ\nHuber,089 99998-201,86150\nHuber,089 99998-202,86199\n"
    found, _ = firms(tmp_path, text, services=["tow"], area="country")
    assert [entry["id"] for entry in found.entries] == ["huber-2", "huber-3"]


def test_defaults_fill_rows_without_a_value(tmp_path: Path) -> None:
    """A value that is given for all rows counts where a cell is empty, or the column is missing."""
    text = "Firma,Telefon,PLZ,Leistungen\nA,089 99998-201,86150,\nB,089 99998-202,86150,Bergung\n"
    found, _ = firms(tmp_path, text, services=["tow"], area={"radius_km": 9})
    assert [entry["services"] for entry in found.entries] == [["tow"], ["Bergung"]]
    assert {str(entry["area"]) for entry in found.entries} == {"{'radius_km': 9}"}


def test_a_column_that_may_be_two_is_refused(tmp_path: Path) -> None:
    """No column is guessed; ``--columns`` decides, and may leave a key out."""
    text = "Firma,Betrieb,Telefon,PLZ\nA,B,089 99998-201,86150\n"
    with pytest.raises(BadDataError, match="several columns may be name: Firma, Betrieb"):
        firms(tmp_path, text, services=["tow"], area="country")
    found, left_out = firms(tmp_path, text, "name=Betrieb", services=["tow"], area="country")
    assert found.entries[0]["name"] == "B"
    assert left_out == ("Firma",)
    assert found.unread == ()


def test_missing_columns_are_named_all_at_once(tmp_path: Path) -> None:
    """Each fact that a firm needs and no column has is named, with what to do."""
    with pytest.raises(BadDataError) as caught:
        firms(tmp_path, "Preis,Menge\n1,2\n")
    said = str(caught.value)
    for part in ("the name;", "the phone;", "--service for all rows", "the base;", "the area;"):
        assert part in said


@pytest.mark.parametrize("text", ["nme=Firma", "name=Frma", "Firma"])
def test_wrong_columns_are_refused(tmp_path: Path, text: str) -> None:
    """An unknown key, a missing column and a part without = are wrong arguments."""
    with pytest.raises(UsageError):
        firms(tmp_path, GERMAN, text)


def test_every_documented_name_is_understood() -> None:
    """The names that the documentation lists mean their keys."""
    assert {name: key_of(name)[0] for names in SHOWN_NAMES.values() for name in names} == {
        name: key for key, names in SHOWN_NAMES.items() for name in names
    }


def test_no_usual_name_means_two_keys() -> None:
    """A name of a column is that of one key, so that no order decides."""
    names = [name for each in USUAL_NAMES.values() for name in each]
    assert {name for name in names if names.count(name) > 1} == set()


@pytest.mark.parametrize(
    ("text", "area"),
    [
        ("30 km", {"radius_km": 30}),
        ("7,5km", {"radius_km": 7.5}),
        ("Deutschland", "country"),
        ("bundesweit", "country"),
        ("860-865; 86720", {"postcodes": ["860-865", "86720"]}),
        ("86150", {"postcodes": ["86150"]}),
    ],
)
def test_areas(text: str, area: object) -> None:
    """An area is a radius with its unit, postcodes, or the country."""
    assert read_area(text) == area


@pytest.mark.parametrize("text", ["30", "865", "8"])
def test_a_number_alone_is_no_area(text: str) -> None:
    """It may be kilometres or leading digits; both are named, and none is guessed."""
    with pytest.raises(SentenceError, match=f'"{text} km" or "{text}-{text}"'):
        read_area(text)


def test_an_empty_area_names_the_three_forms() -> None:
    """Enter at the question for the area is no empty list of postcodes."""
    with pytest.raises(SentenceError, match='write "30 km", postcodes such as'):
        read_area(" ")


@pytest.mark.parametrize("text", ["2,8 km", "x", "", "1.234,5", "-1", "1e3"])
def test_what_is_no_number(text: str) -> None:
    """Another unit, a thousands separator and words are refused."""
    with pytest.raises(SentenceError):
        read_number(text, "max_weight_t")


@pytest.mark.parametrize(
    ("text", "weight_t"), [("2800 kg", 2.8), ("2.800 kg", 2.8), ("3500kg", 3.5), ("40 t", 40)]
)
def test_a_weight_may_be_in_kilograms(text: str, weight_t: float) -> None:
    """A spreadsheet may have kilograms, as an operator may type them; tonnes need no unit."""
    assert read_number(text, "max_weight_t") == weight_t


@pytest.mark.parametrize(("text", "key"), [("0 kg", "max_weight_t"), ("12 kg", "radius_km")])
def test_kilograms_that_are_no_weight(text: str, key: str) -> None:
    """A weight must be above 0, and no other key has kilograms."""
    with pytest.raises(SentenceError, match=re.escape(text)):
        read_number(text, key)


def test_lists_of_cells() -> None:
    """Commas, semicolons, slashes, line breaks and "und" separate; hyphens do not."""
    assert read_list("Lkw-Abschleppen / Bergung und tow,tow\nTaxi") == [
        "Lkw-Abschleppen", "Bergung", "tow", "Taxi",
    ]  # fmt: skip
