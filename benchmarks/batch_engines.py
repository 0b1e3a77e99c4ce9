"""Our own sides of benchmarks/batch.py: the plain engine, the naive loop, the compiled engine."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from msgspec.structs import replace

from benchmarks import batch_world
from benchmarks.batch_peers import THREADS, Peer
from dispatch_cli import geo, ranking
from dispatch_cli.batch.engine import Engine
from dispatch_cli.batch.offers import EVERY_PROVIDER
from dispatch_cli.eligibility import Assessment, as_eligible, first_gate
from dispatch_cli.model import Incident, Place, Provider

TOP = 5
Ids = list[list[str]]
_NOWHERE = Place(lat=0.0, lon=0.0)
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


def no_holidays(region: str, years: Sequence[int]) -> tuple[()]:
    """Return no holidays: no opening hours of this world mention them."""
    return ()


def plain_engine(providers: list[Provider]) -> Engine:
    """Make the engine of an installation without the extra."""
    return Engine(batch_world.InMemory(providers), holidays=no_holidays, top=TOP)


def ids_by_engine(engine: Engine, incidents: Sequence[Incident]) -> Ids:
    """Rank incidents that need one service each; returns the ids of each in order."""
    return [[row.provider for row in ranks[0].rows] for ranks in engine.rank(incidents)]


def ids_by_naive_loop(
    engine: Engine, providers: Sequence[Provider], incident: Incident
) -> list[str]:
    """Rank every provider with the core's scalar functions, the gates in their order."""
    [side] = engine.shapes.of(incident).sides
    need = engine.need(incident, side.entry)
    settings = need.settings.of(side.entry.service)
    rated = []
    for provider in providers:
        assessment = Assessment(need, provider)
        if first_gate(assessment) is None:
            eligible = as_eligible(assessment)
            travel_min = geo.crow_fly_min(eligible.distance_km, settings)
            rated.append(ranking.rate(eligible, need, travel_min))
    kept, _ = ranking.keep(rated, settings.fallback_min)
    return [one.eligible.provider.id for one in ranking.orders(kept, [], need).asked[:TOP]]


def columns_with_templates(incidents: Sequence[Incident]) -> Any:
    """Lay incidents out in columns; those that differ only in place, time and amounts share one
    template, as rows of a file do.
    """
    import numpy as np

    from dispatch_cli.batch.compiled.incident_columns import IncidentColumns, amount_of
    from dispatch_cli.intake import AMOUNTS
    from dispatch_cli.model.stamps import to_stamp

    numbers: dict[Incident, int] = {}
    template_of = [numbers.setdefault(_template_of(one), len(numbers)) for one in incidents]
    return IncidentColumns(
        number=np.array([one.number for one in incidents]),
        lat=np.array([one.place.lat for one in incidents]),
        lon=np.array([one.place.lon for one in incidents]),
        uncertainty_km=np.array([one.place.uncertainty_km for one in incidents], np.float64),
        at_us=np.array([to_stamp(one.when) for one in incidents], np.int64),
        amounts={name: _column(amount_of(one, name) for one in incidents) for name in AMOUNTS},
        template_of=np.array(template_of, np.int64),
        templates=[*numbers],
        shared=len(numbers),
    )


def _column(values: Iterable[float]) -> Any:
    import numpy as np

    return np.fromiter(values, np.float64)


def _template_of(incident: Incident) -> Incident:
    """Take away the place, the time and the amounts of an incident."""
    vehicle = replace(incident.vehicle, weight_t=None, height_m=None)
    place = replace(incident, place=_NOWHERE, when=_NEVER, number=0)
    return replace(place, vehicle=vehicle, clearance_m=None)


def compiled_engine(providers: list[Provider], incidents: Sequence[Incident]) -> Peer | None:
    """Make the compiled engine with the columns of all rows; None without the extra."""
    try:
        from dispatch_cli.batch import kernel
        from dispatch_cli.batch.compiled.column_engine import ColumnEngine
        from dispatch_cli.batch.compiled.parallel import in_order, parts_of
    except ImportError:
        return None

    class Compiled:
        """The compiled engine: columns of incidents in, offers and minutes out."""

        rows = len(incidents)

        def __init__(self) -> None:
            self.engine = ColumnEngine(
                batch_world.InMemory(providers), holidays=no_holidays, top=TOP, threads=THREADS
            )
            self.columns = columns_with_templates(incidents)
            for one in incidents:
                self.engine.shapes.of(one)
            for service in (*batch_world.SERVICES, EVERY_PROVIDER):
                self.engine.table(service)
                self.engine.coded(service)

        def run(self, rows: int) -> list[Any]:
            return [*in_order(parts_of(rows, THREADS), self._rank, THREADS)]

        def _rank(self, rows: Any) -> list[Any]:
            return self.engine.rank_prepared(self.engine.prepare(self.columns.picked(rows)))

        def check(self, want: Ids) -> None:
            for result in self._rank(slice(len(want))):
                ids = [offer.provider for offer in self.engine.offers.of(result.service)]
                found, width = result.found, TOP + kernel.SPARE
                for task, row in enumerate(result.row.tolist()):
                    is_served = found.verdict[task] == kernel.SERVED
                    count = min(int(found.count[task]), TOP) if is_served else 0
                    places = range(task * width, task * width + count)
                    assert [ids[found.offer[at]] for at in places] == want[row]

    return Compiled()
