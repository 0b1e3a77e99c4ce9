"""Order the providers of a service by minutes.

Ascending ``index_min = arrival_min + answer_min / acceptance`` minimises the expected time to
rescue, and a provider is not worth asking if its index is not below the fallback. This is the
reservation price of a yes/no box (Weitzman, Econometrica 47(3), 1979) and the cost/probability rule
of sequential testing (Simon & Kadane 1975; Ünlüyurt 2004); the proof is in docs/ranking.md.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from itertools import groupby
from math import floor, inf
from operator import itemgetter
from typing import TypeVar

from msgspec.structs import replace

from .candidates import Orders, RatedProvider
from .eligibility import EligibleProvider, Need, is_on_list
from .model import Provider, Settings
from .model.digest import blake2b
from .model.travel_engines import CROW_FLY

NIGHT_BEGINS, NIGHT_ENDS = 20, 6
"""Hours of the clock."""
COMPARED_STEPS_PER_MIN = 1e6
"""Minutes are compared in whole millionths, so that two ways of computing give one order."""

EQUAL_WITHIN_ERRORS = 3
"""Standard errors of the better one of two learned values within which they may be equal.

Their difference has a standard error 1.4 times as large, and twice that is 2.8; the best of several
is better by luck more often than not.
"""

Measure = Callable[[RatedProvider, Need], int]
Tie = tuple[float, bytes]
Part = tuple[bool, bool]
AskedKey = tuple[Part, int, Tie]
T = TypeVar("T")


def rate(
    eligible: EligibleProvider,
    need: Need,
    travel_min: float,
    late_min: float = 0.0,
    error_min: float = 0.0,
    *,
    travel_source: str = CROW_FLY,
) -> RatedProvider:
    """Compute a provider's minutes; missing values come from the settings of the service.

    ``late_min`` is its usual lateness with ``travel_source``, negative if early; no arrival is
    before the call. An
    acceptance of 0 gives an infinite index: asking costs time and never helps. ``error_min`` is the
    standard error of the index by the log, 0 without offers in the log.
    """
    provider, wait_min = eligible.provider, eligible.availability.wait_min
    settings = need.settings.of(need.entry.service)
    turnout_min = _or_default(provider.turnout_min, settings.turnout_min)
    answer_min = _or_default(provider.answer_min, settings.answer_min)
    acceptance = _or_default(provider.acceptance, settings.acceptance)
    arrival_min = max(0.0, wait_min + turnout_min + travel_min + late_min)
    client = need.client
    return RatedProvider(
        eligible=eligible,
        wait_min=wait_min,
        turnout_min=turnout_min,
        travel_min=travel_min,
        late_min=late_min,
        answer_min=answer_min,
        acceptance=acceptance,
        arrival_min=arrival_min,
        index_min=arrival_min + answer_min / acceptance if acceptance > 0 else inf,
        head_start_min=_head_start_min(eligible, need),
        outside_contract=bool(
            client
            and client.only
            # A person in danger does not wait for a client's list.
            and not need.incident.in_danger
            and not is_on_list(provider, client.only)
        ),
        error_min=error_min,
        travel_source=travel_source,
    )


def keep(
    rated: Iterable[RatedProvider], fallback_min: float
) -> tuple[list[RatedProvider], list[RatedProvider]]:
    """Separate providers worth asking from those slower than the last resort (the stop rule).

    The true index decides: a head start changes the order, never the set.
    """
    kept: list[RatedProvider] = []
    beyond: list[RatedProvider] = []
    for candidate in rated:
        (kept if candidate.index_min < fallback_min else beyond).append(candidate)
    return kept, beyond


def orders(kept: list[RatedProvider], contract_only: list[RatedProvider], need: Need) -> Orders:
    """Order the kept providers, and make the orders that show what wish, method and contract cost.

    ``contract_only`` are excluded by a client's strict list alone; the neutral order has them too.
    """
    measure = _MEASURES[need.settings.method]

    def in_order(
        rated: list[RatedProvider], by: Measure, *, policy: bool, wish: str | None
    ) -> list[RatedProvider]:
        def key(candidate: RatedProvider) -> AskedKey:
            provider = candidate.eligible.provider
            part = (provider.id != wish, policy and candidate.outside_contract)
            return part, by(candidate, need), tie(provider.id, need)

        return sorted(rated, key=key)

    ungrouped = sorted(kept, key=lambda candidate: asked_key(candidate, need))
    return Orders(
        asked=_in_turn(ungrouped, need),
        ungrouped=ungrouped,
        without_wish=in_order(kept, measure, policy=True, wish=None),
        by_index=in_order(kept, _by_order_min, policy=True, wish=None),
        neutral=in_order([*kept, *contract_only], _by_index_min, policy=False, wish=None),
    )


def asked_key(candidate: RatedProvider, need: Need) -> AskedKey:
    """Return the key that sorts the calls: wish and contract, the method's minutes, ties."""
    steps = _MEASURES[need.settings.method](candidate, need)
    return _part(candidate, need), steps, tie(candidate.eligible.provider.id, need)


def _part(candidate: RatedProvider, need: Need) -> Part:
    """Return the part of the order: the wish, the client's own list, the others."""
    return candidate.eligible.provider.id != need.incident.wish, candidate.outside_contract


def last_key(ordered: list[RatedProvider], count: int, need: Need) -> AskedKey:
    """Return the largest key that can still change the first ``count`` calls.

    ``ordered`` has at least ``count`` candidates, sorted by ``asked_key``. Without turns among
    equals it is the key of the last of them, else the end of its group, whose members may take
    turns with it.
    """
    part, steps, broken_tie = asked_key(ordered[count - 1], need)
    if need.settings.method != "index":
        return part, steps, broken_tie
    end, within_min = -inf, 0.0
    for leader in ordered[:count]:
        leader_part, leader_steps, _ = asked_key(leader, need)
        if leader_part == part and leader_steps > end:
            within_min = equal_within_min(leader.error_min, need.settings)
            end = leader_steps + within_min * COMPARED_STEPS_PER_MIN
    return (part, floor(end), (inf, b"")) if within_min else (part, steps, broken_tie)


def at_night(provider: Provider, need: Need) -> Provider:
    """Lower the unlearned acceptance at night of a provider without opening hours.

    Night is from 20 to 6 on the clock of the centre; the factor is ``unknown_hours_night_factor``.
    """
    settings = need.settings
    if provider.hours is not None or not is_night(need.incident.when, settings.timezone):
        return provider
    acceptance = _or_default(provider.acceptance, settings.of(need.entry.service).acceptance)
    return replace(provider, acceptance=acceptance * settings.unknown_hours_night_factor)


def is_night(moment: datetime, timezone: str) -> bool:
    """Return whether it is night at a moment in a time zone."""
    from zoneinfo import ZoneInfo  # 4 ms that a file with all hours need not pay

    return not NIGHT_ENDS <= moment.astimezone(ZoneInfo(timezone)).hour < NIGHT_BEGINS


def _in_turn(ordered: list[RatedProvider], need: Need) -> list[RatedProvider]:
    """Let equals take turns within each part of the order: wish, client's list, others."""
    if need.settings.method != "index" or not any(each.error_min for each in ordered):
        return ordered

    return [
        candidate
        for _, of_part in groupby(ordered, lambda each: _part(each, need))
        for candidate in in_turn(
            [*of_part],
            lambda each: _by_order_min(each, need),
            lambda each: equal_within_min(each.error_min, need.settings),
            lambda each: tie(each.eligible.provider.id, need),
        )
    ]


def equal_within_min(error_min: float, settings: Settings) -> float:
    """Return how many minutes behind a leader its equals may be; 0 without offers in the log."""
    return min(settings.fair_within_min, EQUAL_WITHIN_ERRORS * error_min)


def in_turn(
    candidates: Sequence[T],
    steps: Callable[[T], int],
    within_min: Callable[[T], float],
    tie_of: Callable[[T], Tie],
) -> list[T]:
    """Sort candidates by groups of equals, and those of a group by the tie rule.

    Groups are formed from the best downwards by ``steps``, which are minutes in millionths. The
    best candidate that has no group yet is the leader of the next one. Its group consists of
    the candidates whose steps are at most its ``within_min`` above its own.
    """
    order = sorted((steps(each), tie_of(each), at) for at, each in enumerate(candidates))
    begin = 0
    while begin < len(order):
        leader_steps, _, leader = order[begin]
        most = leader_steps + within_min(candidates[leader]) * COMPARED_STEPS_PER_MIN
        end = begin + 1
        while end < len(order) and order[end][0] <= most:
            end += 1
        order[begin:end] = sorted(order[begin:end], key=itemgetter(1))
        begin = end
    return [candidates[at] for *_, at in order]


def _or_default(value: float | None, default: float) -> float:
    return default if value is None else value


def _head_start_min(eligible: EligibleProvider, need: Need) -> float:
    """Return the minutes that a contract gives; 0 in danger and for methods other than the index.

    The published procedures of neutral exchanges have no clients.
    """
    client = need.client
    if client is None or need.incident.in_danger or need.settings.method != "index":
        return 0.0
    return client.head_start_min if is_on_list(eligible.provider, client.prefer) else 0.0


def _by_order_min(candidate: RatedProvider, _: Need) -> int:
    return round(candidate.order_min * COMPARED_STEPS_PER_MIN)


def _by_index_min(candidate: RatedProvider, _: Need) -> int:
    return round(candidate.index_min * COMPARED_STEPS_PER_MIN)


def _by_time_band(candidate: RatedProvider, need: Need) -> int:
    """Return the band of the Abschleppzentrale's procedure: arrivals in one band are equal."""
    steps = round(candidate.arrival_min * COMPARED_STEPS_PER_MIN)
    return steps // round(need.settings.band_min * COMPARED_STEPS_PER_MIN)


def _by_distance(candidate: RatedProvider, _: Need) -> int:
    return round(candidate.eligible.distance_km * COMPARED_STEPS_PER_MIN)


_MEASURES: dict[str, Measure] = {
    "index": _by_order_min,
    "time-bands": _by_time_band,
    "nearest": _by_distance,
}


def tie(provider_id: str, need: Need) -> Tie:
    """Return the key that breaks ties: never assigned first, then longest ago, then a digest.

    The digest depends on the incident and the id. It depends on neither name nor time, so that the
    alphabet decides nothing and the same input gives the same order. It includes the number of the
    case or row, because all incidents of a postcode have one position.
    """
    last = need.observations.last_assigned.get(provider_id)
    place = need.incident.place
    # Adding 0.0 turns a rounded -0.0 into 0.0, which is the same place.
    lat, lon = round(place.lat, 6) + 0.0, round(place.lon, 6) + 0.0
    lot = f"{need.incident.kind}|{need.entry.service}|{lat:.6f}|{lon:.6f}|{provider_id}"
    if need.incident.number:
        lot += f"|{need.incident.number}"
    digest = blake2b(lot.encode(), digest_size=16).digest()
    return last.timestamp() if last else -inf, digest
