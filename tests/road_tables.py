"""Road tables without an engine, for tests: known minutes for each base."""

from collections.abc import Callable, Mapping, Sequence

from dispatch_cli.model.travel_engines import RoadTime
from dispatch_cli.road_ranking import NoRoadsError

Base = tuple[float, float]


class KnownRoads:
    """A road table that was computed before; ``asked`` lists the bases of each request."""

    source = "osrm"

    def __init__(
        self,
        minutes: Mapping[Base, float | None],
        least_min: Callable[[float], float],
        *,
        fails_at: int = 0,
    ) -> None:
        self._minutes = minutes
        self._least_min = least_min
        self._fails_at = fails_at
        self.asked: list[list[Base]] = []

    def times(self, bases: Sequence[Base], service: str) -> list[RoadTime]:
        """Return the known minutes; fails at the request of the number ``fails_at``."""
        self.asked.append(list(bases))
        if len(self.asked) == self._fails_at:
            raise NoRoadsError("down")
        return [
            RoadTime(None, why="no road") if minutes is None else RoadTime(minutes, km=minutes)
            for minutes in (self._minutes[base] for base in bases)
        ]

    def least_min(self, distance_km: float, service: str) -> float:
        """Return the bound that the test has chosen."""
        return self._least_min(distance_km)
