"""A map becomes a provider file that loads, and a road table beside it."""

import os
import re
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
import tomli

from dispatch_cli import catalog as catalogs
from dispatch_cli.catalog import Catalog
from dispatch_cli.errors import BadDataError, ConflictError, UnavailableError
from dispatch_cli.files import write_new
from dispatch_cli.hours import parse_hours
from dispatch_cli.messages import Message
from dispatch_cli.model import Place
from dispatch_cli.notation import parse_phone
from dispatch_cli.places import resolve
from dispatch_cli.provider_lists import import_map as module
from dispatch_cli.provider_lists.import_map import import_map
from dispatch_cli.results.osm_results import ImportReport

from ..osm.maps import (
    BERLIN,
    HEIDELBERG,
    Map,
    add_firms,
    add_motorway,
    needs_extracts,
    needs_osmium,
    whole_map,
)

pytestmark = needs_osmium
NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)


def run(file: Path, output: Path, elsewhere: dict[str, str] | None = None) -> ImportReport:
    """Import a map with the default radius."""
    return import_map(
        file, output, radius_km=30, elsewhere=elsewhere or {}, progress=lambda share: None
    )


def load(path: Path) -> Catalog:
    """Load a provider file; it raises for any problem."""
    return catalogs.load(
        path, source="option", now=NOW, cache_dir=None, holidays=lambda region, years: ()
    )


def find(catalog: Catalog, text: str) -> Place:
    """Find a place as the program does with a provider file."""
    return resolve(text, named=catalog.rules.places, gazetteer=None, roads=catalog.rules.roads)


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """The map of ``maps.whole_map`` as a file."""
    return whole_map().write(tmp_path / "small.osm")


def test_the_report_counts_everything(small: Path, tmp_path: Path) -> None:
    """Each object of the map is a provider or skipped for one reason."""
    report = run(small, tmp_path / "a.toml")
    assert report.kinds == {
        "workshop": 2, "motorcycle_workshop": 1, "dealer": 1, "taxi": 1, "fuel": 1, "charging": 1,
        "ambulance_station": 1, "hospital": 1, "fire_station": 1, "police": 1,
    }  # fmt: skip
    assert {str(each.reason): each.count for each in report.skipped} == {
        "no valid phone number": 2,
        "no phone number": 1,
        "sells vehicles and has neither a brand nor a tag for repairs": 1,
        "hospital without emergency department": 1,
        "on the map twice": 1,
        "no position: an open line or a group of objects": 1,
    }
    assert report.new == report.providers == 11
    assert sum(each.count for each in report.skipped) + report.new == 18
    assert [(each.id, each.text) for each in report.bad_hours] == [("osm-n6", "nach Vereinbarung")]
    assert report.as_of == "2026-10-05"
    assert report.roads is not None
    assert (report.roads.posts, report.roads.exits, report.roads.is_named) == (22, 4, True)


def test_the_file_loads_by_itself_and_included(small: Path, tmp_path: Path) -> None:
    """Its head names source, licence and date; its road table counts in both cases."""
    (tmp_path / "providers.d").mkdir()
    output = tmp_path / "providers.d" / "small.toml"
    run(small, output)
    first = output.read_text("utf-8").splitlines()[0]
    assert "© OpenStreetMap contributors, ODbL 1.0" in first
    assert "Data of 2026-10-05." in first
    main = tmp_path / "providers.toml"
    main.write_text('include = ["providers.d/*.toml"]\n', "utf-8")
    for path in (output, main):
        catalog = load(path)
        assert catalog.count == 11
        assert find(catalog, "A99 km 17,5 Richtung Südstadt").road is not None
        assert catalog.files[-1] == path.parent / (
            "small.roads.json" if path == output else "providers.d/small.roads.json"
        )


def test_the_values_of_the_providers(small: Path, tmp_path: Path) -> None:
    """Stable ids, numbers, services, hours, brands, holds, and no number of the map for 112."""
    run(small, tmp_path / "a.toml")
    catalog = load(tmp_path / "a.toml")
    found = {provider.id: provider for provider in catalog.all()}
    first = found["osm-n1"]
    assert first.services == ("roadside_repair", "tow")
    assert first.phones[0].number == "+498999998101"
    assert first.hours == "Mo-Fr 08:00-17:00"
    assert first.notes == "Hauptstraße 1, 80331 München"
    assert found["osm-w2"].tags == ("dealer", "volkswagen", "skoda")
    assert (found["osm-w2"].lat, found["osm-w2"].lon) == pytest.approx((48.02, 11.02), abs=1e-5)
    assert found["osm-n6"].hours is None
    assert found["osm-n7"].on_hold is not None
    numbers = {id: found[id].phones[0].number for id in ("osm-w9", "osm-n10", "osm-n11", "osm-n12")}
    assert numbers == {"osm-w9": "112", "osm-n10": "112", "osm-n11": "110", "osm-n12": "112"}
    assert found["osm-n10"].name == "Feuerwache Wachweg"
    assert found["osm-n18"].name == "Sechs [/b]"


def test_a_second_import_changes_no_byte(small: Path, tmp_path: Path) -> None:
    """Neither of the provider file nor of the road table, nor their times."""
    run(small, tmp_path / "a.toml")
    paths = [tmp_path / "a.toml", tmp_path / "a.roads.json"]
    before = [(path.read_bytes(), path.stat().st_mtime_ns, path.stat().st_ino) for path in paths]
    report = run(small, tmp_path / "a.toml")
    assert not report.is_written
    assert (report.new, report.changed, report.unchanged) == (0, 0, 11)
    after = [(path.read_bytes(), path.stat().st_mtime_ns, path.stat().st_ino) for path in paths]
    assert after == before


def test_a_newer_map_updates_the_file_and_its_date(small: Path, tmp_path: Path) -> None:
    """What left the map is kept and named; the head has the new date, the user's values stay."""
    output = tmp_path / "a.toml"
    run(small, output)
    text = output.read_text("utf-8").replace('name = "Werkstatt Eins"', 'name = "Eins" # ours')
    output.write_text(text, "utf-8")
    newer = Map()
    add_motorway(newer)
    newer.node(48.01, 11.02, {"shop": "car_repair", "name": "Werkstatt Neu",
               "phone": "089 99998 111"}, id=1)  # fmt: skip
    newer.node(48.07, 11.02, {"shop": "motorcycle_repair", "name": "Motorrad Vier"}, id=15)
    source = newer.text().replace("2026-10-05", "2026-11-20")
    (tmp_path / "newer.osm").write_text(source, "utf-8")
    report = run(tmp_path / "newer.osm", output)
    assert (report.new, report.changed, report.edited) == (0, 1, 1)
    gone = {each.id: (each.name, str(each.reason)) for each in report.gone}
    assert len(gone) == 10
    assert gone["osm-w2"] == ("Autohaus Zwei", "no longer on the map")
    assert gone["osm-n15"] == ("Motorrad Vier", "no phone number")
    assert [(each.key, each.on_map) for each in report.kept_values] == [("name", "Werkstatt Neu")]
    text = output.read_text("utf-8")
    assert text.splitlines()[0].endswith("Data of 2026-11-20.")
    assert text.count("OpenStreetMap contributors") == 1
    assert 'name = "Eins" # ours' in text
    assert "+498999998111" in text
    assert load(output).count == 11


def test_the_attribution_comes_back(small: Path, tmp_path: Path) -> None:
    """A file from which it was removed, or another provider file, gets it at its top."""
    output = tmp_path / "own.toml"
    own = '[[provider]]\nid = "own"\nname = "Own"\nphone = "110"\nservices = ["tow"]\n'
    output.write_text(f'# mine\n{own}base = "86150"\narea = "country"\n', "utf-8")
    report = run(small, output)
    lines = output.read_text("utf-8").splitlines()
    assert lines[0].startswith("# © OpenStreetMap contributors")
    assert lines[1] == "# mine"
    assert load(output).count == 12
    assert report.roads is not None
    assert not report.roads.is_named  # the file is the user's, who has not named it


def test_a_file_of_windows_stays_one(small: Path, tmp_path: Path) -> None:
    """With a byte order mark and CRLF, before and after."""
    output = tmp_path / "a.toml"
    run(small, output)
    content = b"\xef\xbb\xbf" + output.read_bytes().replace(b"\n", b"\r\n")
    output.write_bytes(content)
    run(small, output)
    assert output.read_bytes() == content
    newer = whole_map().text().replace("Motorrad Vier", "Motorrad Neu")
    (tmp_path / "newer.osm").write_text(newer, "utf-8")
    output.write_bytes(content.replace(b'"Klinik"', b'"Klinikum" # ours'))
    run(tmp_path / "newer.osm", output)
    expected = content.replace(b'"Klinik"', b'"Klinikum" # ours')
    expected = expected.replace(b"Motorrad Vier", b"Motorrad Neu")
    assert re.sub(b"#: .*", b"", output.read_bytes()) == re.sub(b"#: .*", b"", expected)


def test_a_name_with_a_quotation_mark_is_written_as_toml(small: Path, tmp_path: Path) -> None:
    """The line that names the road table is valid for every name of a file."""
    output = tmp_path / 'a"b.toml'
    assert run(small, output).is_written
    assert load(output).rules.roads == (str(tmp_path / 'a"b.roads.json'),)


def test_what_another_file_has_is_skipped(small: Path, tmp_path: Path) -> None:
    """Two extracts that overlap give each provider once."""
    report = run(small, tmp_path / "a.toml", {"osm-n1": "b.toml"})
    assert report.new == 10
    assert "in b.toml" in {str(each.reason) for each in report.skipped}


def test_an_entry_that_the_file_would_refuse_is_skipped(
    small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One such entry must not make the whole file invalid; its problem is the reason."""
    problem = Message("a new rule of the provider file")
    monkeypatch.setattr(module, "problems_of_entries", lambda entries: {0: problem})
    report = run(small, tmp_path / "a.toml")
    assert report.new == 10
    assert problem in [each.reason for each in report.skipped]


def test_a_map_without_firms_and_motorways_writes_nothing(tmp_path: Path) -> None:
    """A file without providers would be refused."""
    empty = Map()
    empty.node(48.0, 11.0, {"amenity": "bench"})
    with pytest.raises(BadDataError, match="no firm with a phone number and no motorway"):
        run(empty.write(tmp_path / "empty.osm"), tmp_path / "a.toml")
    assert not (tmp_path / "a.toml").exists()


def test_a_map_without_motorways_has_no_road_table(tmp_path: Path) -> None:
    """The provider file names none."""
    found = Map()
    add_firms(found)
    report = run(found.write(tmp_path / "firms.osm"), tmp_path / "a.toml")
    assert report.roads is not None
    assert report.roads.path == ""
    assert "roads" not in tomli.loads((tmp_path / "a.toml").read_text("utf-8"))
    assert not (tmp_path / "a.roads.json").exists()
    assert load(tmp_path / "a.toml").count == 11


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.txt", None, "does not end in .toml"),
        ("no/a.toml", None, "there is no folder"),
        ("a.toml", b"[[provider\n", "not valid TOML"),
        ("a.toml", b"\xff\xfe", "UTF-16"),
    ],
)
def test_an_output_that_cannot_be_used_is_refused_before_the_map_is_read(
    tmp_path: Path, name: str, content: bytes | None, said: str
) -> None:
    """The map of a whole country takes minutes; the file stays as it was."""
    output = tmp_path / name
    if content is not None:
        output.write_bytes(content)
    with pytest.raises(BadDataError, match=said):
        run(tmp_path / "never-read.osm.pbf", output)
    assert (output.read_bytes() if content is not None else None) == content


def test_a_file_that_another_program_changes_meanwhile_is_left(
    small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other change would be lost, also where the file did not exist before."""
    output = tmp_path / "a.toml"

    def late(path: Path, content: bytes) -> None:
        output.write_text("# other\n", "utf-8")
        write_new(path, content)

    monkeypatch.setattr(module, "write_new", late)
    with pytest.raises(ConflictError, match="changed by another program"):
        run(small, output)
    assert output.read_text("utf-8") == "# other\n"
    reads: list[str] = []
    read_file = module.read_file

    def read(path: str, *, shown: str) -> tuple[bytes, os.stat_result]:
        reads.append(path)
        if len(reads) == 3:
            output.write_text("# third\n", "utf-8")
        return read_file(path, shown=shown)

    monkeypatch.setattr(module, "read_file", read)
    with pytest.raises(ConflictError, match="changed by another program"):
        run(small, output)
    assert output.read_text("utf-8") == "# third\n"


def test_a_disk_without_room_is_said(
    small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error of the system is named, and nothing is half written."""

    def full(path: Path, content: bytes) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(module, "write_shared", full)
    with pytest.raises(UnavailableError, match="cannot be written: No space left"):
        run(small, tmp_path / "a.toml")
    assert not (tmp_path / "a.toml").exists()


KILLED = """
import os, signal, sys
from pathlib import Path
from dispatch_cli import files
from dispatch_cli.provider_lists.import_map import import_map
calls, fsync = [], os.fsync
def killed(number):
    calls.append(number)
    if len(calls) == int(sys.argv[3]):
        os.kill(os.getpid(), signal.SIGKILL)
    fsync(number)
os.fsync = killed
import_map(Path(sys.argv[1]), Path(sys.argv[2]), radius_km=7, elsewhere={}, progress=print)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
@pytest.mark.parametrize("at", [1, 2, 3])
def test_a_kill_leaves_the_old_file_whole(small: Path, tmp_path: Path, at: int) -> None:
    """Wherever the import is killed while it writes, the file is the old one or the new one."""
    output = tmp_path / "a.toml"
    run(small, output)
    before = output.read_bytes()
    (tmp_path / "a.roads.json").unlink()
    argv = [sys.executable, "-c", KILLED, str(small), str(output), str(at)]
    ended = subprocess.run(argv, capture_output=True, check=False)
    if at < 3:
        assert ended.returncode == -signal.SIGKILL
    content = output.read_bytes()
    assert content == before or content.count(b"radius_km = 7}") == 11
    run(small, output)
    assert output.read_bytes() == before
    assert load(output).count == 11


EXTRACTS = {"heidelberg": (HEIDELBERG, 9, "A5 km 577,2 Richtung Basel"),
            "berlin": (BERLIN, 16, "A111 Ausfahrt 5 Richtung Hamburg")}  # fmt: skip


@needs_extracts
@pytest.mark.parametrize("name", EXTRACTS)
def test_the_shared_extracts(tmp_path: Path, name: str) -> None:
    """Both import; every phone is valid, all hours are read or reported; again changes nothing."""
    source, count, place = EXTRACTS[name]
    output = tmp_path / f"{name}.toml"
    report = run(source, output)
    assert (report.new, report.bad_phones) == (count, ())
    catalog = load(output)
    assert catalog.count == count
    unread = {each.id for each in report.bad_hours}
    texts = tomli.loads(output.read_text("utf-8"))["provider"]
    for table in texts:
        for number in table.get("phones", [table.get("phone")]):
            dial, _ = parse_phone(number)
            assert dial == number
            is_public = table["services"][0] in ("ambulance", "fire", "police")
            assert (number in ("110", "112")) == is_public
        if "hours" in table:
            parse_hours(table["hours"])
            assert table["id"] not in unread
    assert sum("hours" in table for table in texts) == {"heidelberg": 1, "berlin": 9}[name]
    found = find(catalog, place).road
    assert found is not None
    assert found.is_sure
    before = [(path.name, path.read_bytes()) for path in sorted(tmp_path.iterdir())]
    again = run(source, output)
    assert (again.unchanged, again.is_written) == (count, False)
    assert [(path.name, path.read_bytes()) for path in sorted(tmp_path.iterdir())] == before
