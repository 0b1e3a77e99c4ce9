"""The peers of benchmarks/batch.py: DuckDB by a cell equi-join, and scipy's cKDTree.

python benchmarks/batch_peers.py in.csv out.csv PROVIDERS     DuckDB from CSV to CSV
"""

import sys
from collections.abc import Callable, Sequence
from datetime import timedelta
from math import ceil, cos, radians
from pathlib import Path
from typing import Any, Protocol
from zoneinfo import ZoneInfo

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks import batch_world
from dispatch_cli.hours import evaluate_hours
from dispatch_cli.model import Circle, Incident, Provider
from dispatch_cli.model.sphere import EARTH_RADIUS_KM

THREADS = 2
CELL_DEG = 0.5
CLIENTS = {None: 1, "adac": 2, "avd": 4}
KINDS = {"car": 1, "van": 2, "truck": 4}
HOURS = batch_world.DAYS * 24
DEFAULT_FALLBACK_MIN, DETOUR, KMH, HEAD_MIN = 120.0, 1.3, 50.0, 8.0


class Peer(Protocol):
    """One side: ``rows`` is how many it is given."""

    rows: int

    def check(self, want: list[list[str]]) -> None:
        """Hold the first rows against the ids that are right."""

    def run(self, rows: int) -> object:
        """Rank so many rows."""


def facts_of(providers: Sequence[Provider]) -> dict[str, list[Any]]:
    """The columns of each provider that the peers read."""
    bits = {text: _open_bits(text) for text in batch_world.HOURS}
    columns: dict[str, Callable[[Provider], Any]] = {
        "id": lambda one: one.id,
        "lat": lambda one: one.lat,
        "lon": lambda one: one.lon,
        "radius_km": lambda one: one.area.radius_km if isinstance(one.area, Circle) else 0.0,
        "services": lambda one: list(one.services),
        "rest_min": lambda one: one.turnout_min + one.answer_min / one.acceptance,
        "max_weight_t": lambda one: one.max_weight_t or 1e9,
        "kinds": lambda one: sum(KINDS.get(kind, 0) for kind in one.vehicle_classes or KINDS),
        "clients": lambda one: 1 | sum(CLIENTS[name] for name in one.clients or ("adac", "avd")),
        "head_min": lambda one: HEAD_MIN if "adac" in one.tags else 0.0,
        "open_bits": lambda one: bits[one.hours],
        "phone": lambda one: one.phones[0].shown,
        "turnout_min": lambda one: one.turnout_min,
        "answer_min": lambda one: one.answer_min,
        "acceptance": lambda one: one.acceptance,
    }
    return {name: [value(one) for one in providers] for name, value in columns.items()}


def _open_bits(text: str | None) -> str:
    """Make a 1 for each hour of the four weeks in which a provider may be open."""
    spans = evaluate_hours(
        text, holidays=(), start=batch_world.START, days=batch_world.DAYS, timezone="Europe/Berlin"
    )
    moments = (batch_world.START + timedelta(hours=hour) for hour in range(HOURS))
    return "".join("0" if spans.span_at(one).state == "closed" else "1" for one in moments)


def cells_of(lat: float, lon: float, radius_km: float) -> list[tuple[int, int]]:
    """Return the cells that the box of a circle meets."""
    reach = radius_km / 111.19
    spread = reach / cos(radians(abs(lat) + reach))
    south, north = (int((lat + sign * reach) // CELL_DEG) for sign in (-1, 1))
    west, east = (int((lon + sign * spread) // CELL_DEG) for sign in (-1, 1))
    return [(y, x) for y in range(south, north + 1) for x in range(west, east + 1)]


_QUERY = """
with cut as materialized (
  select i.row, p.id, p.rest_min, p.head_min * (i.client = 2)::int as head_min, p.radius_km,
    2 * {radius} * asin(sqrt(least(1, pow(sin(radians(i.lat - p.lat) / 2), 2)
      + cos(radians(p.lat)) * cos(radians(i.lat)) * pow(sin(radians(i.lon - p.lon) / 2), 2)))) as km
  from rows i join cells c on c.service = i.kind and c.y = floor(i.lat / {cell})::int
    and c.x = floor(i.lon / {cell})::int join firms p on p.number = c.number
  where i.weight_t <= p.max_weight_t and (i.vehicle & p.kinds) > 0 and (i.client & p.clients) > 0
    and p.open_bits[i.hour + 1] = '1' and i.row < {rows}
), scored as (
  select row, id, km, rest_min + km * {detour} / {kmh} * 60 as index_min, head_min
  from cut where km <= radius_km
)
select row, arg_min(id, index_min - head_min, {top}) as ids,
  min(index_min - head_min, {top}) as order_min
from scored where index_min < {fallback} group by row
"""


def _query(rows: int, top: int) -> str:
    return _QUERY.format(
        radius=EARTH_RADIUS_KM, cell=CELL_DEG, detour=DETOUR, kmh=KMH, top=top,
        fallback=DEFAULT_FALLBACK_MIN, rows=rows,
    )  # fmt: skip


def _load(connection: Any, providers: Sequence[Provider]) -> None:
    import pyarrow as pa

    facts = facts_of(providers)
    services = facts.pop("services")
    cells: dict[str, list[Any]] = {"service": [], "y": [], "x": [], "number": []}
    for number, one in enumerate(providers):
        for y, x in cells_of(one.lat, one.lon, facts["radius_km"][number]):
            for service in services[number]:
                for name, value in zip(cells, (service, y, x, number), strict=True):
                    cells[name].append(value)
    firms_table = pa.table({"number": list(range(len(providers))), **facts})
    cells_table = pa.table(cells)
    connection.register("firms_table", firms_table)
    connection.register("cells_table", cells_table)
    connection.execute("create table firms as select * from firms_table")
    connection.execute("create table cells as select * from cells_table")


def duckdb_cells(providers: list[Provider], incidents: Sequence[Incident], top: int) -> Peer | None:
    """DuckDB, cell equi-join."""
    try:
        import duckdb
        import pyarrow as pa
    except ImportError:
        return None

    class Duck:
        """A join of cells with arg_min of n, which keeps no more than n of a row in memory."""

        rows = min(len(incidents), 20_000 if len(providers) >= 100_000 else len(incidents))

        def __init__(self) -> None:
            self.connection = duckdb.connect(config={"threads": THREADS})
            _load(self.connection, providers)
            table = pa.table(columns_of_rows(incidents[: self.rows]))
            self.connection.register("rows_table", table)
            self.connection.execute("create table rows as select * from rows_table")

        def run(self, rows: int) -> Any:
            return self.connection.sql(_query(rows, top)).to_arrow_table()

        def check(self, want: list[list[str]]) -> None:
            found = self.run(min(len(want), self.rows)).to_pydict()
            ids = dict(zip(found["row"], found["ids"], strict=True))
            compare([ids.get(at, []) for at in range(min(len(want), self.rows))], want)

    return Duck()


def columns_of_rows(incidents: Sequence[Incident]) -> dict[str, list[Any]]:
    """The columns of each row that the peers read."""
    hour = timedelta(hours=1)
    return {
        "row": list(range(len(incidents))),
        "kind": [one.kind for one in incidents],
        "lat": [one.place.lat for one in incidents],
        "lon": [one.place.lon for one in incidents],
        "hour": [(one.when - batch_world.START) // hour for one in incidents],
        "client": [CLIENTS[one.client] for one in incidents],
        "vehicle": [KINDS[one.vehicle.kind or ""] for one in incidents],
        "weight_t": [one.vehicle.weight_t or 0.0 for one in incidents],
    }


def compare(found: list[list[str]], want: list[list[str]]) -> None:
    """Refuse a side that ranks otherwise; a tie, which only we break by lot, is a swap of two."""
    different = [at for at, ids in enumerate(found) if ids != want[at]]
    assert all(sorted(found[at]) == sorted(want[at]) for at in different), different[:5]
    assert len(different) <= len(found) // 1000, f"{len(different)} rows differ"


def kd_tree(providers: list[Provider], incidents: Sequence[Incident], top: int) -> Peer | None:
    """cKDTree, k doubled until proven."""
    try:
        import numpy as np
        from scipy.spatial import cKDTree
    except ImportError:
        return None

    facts = {name: np.array(values, object if name == "services" else None)
             for name, values in facts_of(providers).items() if name != "services"}  # fmt: skip
    is_open = np.array([[bit == "1" for bit in bits] for bits in facts.pop("open_bits")])
    offered = [set(one.services) for one in providers]
    rows = {name: np.array(values) for name, values in columns_of_rows(incidents).items()}

    def points(lat: Any, lon: Any) -> Any:
        phi, turn = np.radians(lat), np.radians(lon)
        return np.stack([np.cos(phi) * np.cos(turn), np.cos(phi) * np.sin(turn), np.sin(phi)], 1)

    class Tree:
        """A tree for each service; a row is done when no provider farther away can be better."""

        rows = len(incidents)

        def __init__(self) -> None:
            self.trees = {}
            for service in batch_world.SERVICES:
                at = np.array([service in one for one in offered]).nonzero()[0]
                tree = cKDTree(points(facts["lat"][at], facts["lon"][at]))
                self.trees[service] = (tree, at, (facts["rest_min"] - facts["head_min"])[at].min())
            self.points = points(rows["lat"], rows["lon"])

        def run(self, count: int) -> tuple[Any, Any]:
            ids = np.full((count, top), -1)
            best = np.full((count, top), np.inf)
            for service, (tree, at, least_min) in self.trees.items():
                left = (rows["kind"][:count] == service).nonzero()[0]
                k = 32
                while len(left):
                    k = min(k, len(at))
                    undone = [
                        self._some(part, (tree, at, least_min), k, (ids, best))
                        for part in np.array_split(left, ceil(len(left) * k / 2_000_000))
                    ]
                    left, k = np.concatenate(undone), k * 2
            return ids, best

        def _some(self, part: Any, of: Any, k: int, out: Any) -> Any:
            (tree, at, least_min), (ids, best) = of, out
            chord, near = tree.query(self.points[part], k, workers=THREADS)
            chord, near = chord.reshape(len(part), k), at[near.reshape(len(part), k)]
            km = 2 * EARTH_RADIUS_KM * np.arcsin(np.minimum(1, chord / 2))
            index = facts["rest_min"][near] + km * DETOUR / KMH * 60
            mine = {name: values[part, None] for name, values in rows.items()}
            passes = (
                (km <= facts["radius_km"][near])
                & (mine["weight_t"] <= facts["max_weight_t"][near])
                & ((mine["vehicle"] & facts["kinds"][near]) > 0)
                & ((mine["client"] & facts["clients"][near]) > 0)
                & is_open[near, mine["hour"]]
                & (index < DEFAULT_FALLBACK_MIN)
            )
            head = facts["head_min"][near] * (mine["client"] == 2)
            order = np.where(passes, index - head, np.inf)
            few = np.argsort(order, axis=1)[:, :top]
            found = np.take_along_axis(order, few, 1)
            who = np.where(np.isfinite(found), np.take_along_axis(near, few, 1), -1)
            width = found.shape[1]
            ids[part, :width], best[part, :width] = who, found
            # Nobody farther away than the k-th can be better than this, or within any radius.
            bound = np.minimum(km[:, -1] * DETOUR / KMH * 60 + least_min, 1e300)
            last = best[part, top - 1]
            done = (bound > last) | (km[:, -1] > 60.0) | (k >= len(at))
            return part[~done]

        def check(self, want: list[list[str]]) -> None:
            ids, _ = self.run(len(want))
            names = facts["id"]
            compare([[names[one] for one in row if one >= 0] for row in ids], want)

    return Tree()


def main() -> None:
    """DuckDB from CSV to CSV, with the columns that ``dispatch batch`` writes."""
    import duckdb

    source, target, size = sys.argv[1], sys.argv[2], int(sys.argv[3])
    connection = duckdb.connect(config={"threads": THREADS})
    cached = Path(source).with_name(f"peer-{size}.duckdb")
    if not cached.exists():
        with duckdb.connect(str(cached)) as made:
            _load(made, batch_world.providers(size))
    connection.execute(f"attach '{cached}' as world (read_only)")
    connection.execute("create view firms as from world.firms")
    connection.execute("create view cells as from world.cells")
    clients = "case client when 'adac' then 2 when 'avd' then 4 else 1 end"
    kinds = "case vehicle when 'car' then 1 when 'van' then 2 else 4 end"
    start = batch_world.START.astimezone(ZoneInfo("UTC")).isoformat()
    connection.execute(
        f"""create table rows as select row_number() over () - 1 as row, id, kind, lat, lon,
        date_diff('hour', timestamptz '{start}', "when"::timestamptz)::int as hour,
        {clients} as client, {kinds} as vehicle, weight_t from read_csv('{source}')"""
    )
    ranked = _query(2**62, 5).replace(
        "arg_min(id,", "arg_min({'id': id, 'km': km, 'head': head_min},"
    )
    connection.execute(
        f"""copy (
          with ranked as ({ranked}), flat as (
            select row, unnest(ids) as who, unnest(order_min) as order_min,
              unnest(range(1, len(ids) + 1)) as rank from ranked)
          select i.row + 1 as row, i.id, i.kind as service, f.rank, p.id as provider, p.phone,
            f.order_min, 0.0 as wait_min, p.turnout_min, f.who.km * {DETOUR} / {KMH} * 60 as
            travel_min, 0.0 as late_min, p.answer_min, p.acceptance, f.who.head as head_start_min,
            null as reason
          from rows i left join flat f on f.row = i.row left join firms p on p.id = f.who.id
          order by i.row, f.rank
        ) to '{target}' (header)"""
    )


if __name__ == "__main__":
    main()
