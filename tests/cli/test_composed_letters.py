"""Decomposed umlauts, as Macs write them, are the same words everywhere."""

import json
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch_cli.hours import parse_hours
from dispatch_cli.model.words import SERVICES, composed, fold, lookup
from dispatch_cli.notation.place_names import fold_name

WHEN = ("--when", "2026-11-27T12:03")
FIRM = """\
[clients.glueck]
name = "Glück-Schutzbrief"

[plans.spill]
services = ["tow"]
words = ["Ölspur groß"]

[places."Bergstraße Süd"]
at = "48.37,10.89"

[[provider]]
id = "lech"
name = "Abschlepp Lößnitz"
phone = "089 99998-114"
services = ["tow"]
base = "86150"
area = { radius_km = 30 }
hours = 'Mo-Su 00:00-24:00 open "für Übergrößen"'
"""


def decomposed(text: str) -> str:
    """Return the same text with each umlaut as letter and mark (NFD)."""
    return unicodedata.normalize("NFD", text)


@pytest.fixture
def firm(home) -> Path:
    """A provider file whose umlauts are decomposed."""
    path = home / "providers.toml"
    path.write_text(decomposed(FIRM), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "words",
    [
        ("Ölspur groß", "--at", "86150"),
        ("tow", "--at", "Bergstraße Süd"),
        ("tow", "--at", "86150", "--brand", "Škoda"),
        ("Türöffnung", "--at", "86150"),
        ("tow", "--at", "86150 Überall"),
        ("tow", "--at", "86150", "--spot", "Parkplatz", "--note", "Schlüssel weg"),
    ],
)
def test_decomposed_options_are_the_composed_ones(dispatch, firm, words):
    """Kind, named place, brand, town and note give the same answer in both spellings."""
    plain = dispatch("cascade", *words, *WHEN, "--json")
    marked = dispatch("cascade", *map(decomposed, words), *WHEN, "--json")
    assert marked == plain
    assert plain.code in (0, 3), plain.err
    assert "did you mean" not in plain.err


def test_a_suggestion_differs_from_the_typed_word(dispatch, firm):
    """A near word is suggested only if it is another one."""
    ran = dispatch("cascade", decomposed("Ölspuur groß"), "--at", "86150", *WHEN)
    assert ran.code == 2
    assert decomposed("ö") not in ran.err


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_columns_and_cells_of_a_file_may_be_decomposed(dispatch, firm, home, form):
    """Names of columns, kinds and places are found; copied cells stay byte by byte."""
    name, kind, place = "Größe", "Ölspur groß", "Bergstraße Süd"
    text = f"{name};Stichwort;Ort\n7;{kind};{place}\n"
    if form == "jsonl":
        text = f'{{"{name}": "7", "Stichwort": "{kind}", "Ort": "{place}"}}\n'
    (home / f"in.{form}").write_text(decomposed(text), encoding="utf-8")
    ran = dispatch(
        "batch", f"in.{form}", "--columns", "kind=Stichwort,at=Ort", "--keep", name,
        "--format", "jsonl", *WHEN, "--providers", "providers.toml",
    )  # fmt: skip
    assert ran.code == 0, ran.err
    assert '"Größe":"7"' in ran.out


def test_a_file_of_kinds_may_be_decomposed(dispatch, firm, home):
    """An entry of --map-kinds matches both Unicode forms of its text."""
    (home / "kinds.toml").write_text(decomposed('[kinds]\n"Böschung*" = "tow"\n'), "utf-8")
    for spell in (str, decomposed):
        (home / "in.csv").write_text(spell("kind;at\nBöschung 3;86150\n"), encoding="utf-8")
        ran = dispatch("batch", "in.csv", "--map-kinds", "kinds.toml", *WHEN,
                       "--providers", "providers.toml")  # fmt: skip
        assert ran.code == 0, ran.err


def test_the_path_of_an_existing_file_stays_as_it_is(dispatch, firm, home):
    """A file whose name is decomposed on the disk is opened by that name."""
    name = decomposed("einsätze.csv")
    (home / name).write_text("kind;at\ntow;86150\n", encoding="utf-8")
    ran = dispatch("batch", name, *WHEN, "--providers", "providers.toml")
    assert ran.code == 0, ran.err


def test_hours_and_names_fold_alike():
    """Comments of hours and names of towns are the same text in both spellings."""
    text = 'Mo-Fr 08:00-17:00; Sa "nach Öffnung für Übergrößen"'
    assert parse_hours(decomposed(text)) == parse_hours(text)
    assert fold_name(decomposed("Bad Köstritz")) == "bad koestritz"
    for name, others in SERVICES.items():
        for other in others:
            assert lookup(decomposed(other), SERVICES) == name


@given(st.text())
def test_folding_knows_no_difference_of_composition(text):
    """Any text folds as its decomposed form does, and composing twice changes nothing."""
    assert fold(unicodedata.normalize("NFD", composed(text))) == fold(composed(text))
    assert composed(composed(text)) == composed(text)


def test_names_of_json_may_be_decomposed_and_escaped(dispatch, firm, home):
    """Most programs write JSON in ASCII: "u\\u0308" is the same letter as in the option."""
    row = {decomposed("Übergröße"): "tow", "at": "86150", "id": "r1"}
    (home / "in.jsonl").write_text(json.dumps(row) + "\n")
    ran = dispatch("batch", "in.jsonl", "--columns", "kind=Übergröße", *WHEN)
    assert json.loads(ran.out)["id"] == "r1"
