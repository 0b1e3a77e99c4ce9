"""The engine, the desk and a second implementation give one order."""

from importlib.util import find_spec

import pytest

from dispatch_cli import incident_ranking
from dispatch_cli.batch.engine import Engine
from dispatch_cli.batch.ranks import ServiceRanks
from dispatch_cli.model import Incident
from dispatch_cli.results.cascade_answer import Answer

from ..worlds import MemoryCatalog
from .brute_force import Formula, brute_force
from .random_worlds import World, holidays

TOP = 5


def answered(world: World, incident: Incident, *, explain: bool = False) -> Answer:
    """Rank by the desk."""
    return incident_ranking.rank_incident(
        MemoryCatalog(world.providers, world.rules),
        incident,
        holidays=holidays,
        observations=world.observations,
        explain=explain,
    )


def engine_of(world: World, made: type[Engine] = Engine, **options: object) -> Engine:
    """Make the engine of a world."""
    return made(
        MemoryCatalog(world.providers, world.rules),
        holidays=holidays,
        observations=world.observations,
        **options,
    )


def assert_same(ranks: tuple[ServiceRanks, ...], answer: Answer, top: int) -> None:
    """Compare the first ranks of each service, with exactly the minutes of the desk."""
    assert [each.service for each in ranks] == [each.service for each in answer.cascades]
    for mine, cascade in zip(ranks, answer.cascades, strict=True):
        theirs = cascade.candidates[:top]
        assert [row.provider for row in mine.rows] == [row.provider for row in theirs]
        for row, candidate in zip(mine.rows, theirs, strict=True):
            for name in row.__struct_fields__:
                assert getattr(row, name) == getattr(candidate, name), name
        assert bool(mine.reason) == (not theirs and cascade.excluded_counts != {})


def assert_formula(ranks: tuple[ServiceRanks, ...], formula: Formula, top: int) -> None:
    """Compare ids and order, and minutes within 1e-9."""
    for mine, (service, rows, _) in zip(ranks, formula, strict=True):
        assert mine.service == service
        assert [row.provider for row in mine.rows] == [row[0] for row in rows[:top]]
        for row, (_, *minutes) in zip(mine.rows, rows, strict=False):
            # Not pytest.approx: a million times it takes longer than all that is tested here.
            for value, wanted in zip(
                (row.order_min, row.index_min, row.travel_min), minutes, strict=True
            ):
                assert abs(value - wanted) <= 1e-9, (row, minutes)


def assert_all_agree(
    world: World, incidents: list[Incident], *, desk_each: int = 1
) -> list[tuple[ServiceRanks, ...]]:
    """Compare engine and formula on every row, with all ties; returns the ranks of the engine.

    The desk, which takes ten times as long as both, ranks each ``desk_each``-th row.
    """
    found = engine_of(world).rank(incidents)
    for number, (incident, ranks) in enumerate(zip(incidents, found, strict=True)):
        assert_formula(ranks, brute_force(world, incident), TOP)
        if number % desk_each == 0:
            assert_same(ranks, answered(world, incident), TOP)
    return found


@pytest.mark.skipif(
    find_spec("numba") is not None, reason="test_column_engine ranks the same worlds both ways"
)
@pytest.mark.parametrize(
    ("seeds", "rows", "desk_each"),
    [
        pytest.param(range(10), 40, 4, id="10 worlds of 40"),
        pytest.param(range(200), 1000, 4, marks=pytest.mark.ci, id="200 worlds of 1000"),
    ],
)
def test_engine_is_the_desk_is_the_formula(seeds: range, rows: int, desk_each: int) -> None:
    """In random worlds all three agree on every row; the desk ranks a fourth of the rows."""
    for seed in seeds:
        world = World(seed)
        assert_all_agree(world, world.rows(rows), desk_each=desk_each)


@pytest.mark.parametrize("rows", [6, pytest.param(60, marks=pytest.mark.ci)])
@pytest.mark.parametrize("method", ["time-bands", "nearest"])
def test_other_methods(method: str, rows: int) -> None:
    """The published procedures of others give the same order, too."""
    for seed in range(6):
        world = World(seed, method=method)
        incidents = world.rows(rows)
        for incident, ranks in zip(incidents, engine_of(world).rank(incidents), strict=True):
            assert_same(ranks, answered(world, incident), TOP)
            assert_formula(ranks, brute_force(world, incident), TOP)


@pytest.mark.parametrize("rows", [6, pytest.param(60, marks=pytest.mark.ci)])
def test_exact_ties(rows: int) -> None:
    """In a world of ties the digest and the log decide, for any number of places."""
    for seed in range(100, 108):
        world = World(seed, ties=True)
        incidents = world.rows(rows)
        tops = (1, 2, 12)
        found = [engine_of(world, top=top).rank(incidents) for top in tops]
        for incident, *each in zip(incidents, *found, strict=True):
            answer, formula = answered(world, incident), brute_force(world, incident)
            for top, ranks in zip(tops, each, strict=True):
                assert_same(ranks, answer, top)
                assert_formula(ranks, formula, top)


@pytest.mark.parametrize("rows", [4, pytest.param(40, marks=pytest.mark.ci)])
def test_full_record(rows: int) -> None:
    """The full record has the cascade's minutes, chance and counts; the reason is its last gate."""
    for seed in range(12):
        world = World(seed)
        incidents = world.rows(rows)
        plain = engine_of(world).rank(incidents)
        full = engine_of(world, full=True).rank(incidents)
        for incident, short, ranks in zip(incidents, plain, full, strict=True):
            answer = answered(world, incident, explain=True)
            assert_same(ranks, answer, TOP)
            formula = brute_force(world, incident)
            for quick, mine, cascade, (_, _, expected_min) in zip(
                short, ranks, answer.cascades, formula, strict=True
            ):
                assert mine.expected_min == cascade.expected_min
                assert mine.expected_min == pytest.approx(expected_min, rel=0, abs=1e-9)
                assert mine.success_probability == cascade.success_probability
                assert mine.counts == cascade.excluded_counts
                assert quick.reason == mine.reason
                assert quick.rows == mine.rows
