"""--map on the command line: files, modes, errors, personal data."""

import json
import os
import re
import stat

import pytest

from dispatch_cli.errors import ExitCode
from dispatch_cli.files import write_owned
from dispatch_cli.render.maps import map_formats

from ..places.road_world import write

WHERE = "48.37051, 10.89782"
"""An exact place, which no map without --personal may have."""


def mode_of(path):
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def case(dispatch, firms):
    """A case with an exact place whose first firm has accepted; returns its number."""
    opened = dispatch(
        "case", "open", "tow", "--at", WHERE, "--vehicle", "car", "--weight-t", "1.4",
        "--injured", "0", "--client", "none", "--when", "2026-11-27T12:00", "--json",
    )  # fmt: skip
    assert opened.code == 0, opened.err
    assert dispatch("case", "offer", "1", "-q").code == 0
    assert dispatch("case", "accept", "1.1", "--eta", "35", "-q").code == 0
    return 1


@pytest.mark.parametrize("ending", list(map_formats.MAP_FORMATS))
def test_a_cascade_writes_a_map_beside_its_answer(dispatch, firms, home, ending):
    """The file is the owner's alone, holds the firms, and the answer is the same as without."""
    path = home / f"cascade{ending.upper()}"
    argv = ("cascade", "tow", "--at", "86150", "--when", "2026-11-27T12:00", "--json")
    plain = dispatch(*argv).envelope
    ran = dispatch(*argv, "--map", str(path))
    assert (ran.code, ran.envelope) == (0, plain)
    assert mode_of(path) == 0o600
    content = path.read_text(encoding="utf-8")
    for each in plain["data"]["cascades"][0]["candidates"]:
        assert each["name"] in content
        assert each["phone"] in content
    assert [each.name for each in home.iterdir() if each.name.endswith(".tmp")] == []


@pytest.mark.parametrize("name", ["map.png", "map", "map.svgz", ".svg"])
def test_a_wrong_ending_is_refused_with_the_right_ones(dispatch, firms, home, name):
    """Exit code 2 before anything is ranked; the message has all endings."""
    ran = dispatch("cascade", "tow", "--at", "86150", "--map", name)
    assert ran.code == ExitCode.USAGE
    assert ".html, .svg, .geojson" in ran.err
    assert not (home / name).exists()


def test_a_dash_is_refused(dispatch, firms):
    """stdout has the result, so that a map cannot go there."""
    ran = dispatch("cascade", "tow", "--at", "86150", "--map", "-")
    assert ran.code == ExitCode.USAGE
    assert "a map needs a file" in ran.err


def test_a_map_that_cannot_be_written_does_not_take_the_answer(dispatch, firms, home):
    """The answer is shown whole, then the error; exit code 5, also in JSON."""
    argv = ("cascade", "tow", "--at", "86150", "--when", "2026-11-27T12:00", "-q")
    plain = dispatch(*argv)
    ran = dispatch(*argv, "--map", "missing/map.svg")
    assert (ran.code, ran.out) == (ExitCode.UNAVAILABLE, plain.out)
    assert "missing/map.svg cannot be written: No such file or directory" in ran.err
    (home / "folder.svg").mkdir()
    found = dispatch(*argv, "--json", "--map", "folder.svg")
    assert found.code == found.envelope["exit_code"] == ExitCode.UNAVAILABLE
    assert found.envelope["status"] == "error"
    assert found.envelope["data"] == dispatch(*argv, "--json").envelope["data"]
    [error] = found.envelope["errors"]
    assert error["code"] == "unavailable"


def test_a_bug_in_the_drawing_does_not_take_the_answer(dispatch, firms, home, monkeypatch):
    """A drawing that fails is one line and a log file; the answer stands on stdout."""
    monkeypatch.setattr(map_formats, "map_text", lambda scene, ending: 1 / 0)
    ran = dispatch("cascade", "tow", "--at", "86150", "-q", "--map", "map.svg")
    assert ran.code == ExitCode.BUG
    assert "Abschlepp Lech" in ran.out
    assert "unexpected ZeroDivisionError" in ran.err
    assert "Traceback" not in ran.err
    assert not (home / "map.svg").exists()


def test_an_existing_file_is_replaced_whole(home):
    """A failed write leaves the old file; a link of that name is replaced, not followed."""
    old = home / "old.svg"
    old.write_text("old", encoding="utf-8")
    link = home / "link.svg"
    link.symlink_to(old)
    write_owned(link, b"new")
    assert (link.read_text("utf-8"), old.read_text("utf-8")) == ("new", "old")
    assert not link.is_symlink()
    with pytest.raises(FileNotFoundError):
        write_owned(home / "missing" / "map.svg", b"new")


# --- a case ---


@pytest.mark.parametrize("ending", list(map_formats.MAP_FORMATS))
def test_a_map_of_a_case_has_no_exact_place(dispatch, case, home, ending):
    """Without --personal no file has the position, minutes, distances or areas."""
    path = home / f"case{ending}"
    ran = dispatch("case", "show", "1", "--map", str(path), "-q")
    assert ran.code == 0
    assert mode_of(path) == 0o600
    content = path.read_text(encoding="utf-8")
    body = re.sub(r"<(style|script)>.*?</\1>", "", content, flags=re.DOTALL)
    for secret in ("48.3705", "10.8978", " km round", "arrival_min", "distance_km", "~"):
        assert secret not in body, secret
    assert not re.search(r"\d min\b", body)
    assert "86153" in body  # the postcode, as case show has it
    assert "accepted" in body
    assert "Abschlepp Lech" in body


def test_the_rough_map_of_two_places_in_one_postcode_is_the_same(dispatch, case, home):
    """Only the order of the firms may depend on where in the postcode the motorist stands."""
    other = dispatch(
        "case", "open", "tow", "--at", "48.36861, 10.90211", "--vehicle", "car", "--weight-t",
        "1.4", "--injured", "0", "--client", "none", "--when", "2026-11-27T12:00", "--json",
    )  # fmt: skip
    assert other.code == 0, other.err
    one = dispatch(
        "case", "open", "tow", "--at", WHERE, "--vehicle", "car", "--weight-t", "1.4",
        "--injured", "0", "--client", "none", "--when", "2026-11-27T12:00", "--json",
    )  # fmt: skip
    assert one.code == 0, one.err
    drawn = []
    for number in ("2", "3"):
        assert dispatch("case", "show", number, "--map", f"{number}.geojson", "-q").code == 0
        found = json.loads((home / f"{number}.geojson").read_text(encoding="utf-8"))
        found.pop("time")
        drawn.append(json.dumps(found).replace(f"Case {number}", "Case"))
    assert drawn[0] == drawn[1]


def test_with_personal_the_map_has_the_place_and_says_so(dispatch, case, home):
    """The exact place is on the map; file, screen and JSON say that it is not forgotten."""
    ran = dispatch("case", "show", "1", "--personal", "--map", "case.html")
    assert ran.code == 0
    content = (home / "case.html").read_text(encoding="utf-8")
    assert "48.37051, 10.89782" in content
    assert "dispatch case forget does not reach the file" in content
    assert "dispatch case forget does not reach the file" in ran.err
    assert re.search(r"~\d+ min", content)
    again = dispatch("case", "show", "1", "--personal", "--map", "case.html", "--json")
    assert any("case.html has the exact place" in each for each in again.envelope["warnings"])
    assert mode_of(home / "case.html") == 0o600
    journal = dispatch("case", "show", "1", "--log", "--json").envelope["data"]["log"]
    assert sum(act["action"] == "personal show" for act in journal) == 2


def test_a_map_of_a_case_that_cannot_be_written(dispatch, case):
    """The case is shown, the error has exit code 5, and no warning claims a written file."""
    ran = dispatch("case", "show", "1", "--personal", "--map", "missing/case.svg", "--json")
    assert ran.code == ran.envelope["exit_code"] == ExitCode.UNAVAILABLE
    assert ran.envelope["data"]["case"]["id"] == 1
    assert ran.envelope["warnings"] == []
    text = dispatch("case", "show", "1", "--map", "missing/case.svg")
    assert text.code == ExitCode.UNAVAILABLE
    assert "Abschlepp Lech" in text.out
    assert "cannot be written" in text.err


def test_an_erased_case_has_a_map_without_a_place(dispatch, case, home):
    """After forget the map has the firm that was asked, and no place of the motorist."""
    assert dispatch("case", "arrive", "1.1", "-q").code == 0
    assert dispatch("case", "close", "1", "-q").code == 0
    ran = dispatch("case", "forget", "--older-than", "0d", "-q")
    assert ran.code == 0, ran.err
    assert dispatch("case", "show", "1", "--map", "case.geojson", "-q").code == 0
    found = json.loads((home / "case.geojson").read_text(encoding="utf-8"))
    kinds = {each["properties"]["what"] for each in found["features"]}
    assert kinds == {"firm"}


# --- coverage ---


def test_coverage_writes_a_map_for_all(dispatch, firms, home):
    """The map of coverage has no person, so others may read it; --map needs --coverage."""
    ran = dispatch("check", "--coverage", "1d", "--region", "861", "--map", "coverage.html", "-q")
    assert ran.code in (0, ExitCode.ATTENTION)
    path = home / "coverage.html"
    assert mode_of(path) & 0o044
    assert 'class="dots d-' in path.read_text(encoding="utf-8")
    refused = dispatch("check", "--map", "coverage.html")
    assert refused.code == ExitCode.USAGE
    assert "--map needs --coverage" in refused.err


def test_a_map_of_coverage_that_cannot_be_written(dispatch, firms):
    """The report is printed first, then the error with exit code 5."""
    argv = ("check", "--coverage", "1d", "--region", "861", "--map", "missing/coverage.svg")
    ran = dispatch(*argv)
    assert ran.code == ExitCode.UNAVAILABLE
    assert ran.out.startswith("region\t")
    assert "cannot be written" in ran.err
    found = dispatch(*argv, "--json")
    assert found.envelope["exit_code"] == ExitCode.UNAVAILABLE
    assert found.envelope["data"]["services"]


# --- batch ---


@pytest.fixture
def calls(home):
    """Three incidents, the last one where no firm comes."""
    path = home / "calls.csv"
    rows = ["48.3705,10.8978,tow", "48.35,10.92,tow", "53.55,10.0,tow"]
    path.write_text("\n".join(["lat,lon,kind", *rows]) + "\n", encoding="utf-8")
    return path


def test_a_batch_writes_a_map_of_its_incidents(dispatch, firms, home, calls):
    """The counts of the map are those of the summary; the file is the owner's alone."""
    argv = ("batch", str(calls), "--when", "2026-11-27T12:00", "--summary", "--json", "-q")
    plain = dispatch(*argv).envelope
    ran = dispatch(*argv, "--map", "batch.geojson")
    assert (ran.code, ran.envelope) == (0, plain)
    assert mode_of(home / "batch.geojson") == 0o600
    found = json.loads((home / "batch.geojson").read_text(encoding="utf-8"))
    counts = {each["properties"]["level"]: each["properties"]["count"]
              for each in found["features"]}  # fmt: skip
    assert counts["none"] == 1
    assert sum(counts.values()) - counts["none"] == plain["data"]["served"] == 2


def test_a_map_of_a_batch_needs_the_summary(dispatch, firms, calls):
    """Only with --summary the program knows how soon help comes."""
    ran = dispatch("batch", str(calls), "--map", "batch.svg")
    assert ran.code == ExitCode.USAGE
    assert "--map needs --summary" in ran.err


def test_a_missing_folder_is_found_before_the_batch_runs(dispatch, firms, calls):
    """A long batch does not end with a map that cannot be written."""
    ran = dispatch("batch", str(calls), "--summary", "--map", "missing/batch.svg")
    assert ran.code == ExitCode.USAGE
    assert ran.out == ""
    assert "the folder missing does not exist" in ran.err


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere")
def test_a_folder_without_write_permission(dispatch, firms, calls, home):
    """The summary is printed, then the error with exit code 5."""
    folder = home / "closed"
    folder.mkdir(mode=0o500)
    ran = dispatch("batch", str(calls), "--summary", "-q", "--map", "closed/batch.svg")
    assert ran.code == ExitCode.UNAVAILABLE
    assert "served" in ran.out


def roads_of(path):
    """The numbers of the motorways in a GeoJSON map."""
    features = json.loads(path.read_text(encoding="utf-8"))["features"]
    return [each["properties"]["ref"] for each in features if each["properties"]["what"] == "road"]


def test_a_map_shows_the_motorways_of_the_road_tables_near_it(dispatch, firms, home):
    """Near a crossing of two motorways both are drawn; far from it, or without the file, none."""
    write(home / "a99.roads.json")
    text = firms.read_text(encoding="utf-8")
    firms.write_text('roads = ["a99.roads.json"]\n' + text, encoding="utf-8")
    argv = ("cascade", "tow", "--when", "2026-11-27T12:00", "--json", "--map", "map.geojson")
    assert dispatch(*argv, "--at", "A99 km 17,5").code in (0, 3)
    assert set(roads_of(home / "map.geojson")) == {"A98", "A99"}
    assert "OpenStreetMap" in (home / "map.geojson").read_text(encoding="utf-8")
    assert dispatch(*argv, "--at", "20095 Hamburg").code in (0, 3)
    assert roads_of(home / "map.geojson") == []
    (home / "a99.roads.json").unlink()
    assert dispatch(*argv, "--at", "86150").code == 0
    assert roads_of(home / "map.geojson") == []


def test_a_damaged_road_table_costs_the_map_and_not_the_answer(dispatch, firms, home):
    """The answer is whole, the error names the table, and the exit code is that of bad data."""
    (home / "a99.roads.json").write_text("[1, 2]", encoding="utf-8")
    text = firms.read_text(encoding="utf-8")
    firms.write_text('roads = ["a99.roads.json"]\n' + text, encoding="utf-8")
    ran = dispatch("cascade", "tow", "--at", "86150", "--json", "--map", "map.svg")
    assert ran.code == ExitCode.BAD_DATA
    assert ran.envelope["data"]["cascades"][0]["candidates"]
    assert "a99.roads.json" in ran.err + json.dumps(ran.envelope["errors"])
