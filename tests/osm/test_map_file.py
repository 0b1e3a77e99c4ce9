"""A map is read to its end, or refused with the reason and with what to do."""

import sys
from pathlib import Path

import pytest

from dispatch_cli.errors import BadDataError, ExitCode, UnavailableError
from dispatch_cli.osm.map_file import read_map, share_read
from dispatch_cli.osm.map_kinds import WANTED

from .maps import BERLIN, HEIDELBERG, Map, needs_extracts, needs_osmium


def silent(share: float | None) -> None:
    """Take the progress and show nothing."""


@needs_osmium
def test_nodes_buildings_and_motorways_are_read(small_map: Path) -> None:
    """A building counts with its centre; an open line has no position; other objects are left."""
    content = read_map(small_map, WANTED, silent)
    by_id = {each.id: each for each in content.objects}
    nodes = {f"n{number}" for number in range(1, 19)} - {"n2", "n9", "n14", "n17"}
    assert set(by_id) == {*nodes, "w2", "w9", "w14", "w17"}
    assert (by_id["w2"].lat, by_id["w2"].lon) == pytest.approx((48.02, 11.02), abs=1e-6)
    assert (by_id["w17"].lat, by_id["w17"].lon) == (None, None)
    assert len(content.road_nodes) == 2 * 11 + 2 * 2
    assert [way.tags["highway"] for way in content.ways] == ["motorway"] * 4 + ["motorway_link"]
    assert content.as_of == "2026-10-05"  # of the newest object: the file has no date


@needs_osmium
@pytest.mark.parametrize(
    ("name", "content", "said", "hint"),
    [
        ("x.osm.pbf", b"hello, this is text", "not a readable file of OpenStreetMap", "geofabrik"),
        ("x.osm", b"<html>not found</html>", "not a readable file of OpenStreetMap", "geofabrik"),
        ("x.osm", b"<osm version='0.6'><node id='1'", "the file ends too early", "again"),
        ("x.zip", b"PK", "its name does not end in .osm.pbf or .osm", ".osm.pbf"),
        ("x.osm.pbf", b"", "it is empty", ".osm.pbf"),
        ("x.osm", b"<osm version='0.6'><node id='1' lat='x' lon='1'/></osm>", "not a readable", ""),
    ],
)
def test_another_file_is_refused(
    tmp_path: Path, name: str, content: bytes, said: str, hint: str
) -> None:
    """The reason names the file; the hint says what to take."""
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(BadDataError) as refusal:
        read_map(path, WANTED, silent)
    assert said in str(refusal.value)
    assert str(path) in str(refusal.value)
    assert hint in str(refusal.value.hint)


@needs_osmium
def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    """Neither is opened by the library, whose errors do not say what is wrong."""
    for path, said in ((tmp_path / "no.osm.pbf", "no such file"), (tmp_path, "not a regular file")):
        with pytest.raises(BadDataError, match=said):
            read_map(path, WANTED, silent)


def test_without_the_library_the_error_says_how_to_install_it(
    small_map: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The exit code is that of something that is needed and missing."""
    monkeypatch.setitem(sys.modules, "osmium", None)
    with pytest.raises(UnavailableError) as refusal:
        read_map(small_map, WANTED, silent)
    assert refusal.value.exit_code == ExitCode.UNAVAILABLE
    assert "pip install" in str(refusal.value.hint)
    assert "[osm]" in str(refusal.value.hint)


@needs_osmium
def test_nothing_but_a_map_import_loads_the_library() -> None:
    """The command line starts without it."""
    import subprocess

    code = (
        "import sys, dispatch_cli.cli.osm, dispatch_cli.osm.map_file,"
        " dispatch_cli.provider_lists.import_map;"
        "assert 'osmium' not in sys.modules and 'tomlkit' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@needs_osmium
def test_nodes_that_the_extract_has_cut_off_have_no_position(tmp_path: Path) -> None:
    """A way whose nodes are partly missing keeps the others."""
    found = Map()
    nodes = [found.node(48.0 + number / 100, 11.0) for number in range(4)]
    found.way([nodes[0], nodes[1], 77, nodes[2], nodes[3]], {"highway": "motorway", "ref": "A 1"})
    (way,) = read_map(found.write(tmp_path / "cut.osm"), WANTED, silent).ways
    assert [node is None for node in way.nodes] == [False, False, True, False, False]


@needs_extracts
def test_a_truncated_extract_is_refused(tmp_path: Path) -> None:
    """Half of a file, and a file without its last byte, end too early."""
    content = HEIDELBERG.read_bytes()
    for size in (len(content) // 2, len(content) - 1):
        path = tmp_path / "half.osm.pbf"
        path.write_bytes(content[:size])
        with pytest.raises(BadDataError, match="ends too early"):
            read_map(path, WANTED, silent)
    path.write_bytes(content[:600_000] + bytes(1_000) + content[601_000:])
    with pytest.raises(BadDataError, match="not a readable file"):
        read_map(path, WANTED, silent)


@needs_extracts
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux tells the progress")
def test_the_progress_is_a_share_of_the_file() -> None:
    """The share lies between 0 and 1 and never falls; a closed file has none."""
    shares: list[float | None] = []
    read_map(BERLIN, {*WANTED, ("highway", "residential"), ("building", "yes")}, shares.append)
    known = [share for share in shares if share is not None]
    assert known == sorted(known)
    assert all(0 <= share <= 1 for share in known)
    path = BERLIN.resolve()
    with path.open("rb") as file:
        file.read(1_000)
        file.seek(path.stat().st_size // 2)
        assert share_read(path, path.stat().st_size) == pytest.approx(0.5, abs=0.01)
    assert share_read(path, path.stat().st_size) is None
