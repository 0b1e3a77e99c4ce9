"""Whether a file belongs to a provider file, and which ids the others have."""

from pathlib import Path

import pytest

from dispatch_cli.catalog.entry_check import problems_of_entries
from dispatch_cli.catalog.other_files import ids_beside, is_part

FIRM = '[[provider]]\nid = "{0}"\n'


@pytest.fixture
def main(tmp_path: Path) -> Path:
    """A main file that includes a folder."""
    (tmp_path / "here" / "sub").mkdir(parents=True)
    path = tmp_path / "here" / "providers.toml"
    path.write_text('include = ["sub/*.toml", 7]\n' + FIRM.format("own"), "utf-8")
    return path


def test_a_file_belongs_if_it_is_the_main_file_or_matches_an_include(main: Path) -> None:
    """Also before it exists; not beside the folder, above it, or with another ending."""
    folder = main.parent
    (folder / "link.toml").symlink_to(main)
    assert is_part(main, "option", folder / "link.toml")
    assert is_part(main, "option", folder / "sub" / "new.toml")
    assert not is_part(main, "option", folder / "new.toml")
    assert not is_part(main, "option", folder / "sub" / "new.txt")
    assert not is_part(main, "option", folder.parent / "sub" / "new.toml")
    main.write_text('include = ["**/*.toml"]\n', "utf-8")
    assert is_part(main, "option", folder / "deep" / "er" / "new.toml")
    for content in ("include = 7\n", "[[", ""):
        main.write_text(content, "utf-8")
        assert not is_part(main, "option", folder / "sub" / "new.toml")
        assert ids_beside(main, "option", folder / "sub" / "new.toml") == {}


def test_the_ids_of_the_other_files(main: Path) -> None:
    """Those of the file itself are left out, and tables without an id."""
    sub = main.parent / "sub"
    main.write_text('include = ["sub/*.toml"]\n' + FIRM.format("own"), "utf-8")
    (sub / "a.toml").write_text(FIRM.format("a") + "[[provider]]\nid = 7\n", "utf-8")
    (sub / "b.toml").write_text(FIRM.format("b"), "utf-8")
    (sub / "c.toml").write_text("provider = 7\n", "utf-8")
    found = ids_beside(main, "option", sub / "b.toml")
    assert set(found) == {"own", "a"}
    assert found["a"].endswith("sub/a.toml")


def test_entries_are_checked_by_themselves() -> None:
    """The first problem of each invalid one, by its position; an area by a file is refused."""
    good = {"id": "x", "name": "x", "phone": "110", "services": ["tow"], "base": "86150",
            "area": "country"}  # fmt: skip
    assert problems_of_entries([]) == problems_of_entries([good]) == {}
    found = problems_of_entries([good, {**good, "phone": "1"}, {**good, "services": ["x"]}])
    assert set(found) == {1, 2}
    assert "is not a phone number" in str(found[1])
    assert str(found[2]).startswith('unknown service "x"')
    with_file = {**good, "area": {"polygon": "../x.json"}}
    assert "cannot be read here" in str(problems_of_entries([with_file])[0])
