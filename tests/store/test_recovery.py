"""An erased log gives an attacker no more than the retention page states."""

from math import comb
from pathlib import Path

import pytest

from dispatch_cli.model import Place
from dispatch_cli.model.sphere import great_circle_km

from .recovering import HIT_KM, Leftover, guess, simulated

LEVEL = 0.01


def _is_hit(found: Place, left: Leftover) -> bool:
    return great_circle_km(found.lat, found.lon, left.truth.lat, left.truth.lon) <= HIT_KM


def _chance_of_more(more: int, fewer: int) -> float:
    """Return the chance of at least so many wins among differing pairs, if both are alike.

    McNemar's test, exact and one-sided: only pairs in which one attacker hits and the other does
    not can tell them apart (Psychometrika 12, 1947).
    """
    pairs = more + fewer
    return sum(comb(pairs, wins) for wins in range(more, pairs + 1)) / 2**pairs


@pytest.mark.parametrize("count", [100, pytest.param(1000, marks=pytest.mark.ci)])
def test_the_files_tell_no_more_than_the_page(tmp_path: Path, count: int) -> None:
    """With all files an attacker finds the place within 5 km no more often than by the page.

    The control: with the exact cost of the contract, and all who were eligible, it does.
    """
    files, page, sums, without_sums = 0, 0, 0, 0
    for seed in range(count):
        left = simulated(tmp_path / f"{seed}.sqlite3", seed)
        found = guess(left)
        by_page, by_files, by_sums = (
            _is_hit(each, left) for each in (found.by_page, found.by_files, found.by_sums)
        )
        files += by_files and not by_page
        page += by_page and not by_files
        sums += by_sums and not by_page
        without_sums += by_page and not by_sums
        for each in tmp_path.iterdir():
            each.unlink()
    assert _chance_of_more(files, page) > LEVEL
    assert sums > without_sums
    if count == 1000:
        assert _chance_of_more(sums, without_sums) < LEVEL
