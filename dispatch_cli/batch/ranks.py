"""What the engine says of one incident: for each service the first few, with their minutes."""

from collections.abc import Iterable

from msgspec import Struct

from ..candidates import Rated
from ..eligibility import Need, phone_at


class Ranked(Struct, frozen=True, gc=False):
    """A provider at its place in the order; the minutes are those of ``results.Candidate``."""

    provider: str
    phone: str
    order_min: float
    index_min: float
    arrival_min: float
    wait_min: float
    turnout_min: float
    travel_min: float
    late_min: float
    answer_min: float
    acceptance: float
    head_start_min: float
    distance_km: float
    outside_contract: bool = False


class Ranks(Struct, frozen=True, kw_only=True):
    """One planned service of one incident: ranks 1 to N in ``rows``.

    ``reason`` is empty unless nobody can be asked: then the last gate that anybody came to, in
    the order of the gates. The rest is only filled in the full record.
    """

    service: str
    rows: tuple[Ranked, ...]
    reason: str = ""
    expected_min: float | None = None
    success_probability: float | None = None
    counts: dict[str, int] | None = None


def rows_of(order: Iterable[Rated], need: Need) -> tuple[Ranked, ...]:
    """Take over what the scalar path has worked out."""
    return tuple(
        Ranked(
            rated.eligible.provider.id,
            phone_at(rated.eligible.provider, need).shown,
            rated.order_min,
            rated.index_min,
            rated.arrival_min,
            rated.wait_min,
            rated.turnout_min,
            rated.travel_min,
            rated.late_min,
            rated.answer_min,
            rated.acceptance,
            rated.head_start_min,
            rated.eligible.distance_km,
            rated.outside_contract,
        )
        for rated in order
    )
