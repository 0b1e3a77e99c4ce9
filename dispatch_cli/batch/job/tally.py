"""What an operations lead wants to see of a batch, counted while it runs."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from msgspec import Struct, field

from ...model import Place
from ..ranks import Ranks
from ..write.result_writer import Result

STEPS_PER_MIN = 10
"""Expected minutes are counted in tenths: quantiles are right to 0.1 min, in bounded memory."""

BARS = (0, 10, 20, 30, 45, 60, 90, 120)
QUANTILES = (0.1, 0.25, 0.5, 0.75, 0.9, 0.99)
MOST_PLACES = 20
ABROAD = "abroad"


class ServiceTally(Struct, kw_only=True):
    """What was counted of one service; minutes in steps, by postcode where nobody comes."""

    rows: int = 0
    served: int = 0
    steps: dict[int, int] = {}
    reasons: dict[str, int] = {}
    nobody: dict[str, int] = {}


class Tally(Struct, kw_only=True):
    """What a batch has come to so far."""

    rows: int = 0
    rejected: int = 0
    served: int = 0
    reasons: dict[str, int] = field(default_factory=dict)
    services: dict[str, ServiceTally] = field(default_factory=dict)

    @property
    def ranked(self) -> int:
        """How many rows are in the output."""
        return self.rows - self.rejected

    def count_reject(self, reason: str) -> None:
        """Count a row that was not taken."""
        self.rows += 1
        self.rejected += 1
        self.reasons[reason] = self.reasons.get(reason, 0) + 1

    def count(self, results: Iterable[Result], *, summary: bool) -> None:
        """Count rows that were ranked; for the summary each service with its totals as well."""
        for result in results:
            self.rows += 1
            self.served += result.is_served
            if summary:
                for ranks in result.ranks:
                    self._of(ranks.service, ranks, result.parsed.incident.place)

    def _of(self, service: str, ranks: Ranks, place: Place) -> None:
        tally = self.services.setdefault(service, ServiceTally())
        tally.rows += 1
        _add(tally.reasons, ranks.counts or {})
        if not ranks.rows:
            postcode = ABROAD if place.foreign_km else place.postcode
            _add(tally.nobody, {postcode: 1})
            return
        tally.served += 1
        if ranks.expected_min is not None:
            step = int(ranks.expected_min * STEPS_PER_MIN)
            tally.steps[step] = tally.steps.get(step, 0) + 1


def _add(counts: dict[str, int], more: dict[str, int]) -> None:
    for name, count in more.items():
        counts[name] = counts.get(name, 0) + count


class Bar(Struct, frozen=True):
    """How many incidents are expected to be reached within a stretch of minutes."""

    from_min: int
    to_min: int | None
    """None: no end."""
    incidents: int


class PlaceNobodyReaches(Struct, frozen=True):
    """A postcode with incidents for which nobody can be asked (``abroad``: outside Germany)."""

    postcode: str
    incidents: int


class ServiceSummary(Struct, frozen=True, kw_only=True):
    """One service of a batch; minutes are expected ones, of the incidents that are served."""

    service: str
    incidents: int
    served: int
    share_served: float
    quantiles_min: dict[str, float]
    """By the share of incidents that are quicker (``0.5``: the median), right to 0.1 min."""
    histogram: tuple[Bar, ...]
    excluded_counts: dict[str, int]
    """Providers excluded by each reason, summed over all incidents, the commonest first."""
    nobody_reaches: tuple[PlaceNobodyReaches, ...]
    """At most 20, those with most incidents first."""
    places_nobody_reaches: int


class BatchSummary(Struct, frozen=True, kw_only=True):
    """What a batch came to."""

    rows: int
    ranked: int
    rejected: int
    served: int
    reject_reasons: dict[str, int]
    services: tuple[ServiceSummary, ...]


class BatchCounts(Struct, frozen=True, kw_only=True):
    """How many rows there were, and where they are."""

    rows: int
    ranked: int
    rejected: int
    served: int
    reject_reasons: dict[str, int]
    output: str | None
    rejects: str | None


def counts_of(tally: Tally, output: Path | None, rejects: Path | None) -> BatchCounts:
    """Say how many rows there were, the commonest reason for a reject first."""
    return BatchCounts(
        rows=tally.rows,
        ranked=tally.ranked,
        rejected=tally.rejected,
        served=tally.served,
        reject_reasons=_commonest(tally.reasons),
        output=None if output is None else str(output),
        rejects=None if rejects is None else str(rejects),
    )


def summary_of(tally: Tally) -> BatchSummary:
    """Sum up what was counted; services with most incidents first."""
    ordered = sorted(tally.services.items(), key=lambda each: (-each[1].rows, each[0]))
    return BatchSummary(
        rows=tally.rows,
        ranked=tally.ranked,
        rejected=tally.rejected,
        served=tally.served,
        reject_reasons=_commonest(tally.reasons),
        services=tuple(_service(name, each) for name, each in ordered),
    )


def _service(name: str, tally: ServiceTally) -> ServiceSummary:
    places = _commonest(tally.nobody)
    return ServiceSummary(
        service=name,
        incidents=tally.rows,
        served=tally.served,
        share_served=tally.served / tally.rows,
        quantiles_min={
            str(share): minutes for share, minutes in _quantiles(tally.steps, tally.served)
        },
        histogram=tuple(_bars(tally.steps)),
        excluded_counts=_commonest(tally.reasons),
        nobody_reaches=tuple(
            PlaceNobodyReaches(postcode, count)
            for postcode, count in list(places.items())[:MOST_PLACES]
        ),
        places_nobody_reaches=len(places),
    )


def _commonest(counts: dict[str, int]) -> dict[str, int]:
    return dict(sorted(counts.items(), key=lambda each: (-each[1], each[0])))


def _quantiles(steps: dict[int, int], total: int) -> Iterator[tuple[float, float]]:
    """The least minutes within which at least that share of the incidents is expected."""
    ordered = sorted(steps.items())
    for share in QUANTILES:
        seen = 0
        for step, count in ordered:
            seen += count
            if seen >= share * total:
                yield share, step / STEPS_PER_MIN
                break


def _bars(steps: dict[int, int]) -> Iterator[Bar]:
    ends = [*BARS[1:], None]
    for begin, end in zip(BARS, ends, strict=True):
        count = sum(
            each
            for step, each in steps.items()
            if begin <= step / STEPS_PER_MIN and (end is None or step / STEPS_PER_MIN < end)
        )
        yield Bar(begin, end, count)
