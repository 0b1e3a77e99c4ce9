"""Compiled postcodes of a place are those of ``place_at``, or the row is left to the desk."""

from random import Random

import pytest

from dispatch_cli.batch.index.postcode_entries import all_codes
from dispatch_cli.notation import place_at

np = pytest.importorskip("numpy", reason='the extra "batch" is not installed')
pytest.importorskip("numba", reason='the extra "batch" is not installed')

from dispatch_cli.batch.compiled.place_codes import find_codes  # noqa: E402


@pytest.mark.parametrize("count", [2_000, pytest.param(100_000, marks=pytest.mark.ci)])
def test_codes_are_those_of_the_place(count: int) -> None:
    """Codes and distance abroad are the same in and round Germany, with any uncertainty.

    Hardly a place is left undecided.
    """
    random = Random(11)
    lats = [random.uniform(46.5, 55.8) for _ in range(count)]
    lons = [random.uniform(5.0, 16.0) for _ in range(count)]
    vague = [random.choice((0.0, 0.0, 0.1, 1.5, 6.0)) for _ in range(count)]
    found = find_codes(*map(np.array, (lats, lons, vague)))
    codes = all_codes()
    for row in np.flatnonzero(found.is_decided).tolist():
        place = place_at(lats[row], lons[row], uncertainty_km=vague[row])
        mine = {codes[number] for number in found.codes[row, : found.counts[row]]}
        assert mine == {*place.postcodes, *filter(None, [place.postcode])}, (lats[row], lons[row])
        if np.isfinite(found.foreign_km[row]):
            assert abs(found.foreign_km[row] - place.surely_abroad_km) < 1e-9
        else:
            assert place.foreign_km > 0
    assert (~found.is_decided).sum() <= count / 100


def test_a_place_half_way_between_two_centres_is_left_undecided() -> None:
    """If the last bits would decide the nearer centre, the row is left to the desk."""
    from dispatch_cli.notation.postcode_search import centre_of

    (lat1, lon1), (lat2, lon2) = centre_of("86150"), centre_of("86152")
    low, high = 0.0, 1.0

    def first(share: float) -> str:
        return place_at(lat1 + (lat2 - lat1) * share, lon1 + (lon2 - lon1) * share).postcode

    while high - low > 1e-15 and (middle := (low + high) / 2) not in (low, high):
        low, high = (middle, high) if first(middle) == first(0.0) else (low, middle)
    lat, lon = lat1 + (lat2 - lat1) * low, lon1 + (lon2 - lon1) * low
    found = find_codes(np.array([lat]), np.array([lon]), np.zeros(1))
    assert found.is_decided.tolist() == [False]
