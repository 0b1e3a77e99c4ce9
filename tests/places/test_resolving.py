"""A typed text gives one place, or an error with the choices."""

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dispatch_cli.errors import UsageError
from dispatch_cli.model import Place
from dispatch_cli.model.sphere import great_circle_km
from dispatch_cli.notation import centre_of, parse_place, postcode_uncertainty_km
from dispatch_cli.notation.place_names import is_abbreviation
from dispatch_cli.notation.town_check import town_doubt
from dispatch_cli.places import import_gazetteer, resolve

from .world import geonames

NAMED = {
    "Autohof Gersthofen": parse_place("48.4330,10.8790"),
    "Halle 7": parse_place("48.3705,10.8978"),
}


def refusal_of(text: str, gazetteer: Path | None, named: dict[str, Place] | None = None) -> str:
    """Return the whole error, with its hint."""
    with pytest.raises(UsageError) as refusal:
        resolve(text, named=named or {}, gazetteer=gazetteer)
    return f"{refusal.value}\n{refusal.value.hint}"


@pytest.mark.parametrize(
    "text", ["Autohof Gersthofen", "autohof gersthofen", " AUTOHOF-Gersthofen"]
)
def test_names_of_the_provider_file_come_first(text: str, towns: Path) -> None:
    """Case and hyphens make no difference, and the label is the name of the file."""
    for gazetteer in (None, towns):
        place = resolve(text, named=NAMED, gazetteer=gazetteer)
        assert (place.lat, place.lon, place.source) == (48.4330, 10.8790, "named")
        assert place.label == "Autohof Gersthofen"
    over = resolve("86150", named={"86150": NAMED["Halle 7"]}, gazetteer=towns)
    assert over.lat == 48.3705


def test_notations_and_names_need_no_gazetteer(tmp_path: Path) -> None:
    """Without a gazetteer, or with a missing one, all notations and the carried names are read."""
    for gazetteer in (None, tmp_path / "missing.sqlite"):
        assert resolve("86150", named={}, gazetteer=gazetteer).label == "86150"
        assert "Ulm has 89073 to 89081" in refusal_of("86150 Ulm", gazetteer)
        assert resolve("Augsburg", named={}, gazetteer=gazetteer).label == "Augsburg (86150-86199)"
        pin = resolve("9VCX+64 Augsburg", named={}, gazetteer=gazetteer)
        assert great_circle_km(pin.lat, pin.lon, 48.3705, 10.8978) < 0.01
        assert "no road table" in refusal_of("A8 km 123,4 Ri. München", gazetteer)


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("86150", "86150 Augsburg"),
        ("48.3705,10.8978", "86153 Augsburg"),
        ("86150 Augsburg", "86150 Augsburg"),
        ("86150 augsburg", "86150 Augsburg"),
        ("86150 Augsburg-Innenstadt", "86150 Augsburg"),
        ("86150 Augsburg, Bayern", "86150 Augsburg"),
        ("01067", "01067 Dresden"),
        ("01067 Dresden-Friedrichstadt", "01067 Dresden Friedrichstadt"),
        ("60311 Frankfurt", "60311 Frankfurt am Main"),
        ("60311 Frankfurt a.M.", "60311 Frankfurt am Main"),
        ("60311 Frankfurt/Main", "60311 Frankfurt am Main"),
        ("Rathausplatz 1, 86150 Augsburg", "86150 Augsburg"),
        ("86153", "86153 Augsburg"),
        ("86154", "86154"),  # not in the small gazetteer
        ("86154 Augsburg", "86154 Augsburg"),
    ],
)
def test_the_gazetteer_adds_the_town(text: str, label: str, towns: Path) -> None:
    """The label has the town in the spelling of the gazetteer; the position is the same."""
    place = resolve(text, named={}, gazetteer=towns)
    plain = parse_place(text)
    assert place.label == label
    assert (place.lat, place.lon, place.postcodes) == (plain.lat, plain.lon, plain.postcodes)


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("86150 Ulm", "86150 is Augsburg; Ulm has 89073 to 89081: which is right?"),
        ("Ulm 86150", "86150 is Augsburg; Ulm has 89073 to 89081: which is right?"),
        (
            "60311 Frankfurt (Oder)",
            "60311 is Frankfurt am Main; Frankfurt (Oder) has 15230 to 15236: which is right?",
        ),
        ("01067 Leipzig", "01067 is Dresden; Leipzig has 04103 to 04357: which is right?"),
    ],
)
def test_a_town_of_another_postcode_is_an_error_that_names_the_right_one(
    text: str, right: str, towns: Path
) -> None:
    """A postcode and a town that do not match are refused, and the hint is to ask the caller."""
    for gazetteer in (None, towns):
        said = refusal_of(text, gazetteer)
        assert right in said
        assert "ask the caller" in said


def test_an_imported_gazetteer_can_only_accept_more_towns(tmp_path: Path) -> None:
    """A name that only the gazetteer has in a postcode is accepted there, and nowhere else."""
    source, target = tmp_path / "DE.txt", tmp_path / "gazetteer.sqlite"
    new = ("86150", "Berlin", "BY", "Bayern", "Augsburg", "09761", 48.3673, 10.8921)
    source.write_text(geonames([new]), encoding="utf-8")
    import_gazetteer(source, target)
    assert resolve("86150 Berlin", named={}, gazetteer=target).label == "86150 Berlin"
    assert "which is right" in refusal_of("86152 Berlin", target)


def test_an_unknown_part_of_a_town_keeps_its_typed_name(towns: Path) -> None:
    """A small town elsewhere has the name, but a part of a city may have it as well."""
    for gazetteer in (None, towns):
        for text in ("86199 Göggingen", "86150 Fischach", "86150 Xyzzy"):
            assert resolve(text, named={}, gazetteer=gazetteer).label == text


def test_a_foreign_point_has_no_town(towns: Path) -> None:
    """The gazetteer does not change a place abroad."""
    assert resolve("0,0", named={}, gazetteer=towns) == parse_place("0,0")


def test_a_name_of_several_postcodes_covers_all_of_them(towns: Path) -> None:
    """The centre is the mean of the three centres, the uncertainty covers each with its own."""
    place = resolve("Augsburg", named={}, gazetteer=towns)
    codes = ("86150", "86152", "86153")
    assert place.lat == pytest.approx(sum(centre_of(code)[0] for code in codes) / 3)
    assert place.lon == pytest.approx(sum(centre_of(code)[1] for code in codes) / 3)
    assert place.uncertainty_km == pytest.approx(
        max(
            great_circle_km(place.lat, place.lon, *centre_of(code)) + postcode_uncertainty_km(code)
            for code in codes
        )
    )
    assert sorted(place.postcodes) == list(codes)
    assert place.postcode == place.postcodes[0]
    assert (place.label, place.land, place.postcode_given) == (
        "Augsburg (86150-86153)",
        "BY",
        False,
    )


def test_a_name_of_one_postcode_is_that_postcodes_centre(towns: Path) -> None:
    """GeoNames gives the name, the position is the area's centre."""
    place = resolve("fischach", named={}, gazetteer=towns)
    assert (place.lat, place.lon) == centre_of("86850")
    assert (place.label, place.postcodes) == ("86850 Fischach", ("86850",))
    assert not place.postcode_given


@pytest.mark.parametrize(
    ("text", "postcode"),
    [
        ("Neuenkirchen (Steinfurt)", "48485"),
        ("Neuenkirchen (Landkreis Stade)", "21640"),
        ("Neuenkirchen (Lkr. Stade)", "21640"),
        ("Neuenkirchen, NW", "48485"),
        ("Neuenkirchen, Niedersachsen", "21640"),
        ("neuenkirchen,ni", "21640"),
        ("Frankfurt (Oder)", "15230"),
        ("Frankfurt a.M.", "60311"),
        ("Frankfurt am Main", "60311"),
    ],
)
def test_district_and_land_distinguish_namesakes(text: str, postcode: str, towns: Path) -> None:
    """The district or Land stands in brackets or behind a comma, in full or abbreviated."""
    assert resolve(text, named={}, gazetteer=towns).postcode == postcode


def test_an_ambiguous_name_lists_the_choices(towns: Path) -> None:
    """The error lists each place with postcode, district and Land, and says what to add."""
    said = refusal_of("Neuenkirchen", towns)
    assert "48485 Neuenkirchen, Steinfurt, Nordrhein-Westfalen" in said
    assert "21640 Neuenkirchen, Landkreis Stade, Niedersachsen" in said
    assert 'add the postcode, the district or the Land: "21640 Neuenkirchen"' in said
    both = refusal_of("Frankfurt", towns)
    assert "Frankfurt am Main" in both
    assert "Frankfurt (Oder)" in both
    assert "is not known there" in refusal_of("Neuenkirchen, Bayern", towns)


def test_a_long_list_of_choices_ends(tmp_path: Path) -> None:
    """Places of a name beyond the twentieth are counted, not listed."""
    text = ("10115 20095 28195 30159 34117 40213 44135 50667 55116 60311 66111 68159 70173 "
             "76133 80331 86150 90402 93047 97070 99084 01067 04103")  # fmt: skip
    codes = text.split()
    source, target = tmp_path / "DE.txt", tmp_path / "gazetteer.sqlite"
    source.write_text(
        geonames([(code, "Neustadt", "", "", f"Kreis {code}", code, 50, 10) for code in codes]),
        encoding="utf-8",
    )
    import_gazetteer(source, target)
    assert "and 2 more" in refusal_of("Neustadt", target)


def test_an_unknown_name_gets_a_suggestion(towns: Path) -> None:
    """The error suggests the nearest name, if any is near."""
    assert 'did you mean "Augsburg"' in refusal_of("Augzburg", towns)
    assert "did you mean" not in refusal_of("Xyzzy", towns)
    assert "is not known" in refusal_of("'; DROP TABLE place; --", towns)


def test_a_short_plus_code_is_completed_by_its_town(towns: Path) -> None:
    """A town of the gazetteer and a named place of the file complete it to the same cell."""
    for where, gazetteer in (("Augsburg", towns), ("Halle 7", None), ("86150", None)):
        place = resolve(f"9VCX+64 {where}", named=NAMED, gazetteer=gazetteer)
        assert great_circle_km(place.lat, place.lon, 48.3705, 10.8978) < 0.01
        assert place.source == "plus_code"
    assert "is ambiguous" in refusal_of("9VCX+64 Neuenkirchen", towns)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(text=st.one_of(st.text(max_size=30), st.text("Neukirchen (,)48 Ulm'\"%_", max_size=15)))
def test_any_text_is_a_place_or_a_usage_error(text: str, towns: Path) -> None:
    """Any text gives a place or UsageError."""
    try:
        said = str(resolve(text, named=NAMED, gazetteer=towns).readback)
    except UsageError as error:
        said = str(error)
    assert said


def test_without_a_gazetteer_its_libraries_are_not_imported() -> None:
    """Neither sqlite3 nor csv nor difflib is imported for a position."""
    code = (
        "import sys; from dispatch_cli.places import resolve;"
        "resolve('48.3705,10.8978', named={}, gazetteer=None);"
        "heavy = {'sqlite3', 'csv', 'difflib', 'tempfile', 'zlib'} & set(sys.modules);"
        "assert not heavy - {'zlib'}, heavy"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


# With the real file: what the small world cannot show.


@pytest.mark.parametrize(
    "name", ["Neuenkirchen", "Schönberg", "Frankfurt", "Halle", "Hof", "Neustadt"]
)
def test_real_namesakes_are_refused(name: str, germany: Path) -> None:
    """The names of several real towns are ambiguous."""
    assert "is ambiguous" in refusal_of(name, germany)


def test_all_real_neuenkirchen_are_listed(germany: Path) -> None:
    """The error has all eleven postcodes, two of them in one district."""
    said = refusal_of("Neuenkirchen", germany)
    codes = "17039 17392 17498 18569 21640 21763 27251 29643 49586 48485 25792"
    assert all(code in said for code in codes.split())


@pytest.mark.parametrize(
    ("name", "lat", "lon", "within_km"),
    [
        ("Augsburg", 48.3705, 10.8978, 5), ("München", 48.1374, 11.5755, 6),
        ("Berlin", 52.5200, 13.4050, 6), ("Hamburg", 53.5511, 9.9937, 8),
        ("Köln", 50.9413, 6.9583, 6), ("Kiel", 54.3233, 10.1228, 6),
        ("Essen", 51.4556, 7.0116, 6), ("Regensburg", 49.0134, 12.1016, 5),
        ("Kaiserslautern", 49.4401, 7.7491, 6), ("Bad Homburg", 50.2267, 8.6182, 5),
        ("St. Augustin", 50.7754, 7.1970, 5), ("Muenster, NW", 51.9607, 7.6261, 6),
    ],
)  # fmt: skip
def test_real_cities_are_found(
    name: str, lat: float, lon: float, within_km: float, germany: Path
) -> None:
    """The centre of a city is near its town hall, which lies well within the uncertainty."""
    place = resolve(name, named={}, gazetteer=germany)
    away_km = great_circle_km(lat, lon, place.lat, place.lon)
    assert away_km <= min(within_km, place.uncertainty_km)


def test_real_names_come_back_with_their_postcode(germany: Path) -> None:
    """Every 40th row is found with its town, as "postcode name" and as "name postcode"."""
    import sqlite3

    connection = sqlite3.connect(germany)
    rows = connection.execute("SELECT postcode, name FROM place ORDER BY rowid").fetchall()[::40]
    connection.close()
    readable = [row for row in rows if not any(sign.isdigit() for sign in row[1])]
    assert len(readable) > 0.99 * len(rows)
    for postcode, name in readable:
        assert resolve(f"{postcode} {name}", named={}, gazetteer=germany).postcode == postcode


def test_real_names_in_the_wrong_postcode_are_refused_or_doubted(germany: Path) -> None:
    """Of every 40th name over 99 of 100 are refused or doubted in 86150, and the label is kept."""
    import sqlite3

    connection = sqlite3.connect(germany)
    rows = connection.execute("SELECT postcode, name FROM place ORDER BY rowid").fetchall()[::40]
    connection.close()
    names = [name for _, name in rows if not any(sign.isdigit() for sign in name)]
    assert len(names) > 0.99 * len(rows)
    wrong = [name for name in names if "is Augsburg" in _said(f"86150 {name}", germany)]
    assert len(wrong) > 0.99 * len(names)


def _said(text: str, gazetteer: Path) -> str:
    try:
        return str(town_doubt(resolve(text, named={}, gazetteer=gazetteer)))
    except UsageError as error:
        return str(error)


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Halle (Saale)", "Halle (06108-06132)"),
        ("Halle/Saale", "Halle (06108-06132)"),
        ("Frankfurt/Main", "Frankfurt am Main (60306-65936)"),
        ("Frankfurt a.M.", "Frankfurt am Main (60306-65936)"),
        ("Kempten", "Kempten (87435-87439)"),
        ("Kempten (Allgäu)", "Kempten (87435-87439)"),
        ("neu ulm", "Neu-Ulm (89231-89233)"),
        ("Muenchen", "München (80331-81929)"),
        ("Linz am Rhein", "53545 Linz am Rhein"),
        ("Salzburg, Rheinland-Pfalz", "56479 Salzburg"),
        ("Offenbach", "Offenbach (63065-63075)"),
    ],
)
def test_names_with_a_suffix_or_without_are_one_town(text: str, label: str, germany: Path) -> None:
    """The official suffix may be written, shortened or left out, with a gazetteer or without."""
    for gazetteer in (None, germany):
        place = resolve(text, named={}, gazetteer=gazetteer)
        assert (place.label, place.postcode_given) == (label, False)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Frankfurt", ("ambiguous", "Frankfurt am Main", "Frankfurt (Oder)")),
        ("Salzburg", ("ambiguous", "56479 Salzburg", "Salzburg in Austria")),
        ("Linz", ("ambiguous", "53545 Linz am Rhein", "Linz in Austria")),
        ("Wien", ("Wien in Austria is outside Germany", "write a position")),
        ("Strassburg", ("Straßburg in France is outside Germany",)),
        ("Garmisch", ('did you mean "Garmisch-Partenkirchen"',)),
        ("Castrop", ('did you mean "Castrop-Rauxel"',)),
        ("Deutz", ('did you mean "50679 Köln-Deutz"',)),
    ],
)
def test_other_names_are_refused_with_what_may_be_meant(
    text: str, words: tuple[str, ...], germany: Path
) -> None:
    """Choices, a large city abroad or the whole name are named, with a gazetteer or without."""
    for gazetteer in (None, germany):
        said = refusal_of(text, gazetteer)
        assert all(word in said for word in words), said


def test_carried_names_give_the_same_places_as_an_import(germany: Path) -> None:
    """Of every 50th name at most one in 100 has other postcodes: corrections of the table."""
    import sqlite3

    connection = sqlite3.connect(germany)
    names = [name for (name,) in connection.execute("SELECT DISTINCT name FROM place ORDER BY 1")]
    connection.close()
    picked = names[::50]
    same = [name for name in picked if _codes(name, None) == _codes(name, germany)]
    assert len(picked) > 250
    assert len(same) >= 0.99 * len(picked), sorted({*picked} - {*same})


def _codes(text: str, gazetteer: Path | None) -> list[str]:
    try:
        return sorted(resolve(text, named={}, gazetteer=gazetteer).postcodes)
    except UsageError as error:
        return sorted(str(problem.text).split()[0] for problem in error.problems[1:])


@pytest.mark.parametrize(
    ("typed", "known", "district", "same"),
    [
        ("Frankfurt a.M.", "Frankfurt am Main", "Frankfurt am Main", True),
        ("Oldenburg i. Holstein", "Oldenburg", "Oldenburg", False),
        ("Essen i. Oldb.", "Essen", "Essen", False),
        ("Offenbach a.d. Queich", "Offenbach am Main", "Offenbach am Main", False),
        ("Rothenburg o.d.T.", "Rothenburg ob der Tauber", "Ansbach", True),
        ("Kassel 52.5,13.4", "Kassel", "Kassel", False),
    ],
)
def test_each_word_of_an_abbreviated_name_must_match(typed, known, district, same):
    """A typed word that abbreviates no word of the name or district means another town."""
    assert is_abbreviation(typed, known, district) == same
