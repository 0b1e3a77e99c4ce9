"""The generated provider files of the benchmarks."""

import re
from pathlib import Path

import pytest

from benchmarks.worlds import AUGSBURG, FIXED, write_world
from dispatch_cli.geo import fit
from dispatch_cli.notation import parse_place

from .files import open_file

FILM_NUMBER = re.compile(r"030 23125-|069 90009-|040 66969-|0221 4710-|089 99998-")


@pytest.mark.parametrize("providers", [20, 100, 500, pytest.param(10_000, marks=pytest.mark.ci)])
@pytest.mark.parametrize("at", [f"{AUGSBURG[0]},{AUGSBURG[1]}", "86150"])
def test_twenty_round_augsburg(tmp_path: Path, providers: int, at: str) -> None:
    """At every size exactly the twenty fixed ones reach Augsburg, and all of them tow."""
    catalog = open_file(write_world(tmp_path / "providers.toml", providers=providers))
    place = parse_place(at)
    reaching = [
        one for one in catalog.near(place) if fit(one.area, one.lat, one.lon, place)[0] != "outside"
    ]
    assert catalog.count == providers
    assert [one.id for one in reaching] == [f"p{number}" for number in range(FIXED)]
    assert all("tow" in one.services and one.hours == "24/7" for one in reaching)
    assert all(FILM_NUMBER.match(one.phones[0].shown) for one in catalog.all())


def test_same_seed_same_file(tmp_path: Path) -> None:
    """The same seed writes the same bytes, and another seed writes others."""
    first, second, third = (
        write_world(tmp_path / f"{name}.toml", providers=50, seed=seed).read_bytes()
        for name, seed in (("a", 1), ("b", 1), ("c", 2))
    )
    assert first == second != third


@pytest.mark.ci
def test_large_worlds_are_split(tmp_path: Path) -> None:
    """Above 20,000 providers the world is a main file with included ones, each below the limit."""
    path = write_world(tmp_path / "providers.toml", providers=25_000)
    assert len(list(tmp_path.iterdir())) == 3
    assert open_file(path).count == 25_000
