"""The key ``roads``: road tables beside the file that names them, main or included."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from dispatch_cli import catalog as catalogs
from dispatch_cli.catalog import Catalog
from dispatch_cli.errors import BadDataError

FIRM = '[[provider]]\nid = "{0}"\nname = "x"\nphone = "110"\nservices = ["tow"]\n' \
    'base = "86150"\narea = "country"\n'  # fmt: skip


def load(path: Path, cache: Path | None = None) -> Catalog:
    """Load a provider file, from its compiled form if there is a cache."""
    return catalogs.load(
        path,
        source="option",
        now=datetime(2026, 11, 30, tzinfo=UTC),
        cache_dir=cache,
        holidays=lambda region, years: (),
    )


@pytest.fixture
def main(tmp_path: Path) -> Path:
    """A main file with a road table, and an included one with another."""
    folder = tmp_path / "here"
    (folder / "sub").mkdir(parents=True)
    for name in ("a.roads.json", "sub/b.roads.json"):
        (folder / name).write_text("{}", "utf-8")
    (folder / "sub" / "b.toml").write_text('roads = ["b.roads.json"]\n' + FIRM.format("b"), "utf-8")
    path = folder / "providers.toml"
    head = 'include = ["sub/*.toml"]\nroads = ["a.roads.json", "./a.roads.json"]\n'
    path.write_text(head + FIRM.format("a"), "utf-8")
    return path


def test_paths_count_from_the_file_that_names_them(main: Path) -> None:
    """Each table once, by its real path; an included file may have the key, too."""
    catalog = load(main)
    folder = main.parent.resolve()
    assert catalog.rules.roads == (
        str(folder / "a.roads.json"), str(folder / "sub" / "b.roads.json"),
    )  # fmt: skip
    assert catalog.files[-2:] == (main.parent / "a.roads.json", main.parent / "sub/b.roads.json")
    assert catalog.warnings == load(main).warnings


@pytest.mark.parametrize("path", ["../x.json", "/etc/passwd", "link.json", "", "a\\u0000b"])
def test_no_path_leads_out_of_the_folder(main: Path, path: str) -> None:
    """Neither upwards, nor absolute, nor by a link, from a main or an included file."""
    outside = main.parent.parent / "x.json"
    outside.write_text("{}", "utf-8")
    for folder in (main.parent, main.parent / "sub"):
        (folder / "link.json").symlink_to(outside)
    for file, key in ((main, "a"), (main.parent / "sub" / "b.toml", "b")):
        before = file.read_text("utf-8")
        up = f"../{path}" if path.startswith("..") and key == "b" else path
        file.write_text(f'{before.split("roads")[0]}roads = ["{up}"]\n{FIRM.format(key)}', "utf-8")
        with pytest.raises(BadDataError) as refusal:
            load(main)
        assert "leads out of the folder" in str(refusal.value) or "path is empty" in str(
            refusal.value
        )
        file.write_text(before, "utf-8")


def test_a_missing_table_is_a_warning_until_it_is_there(main: Path, tmp_path: Path) -> None:
    """A missing table must not stop a centre; the compiled form notices both changes."""
    cache = tmp_path / "cache"
    table = main.parent / "a.roads.json"
    said = 'the road table "a.roads.json" is missing'
    for is_there in (True, False, False, True):
        if is_there:
            table.write_text("{}", "utf-8")
        else:
            table.unlink(missing_ok=True)
        catalog = load(main, cache)
        assert any(said in str(each) for each in catalog.warnings) is not is_there
        assert (table in catalog.files) is is_there
        assert str(table.resolve()) in catalog.rules.roads


def test_a_changed_table_needs_no_new_compilation(main: Path, tmp_path: Path) -> None:
    """Its content is read where a place on a motorway is typed."""
    cache = tmp_path / "cache"
    compiled = load(main, cache).compiled_path
    assert compiled is not None
    before = compiled.stat().st_mtime_ns, compiled.stat().st_ino
    (main.parent / "a.roads.json").write_text("[1, 2, 3]", "utf-8")
    load(main, cache)
    assert (compiled.stat().st_mtime_ns, compiled.stat().st_ino) == before


@pytest.mark.parametrize(
    ("value", "said"), [('"a.json"', "list"), ("[1]", "text"), ("[[]]", "text")]
)
def test_another_type_is_refused_with_its_line(main: Path, value: str, said: str) -> None:
    """A list of texts is the only form."""
    main.write_text(f"roads = {value}\n" + FIRM.format("a"), "utf-8")
    with pytest.raises(BadDataError, match=said) as refusal:
        load(main)
    assert f"{os.fspath(main)}:1" in str(refusal.value)


def test_other_keys_of_the_main_file_stay_there(main: Path) -> None:
    """An included file has providers and road tables only."""
    included = main.parent / "sub" / "b.toml"
    included.write_text('include = ["x"]\nraods = ["b.roads.json"]\n' + FIRM.format("b"), "utf-8")
    with pytest.raises(BadDataError) as refusal:
        load(main)
    assert "include belongs in the main file" in str(refusal.value)
    assert 'did you mean "roads"' in str(refusal.value)
