"""Simulate a day of a centre: real incidents, synthetic firms that decline, operators who call.

An operator is busy for the whole call. The firm accepts with its true rate; an incident that was
declined waits again. A unit is busy from setting off to the end of its job. The answers, the
lengths of the calls and of the jobs are drawn before, so that they are equal in every policy. The
planners know the true rates, the mean length of a firm's call, and when each unit is free again.
"""

import csv
import heapq
from datetime import datetime
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np

from dispatch_cli.geo import crow_fly_min
from dispatch_cli.model import ServiceSettings
from dispatch_cli.storm.network import Array

INCIDENTS = Path(__file__).resolve().parents[2] / "shared/data/incidents/montgomery-county-911.csv"
BEGIN = datetime.fromisoformat("2018-11-15 12:00")
DURATION_MIN = 180.0
FALLBACK_MIN = 240.0
JOB_MIN = 45.0
TURNOUT_MIN = 5.0
SPEED = ((10.0, 35.0), (float("inf"), 60.0))
KM_PER_DEGREE = 111.2
NO_ANSWER = -1
"""In the place of a firm: the incident goes to the last resort."""

Step = tuple[int, int] | float | None
"""What an idle operator does: call a firm for an incident, look again at a time, or wait."""


class World(NamedTuple):
    """One day. Rows are incidents in the order of their time, columns are firms.

    ``answer`` is below the acceptance of a firm that would accept the incident.
    """

    at_min: Array
    travel_min: Array
    answer: Array
    call_min: Array
    job_min: Array
    acceptance: Array
    answer_min: Array
    units: Array
    list_number: Array
    operators: int

    @property
    def ask_min(self) -> Array:
        """The expected minutes of asking each firm."""
        found: Array = self.answer_min / self.acceptance
        return found


def load_incidents(file: Path = INCIDENTS) -> Array:
    """Read the minute, latitude and longitude of each vehicle call of the storm."""
    with file.open(encoding="utf-8", newline="") as lines:
        rows = [
            ((datetime.fromisoformat(row["timeStamp"]) - BEGIN).total_seconds() / 60,
             float(row["lat"]), float(row["lng"]))
            for row in csv.DictReader(lines)
            if "VEHICLE" in row["title"]
        ]  # fmt: skip
    return np.array(sorted(row for row in rows if 0 <= row[0] < DURATION_MIN))


def make_world(incidents: Array, seed: int, *, firms: int, operators: int) -> World:
    """Draw the firms near the incidents, with one or two units each, and their answers."""
    random = np.random.default_rng(seed)
    count = len(incidents)
    at_min = incidents[:, 0] + random.random(count)  # The file has whole minutes.
    order = np.argsort(at_min)
    places = incidents[order, 1:]
    bases = incidents[random.integers(0, count, firms), 1:] + random.normal(0, 0.03, (firms, 2))
    north, east = np.moveaxis(places[:, None] - bases[None], 2, 0)
    km = np.hypot(north, east * np.cos(np.radians(places[:, :1].mean()))) * KM_PER_DEGREE
    return World(
        at_min=at_min[order],
        travel_min=TURNOUT_MIN + _drive_min(km),
        answer=random.random((count, firms)),
        acceptance=random.uniform(0.35, 0.95, firms),
        answer_min=(answer_min := random.uniform(1.5, 6, firms)),
        call_min=random.exponential(1, (count, firms)) * answer_min,
        job_min=random.gamma(4, JOB_MIN / 4, count),
        units=random.integers(1, 3, firms),
        list_number=random.permutation(firms),
        operators=operators,
    )


def _drive_min(km: Array) -> Array:
    """Estimate driving minutes as the program does; they are linear between its speeds."""
    settings = ServiceSettings(speed=SPEED)
    ends = [0.0, *(end / settings.detour for end, _ in settings.speed[:-1]), 1_000.0]
    found: Array = np.interp(km, ends, [crow_fly_min(end, settings) for end in ends])
    return found


class Centre:
    """What the operators know at a moment: who waits, who was asked, and when units are free.

    ``changes`` counts the events that can change a plan.
    """

    def __init__(self, world: World, longest_wait_min: float) -> None:
        self.world = world
        self.longest_wait_min = longest_wait_min
        self.now_min = 0.0
        self.waiting: set[int] = set()
        self.idle = world.operators
        self.changes = 0
        self.asked = np.zeros(world.travel_min.shape, bool)
        self.on_phone = np.zeros(len(world.units), bool)
        most = np.arange(world.units.max(initial=1))
        self.free_min = np.where(most < world.units[:, None], 0.0, np.inf)

    def wait_min(self) -> Array:
        """Return the minutes until each firm has a free unit."""
        found: Array = np.maximum(0.0, self.free_min.min(axis=1) - self.now_min)
        return found


class Policy(Protocol):
    """Choose what an idle operator does, while incidents wait."""

    def step(self, centre: Centre) -> Step: ...


class Day(NamedTuple):
    """The outcome: minutes to arrival and to the last decision about each incident.

    A decision is the call that was accepted, or the last resort. ``waited_out`` of the
    ``last_resorts`` went there because they had waited for the longest time allowed.
    """

    minutes: Array
    decided_min: Array
    set_off_min: Array
    unit: Array
    calls: int
    last_resorts: int
    waited_out: int

    def check(self, world: World) -> None:
        """Assert that each incident was served, and no unit was at two incidents at a time.

        ``unit`` has two columns for each incident, firm and unit; ``NO_ANSWER`` for nobody.
        """
        assert not np.isnan(self.minutes).any(), "an incident was forgotten"
        is_served = self.unit[:, 0] != NO_ANSWER
        assert (~is_served).sum() == self.last_resorts
        firm, unit = self.unit[is_served].T
        assert (unit < world.units[firm]).all(), "the firm has fewer units"
        incident = np.flatnonzero(is_served)
        begin = self.set_off_min[incident]
        end = begin + world.travel_min[incident, firm] + world.job_min[incident]
        order = np.lexsort((begin, unit, firm))
        is_same = (np.diff(firm[order]) == 0) & (np.diff(unit[order]) == 0)
        is_late = begin[order][1:] >= end[order][:-1] - 1e-9
        assert (is_late | ~is_same).all(), "a unit is at two incidents"
        assert (begin >= world.at_min[incident]).all(), "a unit set off before the incident"


_ARRIVAL, _ANSWER, _TOO_LONG, _LOOK = range(4)


def simulate(world: World, policy: Policy, *, longest_wait_min: float = FALLBACK_MIN) -> Day:
    """Run one day until each incident is served; infinity switches the longest wait off."""
    return _Run(world, policy, longest_wait_min).day()


class _Run:
    def __init__(self, world: World, policy: Policy, longest_wait_min: float) -> None:
        self._world, self._policy, self._longest_min = world, policy, longest_wait_min
        self._centre = Centre(world, longest_wait_min)
        count = len(world.at_min)
        self._minutes, self._decided_min, self._set_off_min = np.full((3, count), np.nan)
        self._unit = np.full((count, 2), NO_ANSWER)
        self._calls = self._last_resorts = self._waited_out = 0
        self._look_at = np.inf
        self._events = [(at, _ARRIVAL, number, 0) for number, at in enumerate(world.at_min)]
        if np.isfinite(longest_wait_min):
            self._events += [
                (at + longest_wait_min, _TOO_LONG, number, 0)
                for number, at in enumerate(world.at_min)
            ]
        heapq.heapify(self._events)

    def day(self) -> Day:
        centre = self._centre
        while self._events:
            centre.now_min, kind, incident, firm = heapq.heappop(self._events)
            if kind == _ARRIVAL:
                centre.waiting.add(incident)
                centre.changes += 1
            elif kind == _ANSWER:
                self._answer(incident, firm)
            elif kind == _TOO_LONG:
                self._give_up(incident)
            else:
                self._look_at = np.inf
            self._call()
        return Day(
            self._minutes, self._decided_min, self._set_off_min, self._unit,
            self._calls, self._last_resorts, self._waited_out,
        )  # fmt: skip

    def _call(self) -> None:
        centre = self._centre
        while centre.idle and centre.waiting:
            step = self._policy.step(centre)
            if step is None:
                return
            if isinstance(step, float):
                if step < self._look_at:
                    self._look_at = step
                    heapq.heappush(self._events, (step, _LOOK, 0, 0))
                return
            incident, firm = step
            centre.waiting.remove(incident)
            if firm == NO_ANSWER:
                self._to_last_resort(incident)
                continue
            assert not centre.asked[incident, firm], "a firm is asked once for an incident"
            assert not centre.on_phone[firm], "a firm has one telephone"
            centre.asked[incident, firm] = centre.on_phone[firm] = True
            centre.idle -= 1
            self._calls += 1
            end_min = centre.now_min + self._world.call_min[incident, firm]
            heapq.heappush(self._events, (end_min, _ANSWER, incident, firm))

    def _answer(self, incident: int, firm: int) -> None:
        centre, world = self._centre, self._world
        centre.idle += 1
        centre.changes += 1
        centre.on_phone[firm] = False
        if world.answer[incident, firm] >= world.acceptance[firm]:
            centre.waiting.add(incident)
            self._give_up(incident)
            return
        unit = centre.free_min[firm].argmin()
        begin_min = max(centre.now_min, centre.free_min[firm, unit])
        self._set_off_min[incident], self._unit[incident] = begin_min, (firm, unit)
        there_min = begin_min + world.travel_min[incident, firm]
        centre.free_min[firm, unit] = there_min + world.job_min[incident]
        self._minutes[incident] = there_min - world.at_min[incident]
        self._decided_min[incident] = centre.now_min - world.at_min[incident]

    def _give_up(self, incident: int) -> None:
        """Send an incident to the last resort if it waits and has waited too long."""
        centre = self._centre
        waited = centre.now_min - self._world.at_min[incident]
        if incident in centre.waiting and waited >= self._longest_min - 1e-9:
            centre.waiting.remove(incident)
            centre.changes += 1
            self._waited_out += 1
            self._to_last_resort(incident)

    def _to_last_resort(self, incident: int) -> None:
        self._last_resorts += 1
        waited = self._centre.now_min - self._world.at_min[incident]
        self._decided_min[incident] = waited
        self._minutes[incident] = waited + FALLBACK_MIN
