"""Count the rows of a batch while it runs, and sum them up for the operations lead."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from msgspec import Struct, field

from ...model import Place
from ...records.values import Reject
from ...results.batch_results import (
    BatchCounts,
    BatchSummary,
    HistogramBar,
    ServiceSummary,
    UnservedPlace,
)
from ..ranks import ServiceRanks
from ..write.result_writer import RowResult
from .place_tally import PlaceTally
from .unknown_kinds import UnknownKinds

STEPS_PER_MIN = 10
"""Counting steps of expected minutes: quantiles are exact to 0.1 min in bounded memory."""

BARS = (0, 10, 20, 30, 45, 60, 90, 120)
QUANTILES = (0.1, 0.25, 0.5, 0.75, 0.9, 0.99)
MOST_PLACES = 20
ABROAD = "abroad"


class ServiceTally(Struct, kw_only=True):
    """The counts of one service.

    ``steps`` counts served incidents by tenths of expected minutes, ``reasons`` exclusions by
    reason, ``unserved`` incidents without a candidate by postcode.
    """

    rows: int = 0
    served: int = 0
    steps: dict[int, int] = {}
    reasons: dict[str, int] = {}
    unserved: dict[str, int] = {}


class BatchTally(Struct, kw_only=True):
    """The counts of a batch so far."""

    rows: int = 0
    rejected: int = 0
    served: int = 0
    reasons: dict[str, int] = field(default_factory=dict)
    kinds: UnknownKinds = field(default_factory=UnknownKinds)
    services: dict[str, ServiceTally] = field(default_factory=dict)
    places: PlaceTally = field(default_factory=PlaceTally)

    @property
    def ranked(self) -> int:
        """The number of rows in the output."""
        return self.rows - self.rejected

    def count_reject(self, reject: Reject) -> None:
        """Count a rejected row."""
        self.rows += 1
        self.rejected += 1
        self.reasons[reject.reason] = self.reasons.get(reject.reason, 0) + 1
        if reject.unknown_kind:
            self.kinds.count(reject.unknown_kind)

    def count(self, results: Iterable[RowResult], *, summary: bool, has_map: bool = False) -> None:
        """Count ranked rows, with ``summary`` also by service, with ``has_map`` also by place."""
        for result in results:
            self.rows += 1
            self.served += result.is_served
            if has_map:
                self.places.count(result.parsed.incident.place, result.ranks)
            if summary:
                for ranks in result.ranks:
                    self._count_service(ranks, result.parsed.incident.place)

    def _count_service(self, ranks: ServiceRanks, place: Place) -> None:
        tally = self.services.setdefault(ranks.service, ServiceTally())
        tally.rows += 1
        _add(tally.reasons, ranks.counts or {})
        if not ranks.rows:
            postcode = ABROAD if place.foreign_km else place.postcode
            _add(tally.unserved, {postcode: 1})
            return
        tally.served += 1
        if ranks.expected_min is not None:
            step = int(ranks.expected_min * STEPS_PER_MIN)
            tally.steps[step] = tally.steps.get(step, 0) + 1


def _add(counts: dict[str, int], more: dict[str, int]) -> None:
    for name, count in more.items():
        counts[name] = counts.get(name, 0) + count


def counts_of(tally: BatchTally, output: Path | None, rejects: Path | None) -> BatchCounts:
    """Make the counts of a batch, with the most frequent reject reason first."""
    return BatchCounts(
        rows=tally.rows,
        ranked=tally.ranked,
        rejected=tally.rejected,
        served=tally.served,
        reject_reasons=_by_frequency(tally.reasons),
        output=None if output is None else str(output),
        rejects=None if rejects is None else str(rejects),
    )


def summary_of(tally: BatchTally) -> BatchSummary:
    """Make the summary of a batch, with the services with most incidents first."""
    ordered = sorted(tally.services.items(), key=lambda each: (-each[1].rows, each[0]))
    return BatchSummary(
        rows=tally.rows,
        ranked=tally.ranked,
        rejected=tally.rejected,
        served=tally.served,
        reject_reasons=_by_frequency(tally.reasons),
        services=tuple(_service(name, each) for name, each in ordered),
    )


def _service(name: str, tally: ServiceTally) -> ServiceSummary:
    places = _by_frequency(tally.unserved)
    return ServiceSummary(
        service=name,
        incidents=tally.rows,
        served=tally.served,
        share_served=tally.served / tally.rows,
        quantiles_min={
            str(share): minutes for share, minutes in _quantiles(tally.steps, tally.served)
        },
        histogram=tuple(_bars(tally.steps)),
        excluded_counts=_by_frequency(tally.reasons),
        nobody_reaches=tuple(
            UnservedPlace(postcode, count) for postcode, count in list(places.items())[:MOST_PLACES]
        ),
        places_nobody_reaches=len(places),
    )


def _by_frequency(counts: dict[str, int]) -> dict[str, int]:
    return dict(sorted(counts.items(), key=lambda each: (-each[1], each[0])))


def _quantiles(steps: dict[int, int], total: int) -> Iterator[tuple[float, float]]:
    """Yield the minutes within which at least each share of the incidents is reached."""
    ordered = sorted(steps.items())
    for share in QUANTILES:
        seen = 0
        for step, count in ordered:
            seen += count
            if seen >= share * total:
                yield share, step / STEPS_PER_MIN
                break


def _bars(steps: dict[int, int]) -> Iterator[HistogramBar]:
    ends = [*BARS[1:], None]
    for begin, end in zip(BARS, ends, strict=True):
        count = sum(
            each
            for step, each in steps.items()
            if begin <= step / STEPS_PER_MIN and (end is None or step / STEPS_PER_MIN < end)
        )
        yield HistogramBar(begin, end, count)
