"""``tools/road_engine.py`` serves the graph of the extract that it is given."""

import os
from pathlib import Path

from tools import road_engine


def test_a_changed_extract_is_built_again(tmp_path: Path, monkeypatch) -> None:
    """A newer file of the same name, and another file of that name, have their own graph."""
    built: list[Path] = []

    def build(engine: str, folder: Path, extract: Path, graph: Path) -> None:
        assert not graph.exists()
        graph.mkdir(parents=True)
        built.append(extract)

    monkeypatch.setattr(road_engine, "install", lambda *_: None)
    monkeypatch.setattr(road_engine, "build", build)
    monkeypatch.setattr(road_engine, "command", lambda *_: ["true"])
    monkeypatch.setattr(road_engine, "wait_until_ready", lambda *_: None)
    folders = [tmp_path / "north", tmp_path / "south"]
    for each in folders:
        each.mkdir()
        (each / "area.osm.pbf").write_bytes(b"map")
    north, south = (each / "area.osm.pbf" for each in folders)

    def serve(extract: Path) -> int:
        words = ["road_engine.py", str(extract), "--folder", str(tmp_path / "engines")]
        monkeypatch.setattr("sys.argv", words)
        assert road_engine.main() == 0
        return len(built)

    assert [serve(north), serve(north)] == [1, 1]
    os.utime(north, (1, 1))
    assert [serve(north), serve(north)] == [2, 2]
    assert [serve(south), serve(south)] == [3, 3]
    assert serve(north) == 4
