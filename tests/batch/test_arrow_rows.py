"""Record batches: the lines are those of the plain engine, in the order of the rows."""

from itertools import product
from math import isclose
from pathlib import Path

import pytest

from dispatch_cli import api, plans
from dispatch_cli.batch.engine import Engine
from dispatch_cli.errors import UsageError
from dispatch_cli.model import Incident

from ..worlds import MemoryCatalog
from .random_worlds import START, World, holidays

SAMPLE = Path(__file__).resolve().parents[2] / "providers.toml"
pa = pytest.importorskip("pyarrow", reason='the extra "batch" is not installed')
pytest.importorskip("numba", reason='the extra "batch" is not installed')

from dispatch_cli.batch.compiled.arrow_rows import SCHEMA, rank_table  # noqa: E402
from dispatch_cli.batch.compiled.column_engine import ColumnEngine  # noqa: E402
from dispatch_cli.notation import place_at  # noqa: E402


def columns(incidents: list[Incident]) -> "pa.RecordBatch":
    """Convert incidents to columns."""
    facts = ("kind", "client", "spot", "injured", "persons", "clearance_m", "wish")
    vehicle = ("state", "ev", "weight_t", "height_m")
    return pa.record_batch(
        {
            "row": pa.array(range(10, 10 + len(incidents))),
            "id": [f"r{number}" for number in range(len(incidents))],
            "lat": [one.place.lat for one in incidents],
            "lon": [one.place.lon for one in incidents],
            "uncertainty_km": [one.place.uncertainty_km for one in incidents],
            "when": pa.array([one.when for one in incidents], pa.timestamp("us", "UTC")),
            "vehicle": pa.array([one.vehicle.kind for one in incidents], pa.string()),
            "asked": pa.array([one.asked or None for one in incidents], pa.list_(pa.string())),
            **{
                name: pa.array([getattr(one, name) for one in incidents], _type(name))
                for name in facts
            },
            **{
                name: pa.array([getattr(one.vehicle, name) for one in incidents], _type(name))
                for name in vehicle
            },
        }
    )


def _type(name: str) -> "pa.DataType":
    kinds = {"injured": pa.int64(), "persons": pa.int64(), "ev": pa.bool_()}
    return kinds.get(name, pa.float64() if name.endswith(("_t", "_m")) else pa.string())


def expected(world: World, incidents: list[Incident]) -> list[tuple]:
    """Make the lines with the plain engine."""
    engine = Engine(
        MemoryCatalog(world.providers, world.rules),
        holidays=holidays,
        observations=world.observations,
    )
    lines = []
    for number, (one, ranks) in enumerate(zip(incidents, engine.rank(incidents), strict=True)):
        before = (number + 10, f"r{number}")
        calls = plans.emergency_calls(one, world.rules)
        lines += [
            (*before, call.service, 0, None, call.dial, *[None] * 8, "emergency") for call in calls
        ]
        for each in ranks:
            if not each.rows:
                lines.append((*before, each.service, *[None] * 11, each.reason or None))
            lines += [
                (*before, each.service, rank, row.provider, row.phone, row.order_min,
                 row.wait_min, row.turnout_min, row.travel_min, row.late_min, row.answer_min,
                 row.acceptance, row.head_start_min, None)
                for rank, row in enumerate(each.rows, start=1)
            ]  # fmt: skip
        if not calls and not ranks:
            lines.append((*before, *[None] * 13))
    return lines


@pytest.mark.parametrize("seed", range(8))
def test_lines_are_those_of_the_plain_engine(seed: int) -> None:
    """Emergency calls, ranks and reasons of every row, in order, minutes within 1e-9."""
    world = World(seed)
    incidents = []
    for one in world.rows(120):
        place = place_at(one.place.lat, one.place.lon, uncertainty_km=one.place.uncertainty_km)
        kind = "medical" if len(incidents) % 40 == 7 else one.kind
        fields = {name: getattr(one, name) for name in one.__struct_fields__}
        facts = {"place": place, "kind": kind, "number": 10 + len(incidents)}
        incidents.append(Incident(**{**fields, **facts}))
    engine = ColumnEngine(
        MemoryCatalog(world.providers, world.rules),
        holidays=holidays,
        observations=world.observations,
    )
    found = rank_table(engine, columns(incidents))
    assert found.schema == SCHEMA
    mine = [tuple(line.values()) for line in found.to_pylist()]
    theirs = expected(world, incidents)
    assert len(mine) == len(theirs)
    for one, other in zip(mine, theirs, strict=True):
        for (name, value), wanted in zip(zip(SCHEMA.names, one, strict=True), other, strict=True):
            if isinstance(wanted, float):
                assert isclose(value, wanted, rel_tol=0, abs_tol=1e-9), (name, one, other)
            else:
                assert value == wanted, (name, one, other)


def test_kind_place_and_time_are_enough() -> None:
    """No other column is needed; times may be microseconds; no row gives no line."""
    world = World(7)
    engine = ColumnEngine(MemoryCatalog(world.providers, world.rules), holidays=holidays)
    at_us = int(START.timestamp() * 1_000_000)
    columns = {"kind": ["tow"], "lat": [48.3], "lon": [10.8], "when": [at_us]}
    found = rank_table(engine, pa.record_batch(columns))
    assert found.column("row").to_pylist()[0] == 1
    assert rank_table(engine, pa.record_batch(columns), first_row=7)["row"].to_pylist()[0] == 7
    empty = rank_table(engine, pa.record_batch(columns).slice(0, 0))
    assert empty.num_rows == 0
    assert empty.schema == SCHEMA


def test_rows_are_numbered_across_record_batches() -> None:
    """Without a column ``row`` the second batch continues the numbers of the first."""
    columns = {"kind": ["tow"] * 2, "lat": [48.37] * 2, "lon": [10.89] * 2, "when": [START] * 2}
    batches = [pa.record_batch(columns)] * 3
    found = api.rank_batches(batches, api.load(SAMPLE, now=START))
    assert [sorted(set(one["row"].to_pylist())) for one in found] == [[1, 2], [3, 4], [5, 6]]


def test_places_on_the_border_of_cells_find_their_providers() -> None:
    """Places on the border of cells, in each direction, have the cascade of the plain engine."""
    world = World(7)
    engine = ColumnEngine(MemoryCatalog(world.providers, world.rules), holidays=holidays)
    plain = Engine(MemoryCatalog(world.providers, world.rules), holidays=holidays)
    incidents = [
        Incident(kind="tow", place=place_at(lat, lon), when=START)
        for lat, lon in product((48.0, 48.1, 48.3, 48.8, 0.0, -0.1), (10.4, 10.8, 11.2, 0.0, -0.1))
    ]
    found = engine.rank(incidents)
    assert found == plain.rank(incidents)


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"lat": None}, "needs the column 'lat'"),
        ({"lat": [None]}, "'lat' lacks 1 value"),
        ({"kind": [None]}, "'kind' lacks 1 value"),
        ({"when": [None]}, "'when' lacks 1 value"),
        ({"row": pa.array([None], pa.int64())}, "'row' lacks 1 value"),
        ({"when": pa.array([START], pa.timestamp("us"))}, "has no time zone"),
        ({"when": ["noon"]}, "'when' is string"),
        ({"when": [2**62]}, "outside of the years"),
        ({"lat": [float("nan")]}, "'lat' has values that are not numbers from -90 to 90"),
        ({"lat": [95.0]}, "'lat' has values that are not numbers"),
        ({"lon": [200.0]}, "'lon' has values that are not numbers"),
        ({"lat": ["48.3"]}, "'lat' has values that are not numbers"),
        ({"weight_t": [-1.0]}, "'weight_t' has values that are not numbers"),
        ({"uncertainty_km": [51.0]}, "'uncertainty_km' has values that are not numbers"),
        ({"kind": ["picnic"]}, 'unknown kind "picnic"'),
        ({"client": ["nobody"]}, 'unknown client "nobody"'),
        ({"wish": ["nobody"]}, 'unknown provider "nobody"'),
        ({"asked": [["nobody"]]}, 'unknown provider "nobody"'),
    ],
)
def test_missing_values_and_unknown_words_are_refused(changed: dict, says: str) -> None:
    """Missing values, values out of range and unknown words are usage errors."""
    columns = {"kind": ["tow"], "lat": [48.3], "lon": [10.8], "when": pa.array([START]), **changed}
    batch = pa.record_batch({name: each for name, each in columns.items() if each is not None})
    catalog = api.load(SAMPLE, now=START)
    with pytest.raises(UsageError, match=says):
        list(api.rank_batches([batch], catalog))


def test_asked_providers_are_excluded_from_their_row() -> None:
    """A list of ids excludes providers from its row only, as cascade does."""
    catalog = api.load(SAMPLE, now=START)
    columns = {"kind": ["tow"] * 2, "lat": [48.37] * 2, "lon": [10.89] * 2, "when": [START] * 2}
    [first] = api.rank_batches([pa.record_batch(columns)], catalog)
    best = first.to_pydict()["provider"][0]
    [found] = api.rank_batches([pa.record_batch({**columns, "asked": [None, [best]]})], catalog)
    lines = found.to_pydict()
    by_row = [
        [who for row, who in zip(lines["row"], lines["provider"], strict=True) if row == number]
        for number in (1, 2)
    ]
    assert best == by_row[0][0]
    assert by_row[1] == [who for who in by_row[0] if who != best]


def test_a_dictionary_may_use_every_index_of_its_type() -> None:
    """128 words fill the indexes of int8; the last one is read."""
    words = pa.array([f"unit {number}" for number in range(127)] + ["tow"])
    kind = pa.DictionaryArray.from_arrays(pa.array([127, 127], pa.int8()), words)
    columns = {"kind": kind, "lat": [48.37] * 2, "lon": [10.89] * 2, "when": [START] * 2}
    [found] = api.rank_batches([pa.record_batch(columns)], api.load(SAMPLE, now=START))
    assert set(found.column("service").to_pylist()) == {"tow"}


def one_row(**columns: object) -> "pa.RecordBatch":
    """Make a batch of one row that is valid except for these columns."""
    sound = {"kind": ["tow"], "lat": [48.37], "lon": [10.89], "when": pa.array([0])}
    return pa.record_batch({**sound, **columns})


FAR = pa.array([300_000_000_000], pa.timestamp("s", "UTC"))


@pytest.mark.parametrize(
    ("columns", "says"),
    [
        ({"when": FAR}, "'when' has times outside of the years"),
        ({"when": pa.array([-(2**62)], pa.timestamp("ms", "UTC"))}, "outside of the years"),
        ({"when": pa.array([-(2**63)], pa.timestamp("s", "UTC"))}, "outside of the years"),
        ({"injured": ["2"]}, "'injured' is string; allowed: whole numbers"),
        ({"injured": [-1]}, "'injured' has values that are not whole numbers from 0"),
        ({"persons": [2.5]}, "'persons' is double"),
        ({"ev": ["no"]}, "'ev' is string; allowed: true and false"),
        ({"client": [7]}, "'client' is int64; allowed: texts"),
        ({"vehicle": ["boat"]}, "unknown vehicle 'boat'; allowed: car"),
        ({"spot": ["moon"]}, "unknown spot 'moon'"),
        ({"state": pa.array(["flying"]).dictionary_encode()}, "unknown state 'flying'"),
        ({"asked": [[None]]}, "'asked' has a list with a null"),
        ({"asked": [[7]]}, "'asked' is int64; allowed: texts"),
    ],
)  # fmt: skip
def test_columns_that_no_incident_has_are_refused(columns, says):
    """Types and words that a row of a file could not have are usage errors."""
    with pytest.raises(UsageError, match=says):
        list(api.rank_batches([one_row(**columns)], api.load(SAMPLE)))


def test_times_are_cut_to_microseconds():
    """Nanoseconds and seconds of the same moment give the same lines."""
    at_s = 1_795_521_600
    given = [
        pa.array([at_s * 10**power + more], pa.timestamp(unit, "UTC"))
        for unit, power, more in (("s", 0, 0), ("ms", 3, 0), ("us", 6, 0), ("ns", 9, 1))
    ]
    catalog = api.load(SAMPLE)
    found = [next(api.rank_batches([one_row(when=each)], catalog)).to_pylist() for each in given]
    assert found[0]
    assert all(each == found[0] for each in found)


def test_columns_without_a_value_are_as_good_as_none():
    """A column of nulls is ignored."""
    catalog = api.load(SAMPLE)
    nothing = {name: pa.nulls(1) for name in ("client", "injured", "ev", "vehicle", "asked")}
    [bare], [more] = (
        list(api.rank_batches([each], catalog)) for each in (one_row(), one_row(**nothing))
    )
    assert bare == more
