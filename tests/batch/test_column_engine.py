"""The compiled engine gives the results of the plain one."""

from collections.abc import Iterator
from random import Random

import pytest
from msgspec.structs import replace

from dispatch_cli.batch.engine import Engine
from dispatch_cli.batch.ranks import ServiceRanks
from dispatch_cli.model import Circle, Incident, Observations, Place, Postcodes
from dispatch_cli.model.case_counts import Summary

from ..worlds import NOON, MemoryCatalog, provider
from .random_worlds import CODES, START, World, holidays
from .test_engine import answered, assert_all_agree, assert_same, engine_of

pytest.importorskip("numba", reason='the extra "batch" is not installed')

from dispatch_cli.batch.compiled.column_engine import ColumnEngine


class Counting(ColumnEngine):
    """An engine that counts the rows ranked by the desk."""

    flagged = 0

    def by_desk(self, incident: Incident, entry: object) -> ServiceRanks:
        self.flagged += 1
        return super().by_desk(incident, entry)


SLICES = [
    pytest.param(range(10), 40, 4, id="10 worlds of 40"),
    *(
        pytest.param(range(start, start + 25), 1000, 4, marks=pytest.mark.ci, id=f"worlds {start}-")
        for start in range(0, 200, 25)
    ),
]


def pairs(
    seed: int, rows: int, **options: object
) -> Iterator[tuple[World, Incident, tuple[ServiceRanks, ...], tuple[ServiceRanks, ...]]]:
    """Rank a world with both engines."""
    world = World(seed, **options)
    incidents = world.rows(rows)
    plain, compiled = (engine_of(world, made).rank(incidents) for made in (Engine, ColumnEngine))
    for incident, one, other in zip(incidents, plain, compiled, strict=True):
        yield world, incident, one, other


def assert_alike(one: tuple[ServiceRanks, ...], other: tuple[ServiceRanks, ...]) -> None:
    """Ids, order, phones and reasons equal, minutes within 1e-9."""
    assert [each.service for each in one] == [each.service for each in other]
    for mine, theirs in zip(one, other, strict=True):
        assert mine.reason == theirs.reason
        assert [row.provider for row in mine.rows] == [row.provider for row in theirs.rows]
        for row, their in zip(mine.rows, theirs.rows, strict=True):
            for name in row.__struct_fields__:
                value = getattr(row, name)
                if isinstance(value, float):
                    assert abs(value - getattr(their, name)) <= 1e-9, name
                else:
                    assert value == getattr(their, name), name


@pytest.mark.parametrize(("seeds", "rows", "desk_each"), SLICES)
def test_compiled_is_plain_is_the_desk_is_the_formula(
    seeds: range, rows: int, desk_each: int
) -> None:
    """In random worlds both engines and the formula agree on every row.

    So does the desk, which is asked of each fourth row.
    """
    for seed in seeds:
        world = World(seed)
        incidents = world.rows(rows)
        compiled = engine_of(world, ColumnEngine).rank(incidents)
        for one, other in zip(
            assert_all_agree(world, incidents, desk_each=desk_each), compiled, strict=True
        ):
            assert_alike(one, other)


@pytest.mark.parametrize("method", ["time-bands", "nearest"])
def test_other_methods(method: str) -> None:
    """Methods that only the desk implements are ranked by it here, too."""
    for _, _, plain, compiled in pairs(3, 60, method=method):
        assert_alike(plain, compiled)


@pytest.mark.parametrize("rows", [8, pytest.param(80, marks=pytest.mark.ci)])
def test_exact_ties(rows: int) -> None:
    """Exact ties are decided by the digest, never by compiled arithmetic."""
    for seed in range(100, 106):
        for _, _, plain, compiled in pairs(seed, rows, ties=True):
            assert_alike(plain, compiled)


def learned(world: World) -> None:
    """Make the log of a world with some firms that are always early, most with postcodes."""
    random = Random(len(world.providers))
    summaries = {}
    for one in world.providers:
        for service in one.services:
            if random.random() < 0.6:
                weight = random.uniform(1, 60)
                summaries[one.id, service] = Summary(
                    provider=one.id,
                    service=service,
                    asked_weight=weight,
                    accepted_weight=weight * random.random(),
                    answer_weight=weight,
                    answer_min_weighted=weight * random.uniform(0.5, 30),
                    late_weight=weight,
                    late_min_weighted=weight * random.uniform(-45, 20),
                    as_of=START,
                )
    world.observations = replace(world.observations, summaries=summaries, as_of=START)
    world.providers = [
        replace(one, area=Postcodes(((random.choice(CODES),) * 2,)))
        if random.random() < 0.6
        else one
        for one in world.providers
    ]


@pytest.mark.parametrize("worlds", [2, pytest.param(12, marks=pytest.mark.ci)])
def test_who_is_always_early_and_goes_by_postcodes(worlds: int) -> None:
    """Learned minutes may be negative: both engines still agree with the desk."""
    for seed in range(300, 300 + worlds):
        world = World(seed)
        learned(world)
        incidents = world.rows(60)
        answers = [answered(world, incident) for incident in incidents]
        for top in (1, 5):
            plain, compiled = (
                engine_of(world, made, top=top).rank(incidents) for made in (Engine, ColumnEngine)
            )
            for answer, one, other in zip(answers, plain, compiled, strict=True):
                assert_alike(one, other)
                assert_same(one, answer, top)


def test_a_long_wait_for_an_answer_is_no_early_arrival() -> None:
    """The list of a postcode ends where no later offer can be sooner."""
    code = Postcodes((("86150", "86150"),))
    facts = {"lat": 48.37, "lon": 10.9, "acceptance": 1.0}
    firms = [
        provider("circle", turnout_min=28.0, answer_min=0.5, area=Circle(50), **facts),
        provider("early", turnout_min=5.0, answer_min=35.0, area=code, **facts),
        provider("best", turnout_min=0.0, answer_min=20.0, area=code, **facts),
    ]
    early = Summary(
        provider="early", service="tow", asked_weight=1e3, accepted_weight=1e3, answer_weight=1e3,
        answer_min_weighted=35e3, late_weight=1e3, late_min_weighted=-40e3, as_of=NOON,
    )  # fmt: skip
    seen = Observations(summaries={("early", "tow"): early}, as_of=NOON)
    place = Place(lat=48.37, lon=10.9, postcode="86150", postcodes=("86150",))
    for made in (Engine, ColumnEngine):
        engine = made(MemoryCatalog(firms), holidays=holidays, observations=seen, top=1)
        [[ranks]] = engine.rank([Incident(kind="tow", place=place, when=NOON)])
        assert [row.provider for row in ranks.rows] == ["best"]


def test_most_rows_of_a_plain_world_stay_compiled() -> None:
    """The control: in a world of circles without ties hardly a row needs the desk."""
    seed = next(each for each in range(100) if World(each, ties=False).plain)
    world = World(seed, ties=False)
    world.providers = [one for one in world.providers if hasattr(one.area, "radius_km")]
    incidents = [one for one in world.rows(400) if one.wish is None and not one.asked]
    engine = Counting(MemoryCatalog(world.providers, world.rules), holidays=holidays)
    services = sum(len(ranks) for ranks in engine.rank(incidents))
    assert services > 500
    assert engine.flagged < services / 50
