"""What the engine says of one incident: for each service the first few, with their minutes."""

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

    @classmethod
    def of(cls, rated: Rated, need: Need) -> "Ranked":
        """Take over what the desk has worked out."""
        provider = rated.eligible.provider
        minutes = {name: getattr(rated, name) for name in cls.__struct_fields__[2:-2]}
        return cls(
            provider.id,
            phone_at(provider, need).shown,
            distance_km=rated.eligible.distance_km,
            outside_contract=rated.outside_contract,
            **minutes,
        )


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
