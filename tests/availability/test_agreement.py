"""Ranking, offer, coverage and acceptance agree with the availability in random worlds."""

from datetime import datetime, timedelta
from itertools import pairwise
from random import Random

import pytest
from msgspec.structs import replace

from dispatch_cli.availability import (
    AvailabilityBasis,
    Fleet,
    availability_at,
    changes,
    facts_behind,
    hours_around,
)
from dispatch_cli.cases.gates_now import why_out
from dispatch_cli.cases.unit_bookings import JobMinutes, NoUnitError, take_unit
from dispatch_cli.coverage import CoverageScope, find_gaps
from dispatch_cli.eligibility import needs_of
from dispatch_cli.incident_ranking import rank_incident
from dispatch_cli.model import (
    Availability,
    Observations,
    PlanEntry,
    Postcodes,
    Provider,
    ServiceSettings,
    Settings,
)
from dispatch_cli.model.case import Offer

from ..batch.naive_availability import BERLIN, naive_availability, some_known
from ..batch.random_worlds import HOLIDAYS, World
from ..batch.random_worlds import holidays as holidays_of_worlds
from ..worlds import MemoryCatalog, incident

MINUTE = timedelta(minutes=1)


def random_case(seed: int) -> tuple[World, Random]:
    """Make a random file with random checks, reports and bookings."""
    world = World(seed)
    random = Random(seed)
    known = {each.id: some_known(random, each.id, world.now) for each in world.providers}
    world.observations = replace(world.observations, now=world.now, known=known)
    return world, random


def basis_of(world: World, when: datetime) -> AvailabilityBasis:
    """Make the values from which the availability of a random world is computed."""
    hours_of = hours_around(when - 2 * timedelta(days=1), "Europe/Berlin", holidays_of_worlds,
                            days=9)  # fmt: skip
    return AvailabilityBasis(hours_of, FAR, world.observations)


@pytest.mark.parametrize(
    "seed", [*range(3), *(pytest.param(n, marks=pytest.mark.ci) for n in range(3, 40))]
)
def test_ranking_offer_coverage_and_acceptance_agree_with_the_availability(seed: int) -> None:
    """Four users of the availability agree with it for every firm, at random moments."""
    world, random = random_case(seed)
    for _ in range(6):
        when = world.now + random.randrange(-60, 300) * MINUTE
        basis = basis_of(world, when)
        firms = [replace(each, area=HERE, services=("tow",), clients=None, vehicle_classes=None,
                         max_weight_t=None, acceptance=0.9, turnout_min=0.0)
                 for each in world.providers]  # fmt: skip
        answer = rank_incident(
            MemoryCatalog(firms, replace(world.rules, settings=FAR)), incident(when=when),
            holidays=holidays_of_worlds, observations=world.observations, explain=True,
        )  # fmt: skip
        [tow] = [each for each in answer.cascades if each.service == "tow"]
        rows = {row.provider: row for row in tow.candidates}
        out = {each.provider: each.reason for each in tow.excluded}
        stretch = CoverageScope(start=when, days=1, minimum=len(firms) + 1, services=("tow",),
                          regions=("86150",))  # fmt: skip
        gaps = find_gaps(firms, stretch, basis=basis).gaps
        can_come = {*gaps[0].providers, *gaps[0].unknown} if firms else set()
        [need] = needs_of(
            replace(world.rules, settings=FAR), incident(when=when),
            [PlanEntry(service="tow")], holidays_of_worlds, world.observations,
        )  # fmt: skip
        not_called = why_out(firms, need, need)
        for one in firms:
            found = availability_at(one, when, basis)
            assert (one.id in not_called) == (found.state == "none"), one.id
            assert out.get(one.id, "") == found.reason, one.id
            assert (one.id in can_come) == (found.state != "none"), one.id
            if one.id in rows:
                assert (rows[one.id].wait_min, rows[one.id].state) == (found.wait_min, found.mark)
            mine = naive_availability(one, when, HOLIDAYS, world.observations, FAR)
            assert mine.is_out == (found.state == "none"), one.id
            assert mine.is_out or mine.wait_min == pytest.approx(found.wait_min), one.id
            _accepts_as_it_says(one, when, found, world.observations)


FAR = Settings(default=ServiceSettings(fallback_min=1e6))
HERE = Postcodes((("86150", "86150"),))
"""Where the incidents are: coverage counts each place that an area reaches."""


def _accepts_as_it_says(
    one: Provider, when: datetime, found: Availability, seen: Observations
) -> None:
    """Assert that an acceptance books a unit exactly if the bookings leave one free."""
    known = seen.known[one.id]
    fleet = Fleet(one.units, seen.now, known.bookings)
    offer = Offer(number=9, service="tow", provider=one.id, name="X", phone="1", opened_at=when,
                  answer_by=when, operator="o")  # fmt: skip
    try:
        unit = take_unit(
            offer, fleet, (when, when + MINUTE / 60), JobMinutes(0.0, 0.0), extra=False
        )
    except NoUnitError:
        assert found.state == "none" or found.wait_min > 0
        return
    if found.state == "later" and found.source == "case":
        pytest.fail(f"{one.id} is out by our cases, and unit {unit} was taken")
    if found.state == "overdue":
        assert fleet.overdue(unit) is not None


@pytest.mark.parametrize(
    "seed", [*range(2), *(pytest.param(n, marks=pytest.mark.ci) for n in range(2, 20))]
)
def test_nothing_changes_between_two_changes(seed: int) -> None:
    """Between consecutive moments of ``changes``, state, reason and opening state stay the same."""
    world, _ = random_case(100 + seed)
    basis = basis_of(world, world.now)
    for one in world.providers:
        moments = [each for each in changes(one, basis)
                   if abs(each - world.now) < timedelta(days=1)]  # fmt: skip
        for begin, end in pairwise(moments):
            first = availability_at(one, begin, basis)
            for part in (0.3, 0.7, 0.999):
                later = availability_at(one, begin + (end - begin) * part, basis)
                assert (later.state, later.reason) == (first.state, first.reason)
                assert later.hours.state == first.hours.state


def test_the_same_facts_give_the_same_answer() -> None:
    """Firms with the same facts have the same availability, at any moment."""
    groups: dict[object, Availability] = {}
    shared = 0
    for seed in range(20):
        world = World(seed)
        if world.observations.known:
            continue
        basis = basis_of(world, world.now)
        groups.clear()
        for one in world.providers:
            found = availability_at(one, world.now, basis)
            key = facts_behind(one, world.observations)
            shared += key in groups
            assert groups.setdefault(key, found) == found
    assert shared > 20
    assert BERLIN.key == Settings().timezone
