"""Count the places of a batch for its map, in bounded memory."""

from math import floor

from msgspec import Struct, field

from ...model import Place
from ..ranks import ServiceRanks

MOST_POINTS = 1_000
"""Up to so many incidents each one stands on the map; beyond them they are counted in cells."""

MOST_CELLS = 20_000
"""With more cells, each four of them become one."""

LEVELS = ("best", "slow", "late", "none", "outside")
"""The levels of an incident, in the order of their counts: see ``level_of``."""

SOON_MIN, LATE_MIN = 30, 60
_PER_DEGREE = 100
_ROWS = 1_000_000


class PlaceTally(Struct, kw_only=True):
    """The places of the ranked rows so far.

    ``points`` are (lat, lon, level) and empty beyond ``MOST_POINTS``; ``cells`` have the counts of
    all levels, by number of the cell; a cell is ``size`` hundredths of a degree high and wide.
    """

    points: list[tuple[float, float, int]] = field(default_factory=list)
    cells: dict[int, list[int]] = field(default_factory=dict)
    size: int = 1
    total: int = 0

    def count(self, place: Place, ranks: tuple[ServiceRanks, ...]) -> None:
        """Count a ranked row."""
        level = LEVELS.index(level_of(ranks))
        self.total += 1
        if self.total <= MOST_POINTS:
            self.points.append((place.lat, place.lon, level))
            return
        for lat, lon, each in self.points:
            self._add(lat, lon, each)
        self.points.clear()
        self._add(place.lat, place.lon, level)

    def _add(self, lat: float, lon: float, level: int) -> None:
        step = self.size / _PER_DEGREE
        number = floor((lat + 90) / step) * _ROWS + floor((lon + 180) / step)
        counts = self.cells.setdefault(number, [0] * len(LEVELS))
        counts[level] += 1
        while len(self.cells) > MOST_CELLS:
            self._coarsen()

    def _coarsen(self) -> None:
        found: dict[int, list[int]] = {}
        for number, counts in self.cells.items():
            row, column = divmod(number, _ROWS)
            sums = found.setdefault(row // 2 * _ROWS + column // 2, [0] * len(LEVELS))
            for level, count in enumerate(counts):
                sums[level] += count
        self.cells, self.size = found, self.size * 2

    def middles(self) -> list[tuple[float, float, list[int]]]:
        """Return the middle of each cell in degrees, with its counts, by number of the cell."""
        step = self.size / _PER_DEGREE
        return [
            ((row + 0.5) * step - 90, (column + 0.5) * step - 180, counts)
            for (row, column), counts in (
                (divmod(number, _ROWS), self.cells[number]) for number in sorted(self.cells)
            )
        ]


def level_of(ranks: tuple[ServiceRanks, ...]) -> str:
    """Return whether and how soon help comes: by the service with the fewest expected minutes.

    "none": no service has a candidate; "outside": only the emergency number is called.
    """
    if not ranks:
        return "outside"
    minutes = [each.expected_min for each in ranks if each.rows and each.expected_min is not None]
    if not minutes:
        return "none"
    if min(minutes) <= SOON_MIN:
        return "best"
    return "slow" if min(minutes) <= LATE_MIN else "late"
