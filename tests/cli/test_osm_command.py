"""``dispatch osm import``, and places on motorways in all commands that take a place."""

import json
import sys
from pathlib import Path

import pytest

from ..osm.maps import BERLIN, HEIDELBERG, needs_extracts, needs_osmium, whole_map
from ..places.road_world import write
from ..terminal import on_terminal

SOUTH = "A99 km 17,5 Richtung Südstadt"


@pytest.fixture
def small(home: Path) -> Path:
    """The small map in the working folder."""
    return whole_map().write(home / "small.osm")


@pytest.fixture
def motorway(home: Path) -> Path:
    """A provider file with a firm near A 99, which names a road table."""
    write(home / "a99.roads.json")
    path = home / "providers.toml"
    path.write_text(
        'roads = ["a99.roads.json"]\n'
        "[[provider]]\n"
        'id = "lech"\nname = "Lech"\nphone = "089 99998-114"\nservices = ["tow", "jump_start",'
        ' "roadside_repair"]\nbase = "48.05,11.05"\narea = {radius_km = 40}\nhours = "24/7"\n',
        "utf-8",
    )
    return path


@needs_osmium
def test_an_import_and_the_file_it_makes(dispatch, home, small) -> None:
    """The report says what is in the file, what was skipped and why; the file is valid."""
    ran = dispatch("osm", "import", "small.osm", "--output", "small.toml")
    assert (ran.code, ran.out.splitlines()) == (0, [
        "ok: 11 providers in small.toml: 11 new, 0 changed, 0 unchanged",
        "map of 2026-10-05",
        "kinds: workshop 2, motorcycle workshop 1, dealer 1, taxi 1, fuel 1, charging 1,"
        " ambulance station 1, hospital 1, fire station 1, police 1",
        "skipped 2: no valid phone number",
        "skipped 1: hospital without emergency department",
        "skipped 1: no phone number",
        "skipped 1: no position: an open line or a group of objects",
        "skipped 1: on the map twice",
        "skipped 1: sells vehicles and has neither a brand nor a tag for repairs",
        "motorways A99 in small.roads.json: 22 kilometre posts, 4 exits",
    ])  # fmt: skip
    assert ran.err == (
        "warning: osm-n6 (Taxi Drei): its hours cannot be read and are in its notes:"
        " nach Vereinbarung\n"
        "hint: try it: dispatch cascade breakdown --at PLACE --providers small.toml\n"
    )
    validated = dispatch("providers", "validate", "--providers", "small.toml")
    assert validated.code == 0
    assert validated.out.startswith("ok: 11 providers, 0 clients\n")
    ranked = dispatch(
        "cascade",
        "tow",
        "--at",
        SOUTH,
        "--providers",
        "small.toml",
        "--json",
        "--when",
        "2026-12-01T10:00",
    )
    assert ranked.code == 0
    assert ranked.envelope["data"]["cascades"][0]["candidates"][0]["provider"] == "osm-n1"


@needs_osmium
def test_the_second_import_in_json(dispatch, home, small) -> None:
    """One envelope, also for a file that has not changed."""
    assert dispatch("osm", "import", "small.osm", "--output", "a.toml", "--quiet").err == ""
    envelope = dispatch("osm", "import", "small.osm", "--output", "a.toml", "--json").envelope
    assert (envelope["schema"], envelope["status"]) == ("dispatch.osm.import/1", "success")
    data = envelope["data"]
    assert (data["new"], data["unchanged"], data["is_written"]) == (0, 11, False)
    assert data["skipped"][0] == {
        "reason": "no valid phone number", "count": 2, "ids": ["osm-n4", "osm-n16"],
    }  # fmt: skip
    assert data["roads"]["roads"] == ["A99"]
    assert data["bad_hours"] == [{"id": "osm-n6", "name": "Taxi Drei", "text": "nach Vereinbarung"}]


@needs_osmium
def test_edits_are_kept_and_said(dispatch, home, small) -> None:
    """What the user has changed, what was deleted, and what has left the map."""
    dispatch("osm", "import", "small.osm", "--output", "a.toml")
    text = (home / "a.toml").read_text("utf-8")
    start, end = text.index('[[provider]]\nid = "osm-n15"'), text.index("# What the import")
    end = text.index("[[provider]]", start + 5)
    text = text[:start] + text[end:]
    text = text.replace('"Werkstatt Eins"', '"Eins"').replace("radius_km = 30", "radius_km = 5", 1)
    (home / "a.toml").write_text(text, "utf-8")
    newer = small.read_text("utf-8").replace("Werkstatt Eins", "Werkstatt Neu")
    newer = newer.replace('k="amenity" v="taxi"', 'k="amenity" v="bench"')
    small.write_text(newer, "utf-8")
    ran = dispatch("osm", "import", "small.osm", "--output", "a.toml", "--radius-km", "20")
    assert "your own values are kept in 1 provider" in ran.out
    assert "you have deleted 1 provider, which stay deleted" in ran.out
    assert "warning: osm-n6 (Taxi Drei) is kept: no longer on the map\n" in ran.err
    assert "warning: osm-n1: your name is kept; the map now has Werkstatt Neu\n" in ran.err
    assert "your area is kept; the map now has {radius_km = 20}\n" in ran.err
    assert dispatch("providers", "validate", "--providers", "a.toml").code == 0


@needs_osmium
def test_an_edit_that_the_file_cannot_have_is_said(dispatch, home, small) -> None:
    """What ``validate`` refuses is kept as it stands, with a warning: the file cannot be used."""
    dispatch("osm", "import", "small.osm", "--output", "a.toml")
    good = (home / "a.toml").read_text("utf-8")
    (home / "a.toml").write_text(good.replace("services = ", "servces = ", 1), "utf-8")
    ran = dispatch("osm", "import", "small.osm", "--output", "a.toml")
    assert ran.code == 0
    assert 'provider "osm-n1": services is missing; until that is mended the file' in ran.err
    ran = dispatch("osm", "import", "small.osm", "--output", "a.toml", "--json")
    assert "services is missing" in ran.envelope["warnings"][0]
    assert dispatch("providers", "validate", "--providers", "a.toml").code == 4
    (home / "a.toml").write_text(good, "utf-8")
    assert "cannot be used" not in dispatch("osm", "import", "small.osm", "--output", "a.toml").err


@needs_osmium
def test_motorways_that_leave_the_road_table_are_named(dispatch, home, small) -> None:
    """As where the map of another area goes into the same file; the same map again says nothing."""
    argv = ("osm", "import", "small.osm", "--output", "a.toml")
    assert "any more" not in dispatch(*argv).err + dispatch(*argv).err
    small.write_text(small.read_text("utf-8").replace('v="A 99"', 'v="A 97"'), "utf-8")
    ran = dispatch(*argv, "--json")
    assert ran.envelope["data"]["roads"]["gone"] == ["A99"]
    small.write_text(small.read_text("utf-8").replace('v="A 97"', 'v="A 96"'), "utf-8")
    assert "warning: the road table has no A97 any more; give the map of each area a file" in (
        dispatch(*argv).err
    )


@needs_osmium
def test_the_hint_says_how_to_use_the_file(dispatch, home, small) -> None:
    """An include in the main file, then the key roads if it is missing, then the check."""
    (home / "providers.d").mkdir()
    main = home / "providers.toml"
    main.write_text('[[provider]]\nid = "own"\nname = "Own"\nphone = "110"\nservices = ["tow"]\n'
                    'base = "86150"\narea = "country"\n', "utf-8")  # fmt: skip
    argv = ("osm", "import", "small.osm", "--output", "providers.d/small.toml")
    assert 'such as include = ["providers.d/*.toml"]' in dispatch(*argv).err
    main.write_text('include = ["providers.d/*.toml"]\n' + main.read_text("utf-8"), "utf-8")
    assert "dispatch providers validate" in dispatch(*argv).err
    assert dispatch("providers", "validate").code == 0
    other = dispatch("osm", "import", "small.osm", "--output", "providers.d/other.toml")
    assert "skipped 11: in providers.d/small.toml" in other.out
    assert dispatch("providers", "validate").code == 0
    own = home / "providers.d" / "small.toml"
    own.write_text(own.read_text("utf-8").replace('roads = ["small.roads.json"]\n', ""), "utf-8")
    assert 'write roads = ["small.roads.json"] at the top of' in dispatch(*argv).err
    assert "small.roads.json" not in own.read_text("utf-8")


@needs_osmium
def test_the_named_provider_file_may_be_the_one_to_make(dispatch, home, small, monkeypatch) -> None:
    """A new centre sets the variable first; another file that is missing is an error."""
    monkeypatch.setenv("DISPATCH_PROVIDERS", str(home / "new.toml"))
    assert dispatch("osm", "import", "small.osm", "--output", "other.toml").code == 4
    ran = dispatch("osm", "import", "small.osm", "--output", "new.toml")
    assert ran.code == 0
    assert "dispatch providers validate" in ran.err
    assert dispatch("providers", "validate").code == 0
    monkeypatch.delenv("DISPATCH_PROVIDERS")
    argv = ("osm", "import", "small.osm", "--output", "second.toml", "--providers")
    assert dispatch(*argv, "third.toml").code == 4
    assert dispatch(*argv, "second.toml").code == 0


@needs_osmium
def test_the_kinds_are_german_on_a_german_screen(dispatch, home, small) -> None:
    """A taxi is a taxi, and not the service "Weiterfahrt"."""
    ran = dispatch("--lang", "de", "osm", "import", "small.osm", "--output", "a.toml")
    assert "Arten: Werkstatt 2, Motorradwerkstatt 1, Autohaus 1, Taxi 1, Tankstelle 1" in ran.out
    assert "1 übergangen: doppelt auf der Karte" in ran.out


def test_without_the_extra_the_command_says_how_to_install_it(
    dispatch, home, small, monkeypatch
) -> None:
    """Exit 5, and nothing is written."""
    monkeypatch.setitem(sys.modules, "osmium", None)
    ran = dispatch("osm", "import", "small.osm", "--output", "a.toml")
    assert ran.code == 5
    assert "needs the library osmium" in ran.err
    assert "pip install 'roadside-dispatch[osm]'" in ran.err
    assert not (home / "a.toml").exists()
    assert dispatch("osm", "import", "x", "--output", "a.toml", "--json").envelope["exit_code"] == 5


@needs_osmium
@pytest.mark.parametrize(
    "row",
    [
        (("no.osm.pbf", "--output", "a.toml"), 4, "no.osm.pbf: there is no such file"),
        (("small.osm", "--output", "a.json"), 4, "a.json: its name does not end in .toml"),
        (("small.osm", "--output", "no/a.toml"), 4, "mkdir no"),
        (("small.osm",), 2, "--output"),
        (("small.osm", "--output", "a.toml", "--radius-km", "0"), 2, "--radius-km"),
    ],
)
def test_wrong_input_is_refused(dispatch, home, small, row) -> None:
    """The exit code tells bad data from a wrong call, and nothing is written."""
    argv, code, said = row
    ran = dispatch("osm", "import", *argv)
    assert ran.code == code
    assert said in ran.err
    assert sorted(path.name for path in home.iterdir()) == ["small.osm"]


@needs_extracts
@pytest.mark.parametrize("extract", [HEIDELBERG, BERLIN])
def test_a_bar_on_a_terminal(home, extract) -> None:
    """While the file is read a bar is drawn on stderr, and it disappears."""
    argv = ["osm", "import", str(extract), "--output", "a.toml"]
    code, raw = on_terminal(argv)
    assert code == 0
    assert b"reading the map" in raw
    code, raw = on_terminal([*argv, "--quiet"])
    assert code == 0
    assert b"reading the map" not in raw


def test_a_cascade_on_a_motorway(dispatch, motorway) -> None:
    """The head says motorway, kilometre and direction, in both languages; JSON has the parts."""
    ran = dispatch("cascade", "tow", "--at", SOUTH, "--json")
    data = ran.envelope["data"]["incident"]
    assert data["road"] == {
        "road": "A99", "km": 17.5, "km_to": None, "towards": "Südstadt", "is_sure": True,
        "exits": [],
    }  # fmt: skip
    assert data["place"].startswith("A99 km 17.5 towards Südstadt, near 8")
    assert ran.envelope["warnings"] == []
    _, english = on_terminal(["cascade", "tow", "--at", SOUTH])
    assert b"A99 km 17.5 towards S" in english
    _, german = on_terminal(["--lang", "de", "cascade", "tow", "--at", SOUTH])
    assert b"A99 km 17,5 Richtung S" in german


def test_a_direction_that_no_sign_names_is_said(dispatch, motorway) -> None:
    """The place is between both carriageways, and the operator asks for the side."""
    ran = dispatch("cascade", "tow", "--at", "A99 km 17,5 Richtung Hamburg", "--json")
    assert ran.code == 0
    assert ran.envelope["data"]["incident"]["road"] == {
        "road": "A99", "km": 17.5, "km_to": None, "towards": "Hamburg", "is_sure": False,
        "exits": [],
    }  # fmt: skip
    assert ran.envelope["warnings"] == [
        "no sign of A99 on the map leads to Hamburg: ask for the side of the road"
    ]


def test_a_kilometre_without_a_table_says_which_import_makes_one(dispatch, firms) -> None:
    """Exit 2, as for every place that is not understood."""
    ran = dispatch("cascade", "tow", "--at", SOUTH)
    assert ran.code == 2
    assert "no road table tells where it is" in ran.err
    assert "dispatch osm import FILE.osm.pbf --output FILE.toml" in ran.err


def test_a_damaged_table_is_found_by_validate_and_doctor(dispatch, motorway, home) -> None:
    """validate ends with exit 4; a kilometre is refused, another place is not."""
    assert "road table" in dispatch("doctor").out
    table = home / "a99.roads.json"
    table.write_bytes(table.read_bytes()[:500])
    ran = dispatch("providers", "validate")
    assert ran.code == 4
    assert "a99.roads.json: it is not a road table" in ran.err
    assert dispatch("cascade", "tow", "--at", SOUTH).code == 4
    assert dispatch("cascade", "tow", "--at", "48.05,11.05").code == 0
    table.unlink()
    ran = dispatch("providers", "validate")
    assert ran.code == 0
    assert "is missing: motorway kilometres are not found" in ran.err
    assert "missing" in dispatch("doctor").out


def test_a_batch_with_kilometres(dispatch, motorway, home) -> None:
    """Rows with kilometres and exits are placed; one off the posts is rejected with the reason."""
    rows = [SOUTH, "A99 km 17,5 Richtung Nordstadt", "A99 km 9", "AK Mitte", "86150"]
    (home / "in.csv").write_text(
        "id,kind,at\n" + "".join(f'{n},tow,"{at}"\n' for n, at in enumerate(rows)), "utf-8"
    )
    ran = dispatch("batch", "in.csv", "--output", "out.jsonl", "--format", "jsonl")
    assert ran.code == 6
    rejects = (home / "out.jsonl.rejects").read_text("utf-8")
    assert "km 9 of A99 is not between two known posts; nearest: km 10" in rejects
    assert "unknown_place" in rejects
    found = [json.loads(line) for line in (home / "out.jsonl").read_text("utf-8").splitlines()]
    assert len(found) == 4
    alone = dispatch("cascade", "tow", "--at", SOUTH, "--json").envelope
    [first] = alone["data"]["cascades"][0]["candidates"]
    assert found[0]["cascades"][0]["candidates"][0]["travel_min"] == first["travel_min"]
    north = found[1]["cascades"][0]["candidates"][0]["travel_min"]
    assert north != first["travel_min"]  # the other carriageway is 20 m away


def test_a_case_on_a_motorway(dispatch, motorway) -> None:
    """A firm hears the road before it accepts; then the driver hears kilometre and direction."""
    assert dispatch("case", "open", "tow", "--at", SOUTH).code == 0
    place = "A99 km 17.5 towards Südstadt, near 86923, ± 0.1 km"
    assert place not in dispatch("case", "list").out
    shown = dispatch("case", "show", "1", "--personal", "--json").envelope["data"]["personal"]
    assert (shown["place"], shown["typed_place"]) == (place, SOUTH)
    offered = dispatch("case", "offer", "1", "--say", "de").out
    assert "im Postleitzahlbereich 86923, A99 Richtung Südstadt, brauchen wir" in offered
    assert "17,5" not in offered
    accepted = dispatch("case", "accept", "1.1", "--eta", "30", "--say", "de").out
    assert "Ort: A99 Kilometer 17,5 Richtung Südstadt, bei 86923, auf 0,1 km genau" in accepted
    assert "warten Sie hinter der Leitplanke" in accepted
