"""Offers by where they stand and how long they take, the soonest possible first: a ball tree.

A ball has a middle and a reach, the farthest of its offers from there. Lengths are those through
the earth, where the triangle inequality holds and no length is more than the way round: no offer
of a ball is nearer to a place than the way to the middle less the reach. No road is shorter than
that way, none is driven faster than at the highest speed of the table: its minutes, and the least
that any of the offers needs beside them, bound the order from below for all of them. The bound
holds for every hour, vehicle and client: whoever is left by their gates is among the bounded.

Offers of a ball are near to each other, and alike in their minutes: it is cut along the longest of
four axes, three of space and one of time, a minute as long as the way that is driven in it.

(Omohundro, Five balltree construction algorithms, 1989; the nearest first as in Hjaltason and
Samet, Distance browsing in spatial databases, 1999.)
"""

from collections.abc import Iterator, Sequence
from heapq import heappop, heappush
from math import dist, inf
from typing import NamedTuple

from ..model import ServiceSettings
from ..model.sphere import EARTH_RADIUS_KM
from .offers import Offer

LEAF = 12
"""So many offers are looked at one by one."""
SLACK_MIN = 1e-6
SLACK_KM = 1e-6
Point = tuple[float, float, float]
Leaf = tuple[int, Point, float, float, Offer]
"""An offer, and before it what most are ruled out by: number, point, radius_km, the least minutes.

The last are the least that order_min can be but for the way to drive.
"""
_Placed = tuple[tuple[float, ...], Leaf]
_SAMPLE = 64


class _Ball(NamedTuple):
    """Some offers, or two smaller balls, and what holds for all in them."""

    middle: Point
    reach_km: float
    most_km: float
    least_min: float
    least_index_min: float
    halves: "tuple[_Ball, ...]"
    leaves: Sequence[Leaf]


class Tree:
    """Offers of one service that are bounded by their distance: circles, or countries."""

    def __init__(self, offers: Sequence[Offer], settings: ServiceSettings) -> None:
        self._fallback_min = settings.fallback_min
        self._min_per_km = min_per_km = least_min_per_km(settings)
        asked: list[_Placed] = []
        never: list[_Placed] = []
        for offer in offers:
            if offer.rest_min < inf:
                time = offer.rest_min / min_per_km / EARTH_RADIUS_KM
                asked.append(((*offer.point, time), leaf_of(offer)))
            else:
                never.append(((*offer.point, 0.0), leaf_of(offer)))
        self._asked = (_ball(asked),) if asked else ()
        self._all = (*self._asked, _ball(never)) if never else self._asked

    def by_bound(
        self, point: Point, uncertainty_km: float
    ) -> Iterator[tuple[float, Sequence[Leaf]]]:
        """Give the least order_min that any of some offers can have at a place, and those offers.

        The bounds never fall; whoever comes to nobody, or not before the last resort, is left out.
        """
        min_per_km, fallback_min = self._min_per_km, self._fallback_min
        heap: list[tuple[float, int, _Ball]] = []
        number = 0
        balls: tuple[_Ball, ...] = self._asked
        while True:
            for ball in balls:
                middle, reach_km, most_km, least_min, least_index_min, _, _ = ball
                least_km = EARTH_RADIUS_KM * dist(point, middle) - reach_km
                if least_km > most_km + uncertainty_km:
                    continue
                drive_min = least_km * min_per_km if least_km > 0 else 0.0
                if least_index_min + drive_min < fallback_min:
                    number += 1
                    heappush(heap, (least_min + drive_min, number, ball))
            if not heap:
                return
            bound_min, _, ball = heappop(heap)
            balls = ball.halves
            if not balls:
                yield bound_min, ball.leaves

    def around(self, point: Point, uncertainty_km: float) -> Iterator[Offer]:
        """Give all whose circle may hold a place, those who are never asked as well."""
        balls = [*self._all]
        while balls:
            ball = balls.pop()
            least_km = EARTH_RADIUS_KM * dist(point, ball.middle) - ball.reach_km
            if least_km <= ball.most_km + uncertainty_km:
                balls += ball.halves
                for _, base, radius_km, _, offer in ball.leaves:
                    least_km = EARTH_RADIUS_KM * dist(point, base) - SLACK_KM
                    if least_km <= radius_km + uncertainty_km:
                        yield offer


def _ball(placed: list[_Placed]) -> _Ball:
    """Make the ball of some offers, from smaller ones where they are many."""
    if len(placed) <= LEAF:
        return _leaf(placed)
    sample = placed[:: -(-len(placed) // _SAMPLE)]
    axes = [*zip(*(at for at, _ in sample), strict=True)]
    axis = max(range(4), key=lambda at: max(axes[at]) - min(axes[at]))
    placed.sort(key=lambda each: each[0][axis])
    half = len(placed) // 2
    first, second = _ball(placed[:half]), _ball(placed[half:])
    middle, reach_km = _round(first, second)
    return _Ball(
        middle,
        reach_km,
        max(first.most_km, second.most_km),
        min(first.least_min, second.least_min),
        min(first.least_index_min, second.least_index_min),
        (first, second),
        (),
    )


def _leaf(placed: Sequence[_Placed]) -> _Ball:
    leaves = [leaf for _, leaf in placed]
    offers = [offer for *_, offer in leaves]
    points = [offer.point for offer in offers]
    x, y, z = ((min(axis) + max(axis)) / 2 for axis in zip(*points, strict=True))
    middle: Point = x, y, z
    return _Ball(
        middle,
        EARTH_RADIUS_KM * max(dist(middle, point) for point in points) + SLACK_KM,
        max(offer.radius_km for offer in offers) + SLACK_KM,
        min(least_min for _, _, _, least_min, _ in leaves) - SLACK_MIN,
        min(offer.standing_min + offer.late_min + offer.ask_min for offer in offers) - SLACK_MIN,
        (),
        leaves,
    )


def leaf_of(offer: Offer) -> Leaf:
    """An offer as a leaf of the tree."""
    # Whoever is expected early has less than nothing to wait for, and still a way to drive.
    least_min = offer.rest_min + min(0.0, offer.standing_min + offer.late_min)
    return offer.number, offer.point, offer.radius_km, least_min, offer


def _round(first: _Ball, second: _Ball) -> tuple[Point, float]:
    """The smallest ball round two others: its middle lies between theirs."""
    apart_km = EARTH_RADIUS_KM * dist(first.middle, second.middle)
    large, small = (first, second) if first.reach_km >= second.reach_km else (second, first)
    if apart_km + small.reach_km <= large.reach_km:
        return large.middle, large.reach_km
    reach_km = (apart_km + large.reach_km + small.reach_km) / 2
    share = (reach_km - large.reach_km) / apart_km
    x, y, z = (a + (b - a) * share for a, b in zip(large.middle, small.middle, strict=True))
    return (x, y, z), reach_km + SLACK_KM


def least_min_per_km(settings: ServiceSettings) -> float:
    """The minutes that a kilometre takes at least: no road is shorter, none is driven faster."""
    return settings.detour / max(kmh for _, kmh in settings.speed) * 60 * (1 - 1e-9)
