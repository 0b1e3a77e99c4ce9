"""PostGIS from CSV to CSV, for benchmarks/batch.py: a cluster of its own, without a network.

The tables of firms stand indexed before the clock starts; each run copies the rows in, joins every
row with the boxes that hold it (GiST on service and box), measures, asks the gates and copies out
the columns that ``dispatch batch`` writes. Two processes work on the query, as two threads do for
the others; nothing waits for the disk.
"""

import csv
import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from glob import glob
from math import cos, radians
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import batch_world
from benchmarks.batch_peers import (
    DEFAULT_FALLBACK_MIN,
    DETOUR,
    KMH,
    facts_of,
)
from dispatch_cli.model import Provider
from dispatch_cli.model.sphere import EARTH_RADIUS_KM

SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "shared_buffers": "1GB",
    "work_mem": "256MB",
    "max_parallel_workers_per_gather": "1",
    "parallel_leader_participation": "on",
    "min_parallel_table_scan_size": "0",
    "jit": "off",  # it costs a second and wins nothing here: tried both ways
}
_LOAD = """
create extension postgis; create extension btree_gist;
create table firms (number int primary key, id text, lat float8, lon float8, radius_km float8,
  rest_min float8, max_weight_t float8, kinds int, clients int, head_min float8, open_bits text,
  phone text, turnout_min float8, answer_min float8, acceptance float8);
create table boxes (service text, number int, box geometry);
\\copy firms from 'firms.csv' csv
\\copy boxes from 'boxes.csv' csv
create index on boxes using gist (service, box);
vacuum analyze firms; vacuum analyze boxes;
"""
_RUN = """
drop table if exists calls;
create unlogged table calls (id text, kind text, lat float8, lon float8, "when" timestamptz,
  client text, vehicle text, weight_t float8);
\\copy calls from '{source}' csv header
create unlogged table rows as select row_number() over () as row, id, kind, lat, lon, weight_t,
  floor(extract(epoch from "when" - timestamptz '{start}') / 3600)::int as hour,
  case client when 'adac' then 2 when 'avd' then 4 else 1 end as client,
  case vehicle when 'car' then 1 when 'van' then 2 else 4 end as vehicle from calls;
analyze rows;
create unlogged table ranked as select r.row, r.id, r.kind, f.* from rows r left join lateral (
  select row_number() over (order by s.order_min) as rank, s.* from (
    select p.id as provider, p.phone, p.rest_min + km * {detour} / {kmh} * 60
      - p.head_min * (r.client = 2)::int as order_min, p.turnout_min, km, p.answer_min,
      p.acceptance, p.head_min * (r.client = 2)::int as head_min
    from boxes b join firms p on p.number = b.number cross join lateral (
      select 2 * {radius} * asin(sqrt(least(1, pow(sin(radians(r.lat - p.lat) / 2), 2)
        + cos(radians(p.lat)) * cos(radians(r.lat))
        * pow(sin(radians(r.lon - p.lon) / 2), 2)))) as km) d
    where b.service = r.kind and b.box && st_makepoint(r.lon, r.lat) and km <= p.radius_km
      and r.weight_t <= p.max_weight_t and (r.vehicle & p.kinds) > 0 and (r.client & p.clients) > 0
      and substr(p.open_bits, r.hour + 1, 1) = '1'
      and p.rest_min + km * {detour} / {kmh} * 60 < {fallback}
    order by order_min limit 5) s) f on true;
\\copy (select row, id, kind as service, rank, provider, phone, order_min, 0.0 as wait_min, turnout_min, km * {detour} / {kmh} * 60 as travel_min, 0.0 as late_min, answer_min, acceptance, head_min as head_start_min, null as reason from ranked order by row, rank) to '{target}' csv header
drop table rows; drop table ranked;
"""  # noqa: E501 - \\copy is one line


def programs() -> Path | None:
    """Where PostgreSQL's programs are, if it is here with PostGIS."""
    found = sorted(glob("/usr/lib/postgresql/*/bin/initdb"))
    if not found or not glob("/usr/share/postgresql/*/extension/postgis.control"):
        return None
    return Path(found[-1]).parent


@contextmanager
def cluster(providers: Sequence[Provider]) -> Iterator["Cluster | None"]:
    """Run a cluster with the firms in it; None where it is not installed."""
    bin_dir = programs()
    if bin_dir is None:
        yield None
        return
    with TemporaryDirectory(prefix="pg") as folder:
        home = Path(folder)
        # PostgreSQL does not run as root.
        if os.geteuid() == 0:
            shutil.chown(home, "postgres")
        made = Cluster(home, bin_dir)
        made.call("initdb", "-D", str(home / "data"), "-A", "trust", "--locale=C", "-E", "UTF8")
        options = " ".join(f"-c {name}='{value}'" for name, value in SETTINGS.items())
        made.call("pg_ctl", "-D", str(home / "data"), "-w", "-l", str(home / "log"),
                  "-o", f"-k {home} {options}", "start")  # fmt: skip
        try:
            made.load(providers)
            yield made
        finally:
            made.call("pg_ctl", "-D", str(home / "data"), "-m", "immediate", "stop")


class Cluster:
    """A cluster that listens on a socket in its own folder alone."""

    def __init__(self, home: Path, bin_dir: Path) -> None:
        self.home, self._bin = home, bin_dir

    def call(self, program: str, *argv: str, text: str | None = None) -> None:
        """Run one of its programs, as its user."""
        user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        subprocess.run(
            [*user, str(self._bin / program), *argv], cwd=self.home, input=text, text=True,
            stdout=subprocess.DEVNULL, check=True,
        )  # fmt: skip

    def psql(self, text: str) -> None:
        """Run some statements."""
        self.call("psql", "-q", "-X", "-v", "ON_ERROR_STOP=1", "-h", str(self.home), "postgres",
                  text=text)  # fmt: skip

    def load(self, providers: Sequence[Provider]) -> None:
        """Write the firms, and the box of each circle for each service."""
        facts = facts_of(providers)
        services = facts.pop("services")
        names = ("id", "lat", "lon", "radius_km", "rest_min", "max_weight_t", "kinds", "clients",
                 "head_min", "open_bits", "phone", "turnout_min", "answer_min",
                 "acceptance")  # fmt: skip
        with (self.home / "firms.csv").open("w", newline="") as file:
            csv.writer(file).writerows(
                enumerate_flat(zip(*(facts[name] for name in names), strict=True))
            )
        with (self.home / "boxes.csv").open("w", newline="") as file:
            writer = csv.writer(file)
            for number, one in enumerate(providers):
                reach = facts["radius_km"][number] / 111.19
                wide = reach / cos(radians(abs(one.lat) + reach))
                west, south, east, north = (
                    one.lon - wide, one.lat - reach, one.lon + wide, one.lat + reach,
                )  # fmt: skip
                ring = f"{west} {south},{east} {south},{east} {north},{west} {north},{west} {south}"
                for service in services[number]:
                    writer.writerow([service, number, f"POLYGON(({ring}))"])
        self.psql(_LOAD)

    def run(self, source: Path, target: Path) -> float:
        """Rank a file; returns the seconds of wall time."""
        mine = self.home / "in.csv"
        shutil.copy(source, mine)
        out = self.home / "out.csv"
        out.unlink(missing_ok=True)
        begun = time.perf_counter()
        self.psql(
            _RUN.format(
                source=mine, target=out, start=batch_world.START.isoformat(), detour=DETOUR,
                kmh=KMH, radius=EARTH_RADIUS_KM, fallback=DEFAULT_FALLBACK_MIN,
            )
        )  # fmt: skip
        took_s = time.perf_counter() - begun
        shutil.copy(out, target)
        return took_s


def enumerate_flat(rows: Iterator[tuple[object, ...]]) -> Iterator[tuple[object, ...]]:
    """Number rows, the number first."""
    for number, row in enumerate(rows):
        yield number, *row
