"""Define the ranking of an incident in a batch: the first candidates of each service."""

from msgspec import Struct

from ..candidates import RatedProvider
from ..eligibility import Need, phone_at


class RankedProvider(Struct, frozen=True, gc=False):
    """A ranked provider; the fields have the meaning and unit of ``results.Candidate``."""

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

    @classmethod
    def of(cls, rated: RatedProvider, need: Need) -> "RankedProvider":
        """Convert a candidate that the desk has rated."""
        provider = rated.eligible.provider
        minutes = {name: getattr(rated, name) for name in cls.__struct_fields__[2:-2]}
        return cls(
            provider.id,
            phone_at(provider, need).shown,
            distance_km=rated.eligible.distance_km,
            outside_contract=rated.outside_contract,
            **minutes,
        )


class ServiceRanks(Struct, frozen=True, kw_only=True):
    """One planned service of one incident, with ranks 1 to N in ``rows``.

    ``reason`` is empty if there are candidates; else it is that of the last gate, in the order of
    the table, that stopped a provider. Totals and ``counts`` are only set in the full record.
    """

    service: str
    rows: tuple[RankedProvider, ...]
    reason: str = ""
    expected_min: float | None = None
    success_probability: float | None = None
    counts: dict[str, int] | None = None
