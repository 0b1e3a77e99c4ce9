"""The road tables of one engine: what is known, what must be asked, and when it is given up."""

from collections.abc import Sequence
from pathlib import Path
from time import monotonic

from ..errors import UnavailableError
from ..messages import Message
from ..model import Place
from ..model.travel_engines import TRAVEL_ENGINES, RoadTime, TravelSettings, UnitKind, unit_kind_of
from ..network.address import Address, parse_address
from ..network.answer_reader import AnswerLimits
from ..network.blocking_call import CallError, call
from ..network.http_request import HttpRequest
from ..road_ranking import NoRoadsError
from .engine_protocol import Engine, EngineError, Legs, Point
from .road_cache import KnownLegs, RoadCache
from .road_times import check_legs, least_minutes, road_time

_LIMITS = AnswerLimits(most_bytes=2 * 1024 * 1024, most_cpu_s=0.2)
_RETRY_AFTER_S = 10.0
"""A desk that draws its preview at each answer must not wait for a dead engine each time."""
_MOST_PLACES = 50
_KEPT_IN_MEMORY_S = 600.0
"""A desk runs for days; the files behind its memory have an age."""
_NOT_ON_MAP_M = 20_000.0


class Roads:
    """Makes the road table of a place; answers are kept in memory and in ``cache_dir``.

    With ``is_required`` a failure of the engine raises UnavailableError instead of NoRoadsError.
    ``now`` is a moment in seconds since 1970, for the age of the kept answers.
    """

    def __init__(
        self,
        settings: TravelSettings,
        engine: Engine,
        *,
        cache_dir: Path | None,
        now: float,
        is_required: bool = False,
    ) -> None:
        self.settings = settings
        self.source = settings.engine
        self.engine = engine
        self.is_required = is_required
        self.address = parse_address(settings.url)
        server = f"{settings.engine}|{settings.url}|{settings.data_version}"
        self.cache = None if cache_dir is None else RoadCache(cache_dir, server, now)
        self.known: dict[tuple[Point, str], KnownLegs] = {}
        self._failure: Message | None = None
        self._retry_at = 0.0
        self._emptied_at = monotonic()
        self._off_map: dict[tuple[Point, str], float] = {}

    def __call__(self, place: Place) -> "PlaceRoads":
        """Return the table of a place; the time-out begins with its first request."""
        now_s = monotonic()
        for key, found_s in [*self._off_map.items()]:
            if now_s - found_s > _RETRY_AFTER_S:
                del self._off_map[key]
                self.known.pop(key, None)
        passed_s = now_s - self._emptied_at
        if len(self.known) > _MOST_PLACES or passed_s > _KEPT_IN_MEMORY_S:
            self.known.clear()
            self._emptied_at += passed_s
            if self.cache is not None:
                self.cache.now += passed_s
        return PlaceRoads(self, place)

    def note_off_map(self, key: tuple[Point, str]) -> None:
        """Remember that a place has no road, until it is time to try once more.

        The server may have another map by then, so that the files do not have this answer.
        """
        self._off_map[key] = monotonic()

    def failed(self, why: Message) -> Exception:
        """Remember a failure of the engine, and return the error to raise."""
        self._failure, self._retry_at = why, monotonic() + _RETRY_AFTER_S
        return self.refusal(why)

    def refusal(self, why: Message) -> Exception:
        """Return the error to raise."""
        if self.is_required:
            return UnavailableError(
                why, hint="without --require-router the minutes are estimates as the crow flies"
            )
        return NoRoadsError(why)

    def check_alive(self) -> None:
        """Raise the last failure again, until it is time to try once more."""
        if self._failure is not None and monotonic() < self._retry_at:
            raise self.refusal(self._failure)

    def named(self, why: Message) -> Message:
        """Put the name of the engine before a sentence."""
        return Message("{engine}: {why}", engine=self.source, why=why)


class PlaceRoads:
    """The roads to one place; see RoadTable. All its requests share one time-out."""

    def __init__(self, roads: Roads, place: Place) -> None:
        self._roads = roads
        self._at: Point = (round(place.lat, 6), round(place.lon, 6))
        self._limit_m = max(roads.settings.snap_m, place.uncertainty_km * 1000)
        self._place_snap_m = self._limit_m
        self._has_answer = False
        self._until: float | None = None

    @property
    def source(self) -> str:
        """The name of the engine."""
        return self._roads.source

    def least_min(self, distance_km: float, service: str) -> float:
        """Return minutes that no road takes less than, for a great-circle distance."""
        settings, unit = self._roads.settings, unit_kind_of(service)
        least_min = least_minutes(distance_km, settings, unit, self._place_snap_m)
        return least_min * settings.factor(unit)

    def times(self, bases: Sequence[Point], service: str) -> list[RoadTime]:
        """Return the road times from the bases; raises NoRoadsError."""
        roads, unit = self._roads, unit_kind_of(service)
        ends = [(round(lat, 6), round(lon, 6)) for lat, lon in bases]
        profile = roads.engine.profile(unit)
        known = self._known(profile, unit)
        missing = [end for end in dict.fromkeys(ends) if end not in known.legs]
        if missing:
            known = self._asked(missing, profile, unit)
            left = [end for end in dict.fromkeys(ends) if end not in known.legs]
            if left:  # the engine has new data, so that the older answers are gone
                known = self._asked(left, profile, unit)
        # An engine may put the place on another road for other bases: the bound takes the farthest.
        nearest_m = self._place_snap_m if self._has_answer else 0.0
        self._place_snap_m = max(nearest_m, known.place_snap_m or 0.0)
        self._has_answer = True
        if self._place_snap_m > self._limit_m:
            why = Message("the place is {snap_m:,.0f} m off the road", snap_m=self._place_snap_m)
            if self._place_snap_m > _NOT_ON_MAP_M:
                why = Message("the place is not on its map")
            # The engine has answered: a required one is not missing.
            raise NoRoadsError(roads.named(why))
        factor = roads.settings.factor(unit)
        return [road_time(known.legs[end], roads.settings, factor) for end in ends]

    def _known(self, profile: str, unit: UnitKind) -> KnownLegs:
        roads, key = self._roads, (self._at, profile)
        if key not in roads.known:
            found = KnownLegs() if roads.cache is None else roads.cache.read(self._at, profile)
            roads.known[key] = self._sound(found, unit)
        return roads.known[key]

    def _sound(self, found: KnownLegs, unit: UnitKind) -> KnownLegs:
        """Return kept legs that the settings of now allow, else none."""
        legs = Legs(legs=tuple(found.legs.values()), place_snap_m=found.place_snap_m)
        try:
            check_legs(legs, len(found.legs), self._roads.settings, unit)
        except EngineError:
            return KnownLegs()
        return found

    def _asked(self, ends: list[Point], profile: str, unit: UnitKind) -> KnownLegs:
        """Ask the engine, and keep its answer; raises NoRoadsError."""
        roads = self._roads
        roads.check_alive()
        try:
            found = roads.engine.legs(ends, self._at, unit, self._send)
            check_legs(found, len(ends), roads.settings, unit)
        except (EngineError, CallError) as error:
            raise roads.failed(roads.named(error.why)) from None
        key = (self._at, profile)
        cache, before = roads.cache, roads.known[key]
        if cache is not None and not cache.is_of(found.data_version):
            roads.known.clear()
            before = KnownLegs()
        fresh = dict(zip(ends, found.legs, strict=True))
        snap_m = max(before.place_snap_m or 0.0, found.place_snap_m or 0.0)
        known = KnownLegs({**before.legs, **fresh}, snap_m)
        roads.known[key] = known
        if snap_m > self._limit_m:
            roads.note_off_map(key)
            return known
        if cache is not None:
            cache.add(self._at, profile, KnownLegs(fresh, snap_m))
        return known

    def _send(self, path: str, body: bytes | None) -> tuple[int, bytes]:
        roads = self._roads
        if self._until is None:
            self._until = monotonic() + roads.settings.timeout_s
        address = _below(roads.address, path)
        headers = {"Accept": "application/json"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        answer = call(
            HttpRequest(address=address, headers=headers, body=body),
            until=self._until,
            may_be_private=roads.settings.is_trusted,
            limits=_LIMITS,
        )
        if 300 <= answer.status < 400:
            raise CallError(Message("redirects, which is not followed"))
        return answer.status, answer.body


def _below(address: Address, path: str) -> Address:
    """Append a path to an address; its query, such as the key of a service, stays behind it."""
    base, _, query = address.target.partition("?")
    target = base.rstrip("/") + path
    if query:
        target += f"{'&' if '?' in path else '?'}{query}"
    return Address(address.scheme, address.host, address.port, target)


def open_roads(
    settings: TravelSettings, *, cache_dir: Path | None, now: float, is_required: bool = False
) -> Roads | None:
    """Open the engine of the settings; None for estimates as the crow flies.

    Raises AddressError for an address that is none.
    """
    keys = TRAVEL_ENGINES[settings.engine]
    if not keys.needs_url:
        return None
    return Roads(
        settings,
        make_engine(settings),
        cache_dir=cache_dir,
        now=now,
        is_required=is_required,
    )


def make_engine(settings: TravelSettings) -> Engine:
    """Make the engine of the settings from its entry in the registry."""
    from importlib import import_module

    module, _, name = TRAVEL_ENGINES[settings.engine].module.partition(":")
    made: Engine = getattr(import_module(f".{module}", __package__), name)(settings)
    return made
