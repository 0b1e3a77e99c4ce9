"""The results of a batch: its counts, and the summary of each service."""

from msgspec import Struct


class HistogramBar(Struct, frozen=True):
    """The incidents with expected minutes from ``from_min`` to below ``to_min`` (None: no end)."""

    from_min: int
    to_min: int | None
    incidents: int


class UnservedPlace(Struct, frozen=True):
    """A postcode with incidents that no provider can serve; ``abroad`` outside Germany."""

    postcode: str
    incidents: int


class ServiceSummary(Struct, frozen=True, kw_only=True):
    """One service of a batch, with the expected minutes of its served incidents."""

    service: str
    incidents: int
    served: int
    share_served: float
    quantiles_min: dict[str, float]
    """By the share of faster incidents (``0.5`` is the median), exact to 0.1 min."""
    histogram: tuple[HistogramBar, ...]
    excluded_counts: dict[str, int]
    """Excluded providers by reason, summed over all incidents, the most frequent first."""
    nobody_reaches: tuple[UnservedPlace, ...]
    """The 20 postcodes with the most unserved incidents at most, most incidents first."""
    places_nobody_reaches: int


class BatchSummary(Struct, frozen=True, kw_only=True):
    """The counts of a batch and the summary of each service."""

    rows: int
    ranked: int
    rejected: int
    served: int
    reject_reasons: dict[str, int]
    services: tuple[ServiceSummary, ...]


class BatchCounts(Struct, frozen=True, kw_only=True):
    """The counts of a batch, and the paths of its output and reject file."""

    rows: int
    ranked: int
    rejected: int
    served: int
    reject_reasons: dict[str, int]
    output: str | None
    rejects: str | None
