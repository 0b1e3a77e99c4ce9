"""Find the road minutes that decide the first rows of a cascade, and ask for no others.

A provider need not be asked for if even the least minutes that its road can take put it behind the
first rows. The proof is in docs/travel.md; nothing here does I/O: ``RoadTable`` is given.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from msgspec import UNSET, Struct
from msgspec.structs import replace

from . import geo, ranking
from .candidates import RatedProvider
from .eligibility import EligibleProvider, Need
from .messages import Message
from .model import Place
from .model.travel_engines import CROW_FLY, NOT_ASKED, RoadTime
from .results.cascade_answer import Cascade

LEAST_ROWS = 5
"""The smallest number of rows whose road minutes are proven."""

_FIRST_ASKED = 12
"""The first request has the likeliest providers: the best one is among the first five of the
crow-fly order in 95 % of incidents. Their minutes rule out most of the others."""
_FAR_KM = 1000.0
"""A distance whose least minutes show whether those of all distances have changed."""
_LEAST_REQUEST = 24
"""A request for fewer costs about as much time."""


class NoRoadsError(Exception):
    """The engine cannot give road times for an incident; ``why`` is the sentence for the screen."""

    def __init__(self, why: Message) -> None:
        super().__init__(str(why))
        self.why = why


class RoadTable(Protocol):
    """The road times from bases to the place of one incident, by one engine."""

    @property
    def source(self) -> str:
        """The name of the engine."""
        ...

    def times(self, bases: Sequence[tuple[float, float]], service: str) -> Sequence[RoadTime]:
        """Return the road times from (lat, lon) in the order of the bases; raises NoRoadsError."""
        ...

    def least_min(self, distance_km: float, service: str) -> float:
        """Return minutes that no road takes less than, for a great-circle distance."""
        ...


class RoadTables(Protocol):
    """Makes the road table of a place; the engine is asked when the table is."""

    @property
    def source(self) -> str:
        """The name of the engine."""
        ...

    def __call__(self, place: Place) -> RoadTable:
        """Return the table of a place."""
        ...


Rate = Callable[[EligibleProvider, float, str], RatedProvider]
"""Computes a provider's minutes from those of the drive and their source."""


class RoadRanking(Struct, frozen=True, kw_only=True):
    """The rated providers, in the order of the input, and how their roads were found.

    ``asked`` is the number of providers whose road was asked for. ``failure`` says why the engine
    was not used; all minutes are crow-fly then.
    """

    rated: list[RatedProvider]
    asked: int = 0
    failure: Message | str = ""


def rate_by_road(
    eligible: Sequence[EligibleProvider],
    need: Need,
    table: RoadTable,
    rate: Rate,
    *,
    rows: int = LEAST_ROWS,
) -> RoadRanking:
    """Rate providers so that the first ``rows`` are those of road minutes for all of them.

    The others have crow-fly minutes, which their road minutes need not confirm. A provider without
    a road keeps crow-fly minutes, also in a table of all roads.
    """
    estimates = [_by_crow_fly(each, need, rate) for each in eligible]
    search = _Search(
        eligible=eligible, estimates=estimates, need=need, table=table, rate=rate, rows=rows
    )
    try:
        search.run()
    except NoRoadsError as error:
        failed = [replace(each, no_road_why=error.why) for each in estimates]
        return RoadRanking(rated=failed, failure=error.why)
    return RoadRanking(
        rated=[
            search.known.get(at) or replace(estimate, no_road_why=NOT_ASKED)
            for at, estimate in enumerate(estimates)
        ],
        asked=len(search.known),
    )


def _by_crow_fly(eligible: EligibleProvider, need: Need, rate: Rate) -> RatedProvider:
    settings = need.settings.of(need.entry.service)
    return rate(eligible, geo.crow_fly_min(eligible.distance_km, settings), CROW_FLY)


def failures_of(cascades: Iterable[Cascade]) -> list[Message]:
    """Return a warning for each reason why an engine was not used."""
    failures = [found.roads.failure for found in cascades if found.roads is not UNSET]
    text = "{failure}; the minutes are estimates as the crow flies"
    return [Message(text, failure=each) for each in dict.fromkeys(filter(None, failures))]


class _Search:
    """The search for the roads to ask for; ``known`` has the rated ones by their position."""

    def __init__(
        self,
        *,
        eligible: Sequence[EligibleProvider],
        estimates: list[RatedProvider],
        need: Need,
        table: RoadTable,
        rate: Rate,
        rows: int,
    ) -> None:
        self.known: dict[int, RatedProvider] = {}
        self._eligible = eligible
        self._estimates = estimates
        self._need = need
        self._table = table
        self._rate = rate
        self._rows = rows

    def run(self) -> None:
        """Ask until no provider that is left can come before the end of the first rows."""
        likeliest = sorted(
            (ranking.asked_key(each, self._need), at)
            for at, each in enumerate(self._estimates)
            if self._is_kept(each)
        )
        most = max(self._rows, _FIRST_ASKED)
        self._ask([at for _, at in likeliest[:most]] or self._any())
        bounds: list[tuple[ranking.AskedKey, int]] = []
        reach_min: float | None = None
        while True:
            # Each answer says how far the place is from its road, and the bounds depend on it.
            now_min = self._table.least_min(_FAR_KM, self._need.entry.service)
            if now_min != reach_min:
                bounds, reach_min = self._bounds(), now_min
            limit = self._limit()
            left = [
                at for key, at in bounds if at not in self.known and (limit is None or key <= limit)
            ]
            if not left:
                return
            # The first half has the best bounds and so the providers that lower the limit.
            self._ask(left[: max(_LEAST_REQUEST, len(left) // 2)])

    def _any(self) -> list[int]:
        """Return the nearest one where no estimate is below the fallback: its road may be."""
        order = sorted((each.index_min, at) for at, each in enumerate(self._estimates))
        return [at for _, at in order[:1]]

    def _is_kept(self, rated: RatedProvider) -> bool:
        return rated.index_min < self._need.settings.of(self._need.entry.service).fallback_min

    def _bounds(self) -> list[tuple[ranking.AskedKey, int]]:
        """Return the least possible key of each provider that may be kept, sorted.

        A provider that proves to have no road keeps its estimate, which may be less than the least
        minutes of a road.
        """
        found = []
        for at, estimate in enumerate(self._estimates):
            eligible = self._eligible[at]
            least_min = self._table.least_min(eligible.distance_km, self._need.entry.service)
            bound = self._rate(eligible, least_min, self._table.source)
            if self._is_kept(bound) or self._is_kept(estimate):
                keys = (ranking.asked_key(each, self._need) for each in (bound, estimate))
                found.append((min(keys), at))
        return sorted(found)

    def _limit(self) -> "ranking.AskedKey | None":
        """Return the largest key that can change the first rows; None if any can."""
        kept = filter(self._is_kept, self.known.values())
        ordered = sorted(kept, key=lambda each: ranking.asked_key(each, self._need))
        if len(ordered) < self._rows:
            return None
        return ranking.last_key(ordered, self._rows, self._need)

    def _ask(self, numbers: list[int]) -> None:
        bases = [
            (self._eligible[at].provider.lat, self._eligible[at].provider.lon) for at in numbers
        ]
        times = self._table.times(bases, self._need.entry.service) if numbers else ()
        for at, found in zip(numbers, times, strict=True):
            if found.minutes is None:
                self.known[at] = replace(self._estimates[at], no_road_why=found.why)
            else:
                rated = self._rate(self._eligible[at], found.minutes, self._table.source)
                self.known[at] = replace(rated, road_km=found.km)
