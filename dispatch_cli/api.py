"""Rank incidents from a program, as the command line does; docs/api.md has examples.

from dispatch_cli import api

catalog = api.load("providers.toml")
incident = api.Incident(kind="tow", place=api.locate("86150", catalog), when=now)
answer = api.rank(catalog, incident)
answer.cascades[0].candidates[0].phone

``rank_batches`` does the same for Arrow data of any number of rows.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import fields

from . import catalog as catalogs
from . import folders, incident_ranking, places, public_holidays
from .catalog import Catalog
from .eligibility import GATES, Gate
from .errors import BadDataError, DispatchError, Problem, UnavailableError, UsageError
from .messages import Message
from .model import NO_CLIENT, Incident, Observations, Place, Rules, Vehicle
from .model.words import SPOTS, VEHICLE_CLASSES, VEHICLE_STATES
from .results import cascade_answer

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = [
    "NO_CLIENT",
    "Answer",
    "BadDataError",
    "Catalog",
    "DispatchError",
    "FileReport",
    "Incident",
    "Message",
    "Observations",
    "Place",
    "Problem",
    "UnavailableError",
    "UsageError",
    "Vehicle",
    "load",
    "locate",
    "rank",
    "rank_batches",
    "result_schema",
    "validate",
]


class Answer(cascade_answer.Answer, frozen=True, kw_only=True):
    """The cascades of one incident; a notebook shows them as the terminal does."""

    def _repr_html_(self) -> str:
        """Return the answer for a notebook, in colours and without a script."""
        from .render.picture import export_html

        return export_html(self)


class FileReport(Struct, frozen=True, kw_only=True):
    """What ``validate`` has found: a file with problems cannot be loaded; warnings are advice."""

    path: Path
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Message, ...] = ()
    providers: int = 0
    clients: int = 0

    @property
    def is_valid(self) -> bool:
        """Whether the file can be loaded."""
        return not self.problems


def load(path: Path | str | None = None, *, now: datetime | None = None) -> Catalog:
    """Load a provider file, or the one that the command line would find.

    Opening hours are computed round ``now``; default: the current time. A catalog can be pickled:
    its providers travel with it, and each process unpacks them once. Raises BadDataError with all
    problems of the file, and UsageError for a time without a zone.
    """
    found, source = _found(path)
    return catalogs.load(
        found,
        source=source,
        now=_with_zone(now) if now is not None else datetime.now(UTC),
        cache_dir=folders.cache_dir(),
        holidays=_holidays,
    )


def validate(path: Path | str | None = None) -> FileReport:
    """Check a provider file as ``dispatch providers validate`` does, and return what it has found.

    Raises UsageError if no file is named and none is found.
    """
    found, _ = _found(path)
    try:
        catalog = load(found)
        places.check_roads(catalog.rules.roads)
    except BadDataError as error:
        return FileReport(path=found, problems=error.problems)
    return FileReport(
        path=found,
        warnings=catalog.warnings,
        providers=catalog.count,
        clients=len(catalog.rules.clients),
    )


def locate(text: str, catalog: Catalog | None = None) -> Place:
    """Read a place as ``--at`` does; raises UsageError if it is unknown or ambiguous."""
    rules = Rules() if catalog is None else catalog.rules
    return places.resolve(
        text, named=rules.places, gazetteer=folders.gazetteer(), roads=rules.roads
    )


def rank(
    catalog: Catalog,
    incident: Incident,
    *,
    explain: bool = False,
    gates: Sequence[Gate] = GATES,
) -> Answer:
    """Rank one incident.

    Raises UsageError for a time without a zone, for a word that is not in its closed set, and for a
    client or id that the file does not have.
    """
    _check_words(incident)
    found = incident_ranking.rank_incident(
        catalog, incident, holidays=_holidays, explain=explain, gates=gates
    )
    return Answer(**{field.name: getattr(found, field.name) for field in fields(found)})


def rank_batches(
    source: "Iterable[pa.RecordBatch] | object",
    catalog: Catalog,
    *,
    key: str = "",
    top: int = 5,
    observations: Observations = Observations(),
    threads: int | None = None,
    gates: Sequence[Gate] = GATES,
) -> "pa.RecordBatchReader":
    """Rank batches of incidents; each input batch gives one output batch.

    ``source`` is anything with ``__arrow_c_stream__`` (a table or reader of pyarrow, a data frame
    of polars or pandas, a relation of DuckDB), a record batch, or an iterable of record batches.

    Input columns: ``kind``, ``lat``, ``lon``, ``when`` (a timestamp with a zone, or microseconds
    since 1970), and optional ones: ``row``, ``id``, ``client``, ``vehicle``, ``weight_t``,
    ``asked`` (a list of ids), …, with the values of ``Incident``. Output: a line for each emergency
    call, service and rank, as ``dispatch batch`` writes CSV, with the columns of ``result_schema``.
    Rows without a column ``row`` are numbered from 1 across all batches; with ``key`` each line has
    the value of that column instead of the number. Rows do not depend on each other, so that
    batches may be divided among workers. Raises UnavailableError without the extra "batch"; reading
    raises UsageError for a missing column or an unknown kind, client or id.
    """
    _need_the_extra()
    import pyarrow as pa

    from .batch.compiled.arrow_rows import rank_table
    from .batch.compiled.arrow_source import batches_of, type_of
    from .batch.compiled.column_engine import ColumnEngine
    from .batch.compiled.result_columns import OfferRows

    batches = batches_of(source)
    key_type, batches = type_of(key, batches) if key else (None, batches)
    engine = ColumnEngine(
        catalog,
        holidays=_holidays,
        top=top,
        observations=observations,
        threads=threads,
        gates=gates,
    )
    check = partial(incident_ranking.check_names, catalog)

    def ranked() -> "Iterator[pa.RecordBatch]":
        row, offers = 1, OfferRows()
        for batch in batches:
            yield rank_table(engine, batch, check, first_row=row, offers=offers, key=key)
            row += batch.num_rows

    return pa.RecordBatchReader.from_batches(result_schema(key, key_type), ranked())


def result_schema(key: str = "", key_type: "pa.DataType | None" = None) -> "pa.Schema":
    """Return the columns that ``rank_batches`` gives, with ``key`` instead of ``row``.

    Raises UnavailableError without the extra "batch".
    """
    _need_the_extra()
    import pyarrow as pa

    from .batch.compiled.arrow_rows import SCHEMA

    if not key:
        return SCHEMA
    return SCHEMA.set(SCHEMA.get_field_index("row"), pa.field(key, key_type or pa.string()))


def _need_the_extra() -> None:
    from importlib.util import find_spec

    if not all(find_spec(name) for name in ("numba", "pyarrow", "polars")):
        raise UnavailableError(
            "record batches need numba, pyarrow and polars",
            hint='install the extra: pip install "roadside-dispatch[batch]"',
        )


def _found(path: Path | str | None) -> tuple[Path, str]:
    option = None if path is None else str(path)
    return catalogs.find_file(option, os.environ, Path.cwd(), folders.config_dir())


def _with_zone(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise UsageError(
            "{moment} has no time zone", moment=moment.isoformat(),
            hint="for example datetime.now(UTC)",
        )  # fmt: skip
    return moment


def _check_words(incident: Incident) -> None:
    """Check what the command line has read before it makes an incident."""
    _with_zone(incident.when)
    vehicle = incident.vehicle
    sets = (
        ("vehicle", vehicle.kind, VEHICLE_CLASSES),
        ("state", vehicle.state, VEHICLE_STATES),
        ("spot", incident.spot, SPOTS),
    )
    problems = [
        Message(
            "unknown {name} {word!r}; allowed: {allowed}",
            name=name,
            word=word,
            allowed=", ".join(words),
        )
        for name, word, words in sets
        if word is not None and word not in words
    ]
    if problems:
        raise UsageError(*problems)


def _holidays(region: str, years: Sequence[int]) -> Sequence[date]:
    return public_holidays.holiday_dates(region, years, folders.cache_dir())
