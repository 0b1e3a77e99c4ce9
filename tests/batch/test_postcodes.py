"""The postcodes of a place, compiled: those of ``place_at`` or none at all."""

from random import Random

import pytest

from dispatch_cli.batch.reach import codes_of
from dispatch_cli.notation import place_at

np = pytest.importorskip("numpy", reason='the extra "batch" is not installed')
pytest.importorskip("numba", reason='the extra "batch" is not installed')

from dispatch_cli.batch import postcodes  # noqa: E402
from dispatch_cli.batch.postcodes import UNDECIDED, PlaceCodes  # noqa: E402


def alone(count: int, part: object) -> None:
    """Do all at once."""
    part(0, count)


@pytest.mark.parametrize("count", [2_000, pytest.param(100_000, marks=pytest.mark.ci)])
def test_codes_are_those_of_the_place(count: int) -> None:
    """Anywhere in Germany and round it, exact or vague; hardly a place is left undecided."""
    random = Random(11)
    lats = [random.uniform(46.5, 55.8) for _ in range(count)]
    lons = [random.uniform(5.0, 16.0) for _ in range(count)]
    vague = [random.choice((0.0, 0.0, 0.1, 1.5, 6.0)) for _ in range(count)]
    codes = PlaceCodes()
    found = codes.of(*map(np.array, (lats, lons, vague)), alone).tolist()
    for lat, lon, uncertainty_km, number in zip(lats, lons, vague, found, strict=True):
        if number != UNDECIDED:
            place = place_at(lat, lon, uncertainty_km=uncertainty_km)
            assert codes.sets[number] == codes_of(place), (lat, lon, uncertainty_km)
    assert found.count(UNDECIDED) <= count / 100


def test_a_place_half_way_between_two_centres_is_left_undecided() -> None:
    """Where the last bits would decide which centre is nearer, nobody guesses."""
    from dispatch_cli.notation.postcodes import centre_of

    (lat1, lon1), (lat2, lon2) = centre_of("86150"), centre_of("86152")
    low, high = 0.0, 1.0
    codes = PlaceCodes()

    def first(share: float) -> str:
        return place_at(lat1 + (lat2 - lat1) * share, lon1 + (lon2 - lon1) * share).postcode

    while high - low > 1e-15 and (middle := (low + high) / 2) not in (low, high):
        low, high = (middle, high) if first(middle) == first(0.0) else (low, middle)
    lat, lon = lat1 + (lat2 - lat1) * low, lon1 + (lon2 - lon1) * low
    found = codes.of(np.array([lat]), np.array([lon]), np.zeros(1), alone)
    assert found.tolist() == [UNDECIDED]


def test_what_is_numbered_is_forgotten_between_batches_and_not_within(monkeypatch) -> None:
    """The numbers do not grow without end, and those of a batch stay until the next begins."""
    monkeypatch.setattr(postcodes, "MOST_KEPT", 3)
    codes = PlaceCodes()
    numbers = [codes.number((f"8615{digit}",)) for digit in range(5)]
    assert [codes.sets[number] for number in numbers] == [(f"8615{digit}",) for digit in range(5)]
    codes.begin()
    assert codes.sets == [()]
    assert codes.number(("86150",)) == 1
