"""A gazetteer is imported completely or not at all, from every form of the file of GeoNames."""

import gzip
import io
import sqlite3
import stat
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dispatch_cli.errors import BadDataError, UsageError
from dispatch_cli.places import GazetteerCount, import_gazetteer, resolve
from dispatch_cli.places.geonames import LARGEST_BYTES

from .world import SHARED, geonames, table

DOCUMENTED = (BadDataError, UsageError)
ROW = "DE\t86150\tAugsburg\tBayern\tBY\t\t00\tAugsburg\t09761\t48.3673\t10.8921\t4\n"


def zipped(**members: str) -> bytes:
    """Return a zip archive of some texts."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            archive.writestr(name.replace("_", "."), text)
    return buffer.getvalue()


FORMS = {
    "DE.txt": geonames().encode(),
    "DE.csv": table().encode(),
    "bom.csv": b"\xef\xbb\xbf" + table().encode(),
    "windows.txt": geonames().replace("\n", "\r\n").encode(),
    "DE.txt.gz": gzip.compress(geonames().encode()),
    "table.csv.gz": gzip.compress(table().encode()),
    "DE.zip": zipped(DE_txt=geonames(), readme_txt="The format is tab-delimited"),
    "table.zip": zipped(zipcodes_csv=table()),
    "misnamed": gzip.compress(geonames().encode()),
}


@pytest.mark.parametrize("name", FORMS)
def test_every_form_gives_the_same_gazetteer(name: str, tmp_path: Path) -> None:
    """Each form has twelve rows, one of a bulk receiver, and its names are found afterwards."""
    source = tmp_path / name
    source.write_bytes(FORMS[name])
    target = tmp_path / "new" / "folder" / "gazetteer.sqlite"
    count = import_gazetteer(source, target)
    assert count == GazetteerCount(rows=12, kept=11, dropped=1, names=8, postcodes=10)
    assert resolve("86150", named={}, gazetteer=target).label == "86150 Augsburg"


def test_the_gazetteer_is_private_and_no_temporary_file_is_left(tmp_path: Path) -> None:
    """The file and a folder that was made for it are private, and nothing else is in it."""
    source = tmp_path / "DE.txt"
    source.write_text(ROW, encoding="utf-8")
    target = tmp_path / "data" / "gazetteer.sqlite"
    import_gazetteer(source, target)
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert stat.S_IMODE(target.parent.stat().st_mode) & 0o077 == 0
    assert [one.name for one in target.parent.iterdir()] == ["gazetteer.sqlite"]


BAD: dict[str, tuple[bytes, int, str]] = {
    "empty": (b"", 0, "empty"),
    "blank": (b" \n\n", 0, "empty"),
    "binary": (b"DE\t86150\n\x00\x01\x02", 2, "not text"),
    "latin": (ROW.encode() + "DE\t86150\tMünchen".encode("latin-1"), 2, "not UTF-8"),
    "prose": (b"Dear operator,\nplease find enclosed", 1, "no column zipcode"),
    "json": (b'{"zipcode": "86150"}', 1, "no column zipcode"),
    "columns": (ROW.encode() + b"DE\t86150\tAugsburg\n", 2, "number of columns"),
    "postcode": (ROW.replace("86150", "8615").encode(), 1, "'8615' is not a German postcode"),
    "arabic": (ROW.replace("86150", "٨٦١٥٠").encode(), 1, "is not a German postcode"),
    "austria": (ROW.replace("DE", "AT", 1).encode(), 1, "country 'AT' is not DE"),
    "nameless": (ROW.replace("\tAugsburg\tBayern", "\t \tBayern").encode(), 1, "the place name is"),
    "escape": (
        ROW.replace("\tAugsburg\tBayern", "\t\x1b[2J\tBayern").encode(),
        1,
        "the place name is",
    ),
    "latitude": (ROW.replace("48.3673", "north").encode(), 1, "not numbers"),
    "nan": (ROW.replace("48.3673", "nan").encode(), 1, "is out of range"),
    "globe": (ROW.replace("48.3673", "483673").encode(), 1, "is out of range"),
    "quotes": (table().replace('"Fischach"', '"Fischach').encode(), 6, "expected after"),
    "short row": ((table() + "DE,86150\n").encode(), 14, "number of columns"),
    "bulk only": (ROW.replace("86150", "86135").encode(), 0, "no row belongs"),
    "cut gzip": (gzip.compress(geonames().encode())[:-20], 0, "cannot be read"),
    "bad gzip": (b"\x1f\x8b" + b"x" * 50, 0, "cannot be read"),
    "bad zip": (b"PK\x03\x04" + b"x" * 50, 0, "cannot be read"),
    "empty zip": (zipped(readme_txt="nothing"), 0, "0 tables"),
    "two tables": (zipped(AT_txt=ROW, DE_txt=ROW), 0, "2 tables"),
}


@pytest.mark.parametrize("name", BAD)
def test_an_invalid_file_is_refused_with_its_line(name: str, tmp_path: Path) -> None:
    """The old gazetteer stays, byte for byte, and no new file appears."""
    content, line, words = BAD[name]
    source, target = tmp_path / "source", tmp_path / "gazetteer.sqlite"
    source.write_bytes(content)
    target.write_bytes(b"the old one")
    with pytest.raises(BadDataError, match=words) as refusal:
        import_gazetteer(source, target)
    problem = refusal.value.problems[0]
    assert (problem.file, problem.line) == (str(source), line)
    assert target.read_bytes() == b"the old one"
    assert sorted(one.name for one in tmp_path.iterdir()) == ["gazetteer.sqlite", "source"]


def test_all_bad_rows_are_reported_at_once(tmp_path: Path) -> None:
    """Twenty invalid rows are reported, then that there are more."""
    source = tmp_path / "DE.txt"
    source.write_text(ROW + ROW.replace("86150", "x") * 50, encoding="utf-8")
    with pytest.raises(BadDataError) as refusal:
        import_gazetteer(source, tmp_path / "gazetteer.sqlite")
    assert [problem.line for problem in refusal.value.problems] == list(range(2, 23))
    assert str(refusal.value.problems[-1].text) == "more rows are invalid"


@pytest.mark.parametrize("pack", ["gz", "zip", "plain"])
def test_a_decompression_bomb_is_refused(pack: str, tmp_path: Path) -> None:
    """A file of more than 64 MB, decompressed, is refused."""
    source = tmp_path / "bomb"
    if pack == "plain":
        with source.open("wb") as file:
            file.truncate(LARGEST_BYTES + 1)
    elif pack == "gz":
        with gzip.open(source, "wb", compresslevel=1) as file:
            for _ in range(65):
                file.write(bytes(1024 * 1024))
    else:
        with (
            zipfile.ZipFile(source, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
            archive.open("DE.txt", "w") as member,
        ):
            for _ in range(65):
                member.write(bytes(1024 * 1024))
    with pytest.raises(BadDataError, match="larger than 64 MB"):
        import_gazetteer(source, tmp_path / "gazetteer.sqlite")


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    """The error says whether the file is missing or a folder."""
    for path, words in ((tmp_path / "missing", "no such file"), (tmp_path, "not a file")):
        with pytest.raises(BadDataError, match=words):
            import_gazetteer(path, tmp_path / "gazetteer.sqlite")


def test_a_target_that_cannot_be_written(tmp_path: Path) -> None:
    """A folder at the target is an error, and the temporary file is removed."""
    source = tmp_path / "DE.txt"
    source.write_text(ROW, encoding="utf-8")
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "inside").touch()
    for target in (tmp_path / "taken", source / "gazetteer.sqlite"):
        with pytest.raises(BadDataError, match="cannot be written"):
            import_gazetteer(source, target)
    assert sorted(one.name for one in tmp_path.iterdir()) == ["DE.txt", "taken"]


@pytest.mark.parametrize(
    "content",
    [b"", b"no database", b"SQLite format 3\x00" + b"x" * 2_000],
    ids=["empty", "text", "torn"],
)
def test_the_error_of_a_damaged_gazetteer_says_import_again(content: bytes, tmp_path: Path) -> None:
    """A file with any content raises BadDataError, whose hint is to import again."""
    damaged = tmp_path / "gazetteer.sqlite"
    damaged.write_bytes(content)
    for text in ("Augsburg", "86150", "48.3705,10.8978"):
        with pytest.raises(BadDataError) as refusal:
            resolve(text, named={}, gazetteer=damaged)
        assert "dispatch places import" in str(refusal.value.hint)


def test_the_database_of_another_program_is_refused(tmp_path: Path) -> None:
    """A valid SQLite file of another program, and a folder, are refused."""
    foreign = tmp_path / "foreign.sqlite"
    connection = sqlite3.connect(foreign)
    connection.execute("CREATE TABLE place (name TEXT)")
    connection.commit()
    connection.close()
    for path in (foreign, tmp_path):
        with pytest.raises(BadDataError) as refusal:
            resolve("Augsburg", named={}, gazetteer=path)
        assert refusal.value.problems[0].file == str(path)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_flipped_bytes_never_give_a_traceback(
    data: st.DataObject, towns: Path, tmp_path: Path
) -> None:
    """A gazetteer with some wrong bytes gives a place in Germany or an error with a reason."""
    content = bytearray(towns.read_bytes())
    for _ in range(data.draw(st.integers(1, 20))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    damaged = tmp_path / "gazetteer.sqlite"
    damaged.write_bytes(content)
    for text in ("86150", "Neuenkirchen, NW", "Augzburg"):
        try:
            place = resolve(text, named={}, gazetteer=damaged)
        except DOCUMENTED as error:
            reasons = [str(problem.text) for problem in error.problems]
            assert reasons
            assert all(reasons)
        else:
            assert place.label
            assert 47 <= place.lat <= 56
            assert 5 <= place.lon <= 16


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.one_of(st.binary(max_size=300), st.text(max_size=300).map(str.encode)))
def test_any_file_is_imported_or_refused(tmp_path: Path, content: bytes) -> None:
    """Any bytes are imported or raise BadDataError."""
    source = tmp_path / "source"
    source.write_bytes(content)
    files = {str(source)}
    try:
        import_gazetteer(source, tmp_path / "gazetteer.sqlite")
    except BadDataError as error:
        files = {problem.file for problem in error.problems}
    assert files == {str(source)}


@pytest.mark.skipif(not SHARED.exists(), reason="the shared GeoNames file is not here")
def test_the_real_file_has_the_described_counts(tmp_path: Path) -> None:
    """Without bulk receivers 16,235 of 23,297 rows, 13,469 names and 8,156 codes are kept."""
    count = import_gazetteer(SHARED, tmp_path / "gazetteer.sqlite")
    assert count == GazetteerCount(
        rows=23_297, kept=16_235, dropped=7_062, names=13_469, postcodes=8_156
    )
