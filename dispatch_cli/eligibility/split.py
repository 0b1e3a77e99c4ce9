"""Check every provider against the gates: it is eligible, or excluded for one reason."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from math import ceil, inf

from msgspec import Struct

from ..availability import phones_at
from ..messages import Message
from ..model import Availability, Phone, Provider
from ..results.cascade_answer import Exclusion
from .ask import to_ask
from .assessment import Assessment
from .gate_forms import Gate
from .gate_table import BEYOND_FALLBACK, GATES
from .nearness import missing_min
from .need import Need


class EligibleProvider(Struct, frozen=True, kw_only=True):
    """A provider that has passed every gate but the stop rule, which needs minutes."""

    provider: Provider
    phone: Phone
    distance_km: float
    availability: Availability
    area_edge: bool
    ask: tuple[Message | str, ...]


class Split(Struct, frozen=True):
    """The eligible and the excluded providers.

    Providers in ``contract_only`` are excluded by a client's policy alone: they are in ``excluded``
    too, and still belong to the neutral order with which the contract is compared.
    """

    eligible: list[EligibleProvider]
    excluded: list[Exclusion]
    contract_only: list[EligibleProvider]


def split(providers: Iterable[Provider], need: Need, gates: Sequence[Gate] = GATES) -> Split:
    """Check every provider against the gates, in the order of the input."""
    eligible: list[EligibleProvider] = []
    excluded: list[Exclusion] = []
    contract_only: list[EligibleProvider] = []
    for provider in providers:
        assessment = Assessment(need, provider)
        stopped_by = first_gate(assessment, gates)
        if stopped_by is None:
            eligible.append(as_eligible(assessment))
            continue
        excluded.append(_exclusion(assessment, stopped_by, gates))
        neutral = (gate for gate in gates if not gate.is_policy)
        if stopped_by.is_policy and not any(gate.stops(assessment) for gate in neutral):
            contract_only.append(as_eligible(assessment))
    return Split(eligible, excluded, contract_only)


def first_gate(assessment: Assessment, gates: Iterable[Gate] = GATES) -> Gate | None:
    """Return the first gate that stops a provider; None if it passes all."""
    return next((gate for gate in gates if gate.stops(assessment)), None)


def as_eligible(assessment: Assessment) -> EligibleProvider:
    """Make an eligible provider without checking the gates, as for one that the operator chose."""
    return EligibleProvider(
        provider=assessment.provider,
        phone=phone_at(assessment.provider, assessment.need),
        distance_km=assessment.distance_km,
        availability=assessment.availability,
        area_edge=assessment.fit == "edge",
        ask=to_ask(assessment),
    )


def _exclusion(assessment: Assessment, stopped_by: Gate, gates: Iterable[Gate]) -> Exclusion:
    return Exclusion(
        provider=assessment.provider.id,
        name=assessment.provider.name,
        phone=phone_at(assessment.provider, assessment.need).shown,
        reason=stopped_by.reason,
        detail=stopped_by.message(assessment),
        nearness_min=missing_min(assessment, gates),
        call_at=_call_at(assessment, stopped_by.reason),
        distance_km=assessment.distance_km,
    )


def _call_at(assessment: Assessment, reason: str) -> datetime | None:
    """Return when a closed provider opens, if that is soon and no other gate stops it."""
    incident = assessment.need.incident
    if reason != "closed_now" or assessment.provider.id in incident.asked:
        return None
    call_at = assessment.availability.call_at
    return None if call_at is None else call_at.astimezone(incident.when.tzinfo)


def beyond_fallback(eligible: EligibleProvider, need: Need, index_min: float) -> Exclusion:
    """Make the exclusion of a provider that is slower than the last resort."""
    fallback_min = need.settings.of(need.entry.service).fallback_min
    if index_min == inf:
        detail = Message("never accepts, last resort {fallback_min:.12g} min",
                         fallback_min=fallback_min)  # fmt: skip
    else:
        # Rounded up, so that the minutes shown are never below those of the last resort.
        detail = Message("{index_min:.1f} min, last resort {fallback_min:.12g} min",
                         index_min=ceil(index_min * 10 - 1e-6) / 10,
                         fallback_min=fallback_min)  # fmt: skip
    return Exclusion(
        provider=eligible.provider.id,
        name=eligible.provider.name,
        phone=eligible.phone.shown,
        reason=BEYOND_FALLBACK,
        detail=detail,
        nearness_min=index_min - fallback_min,
        distance_km=eligible.distance_km,
    )


def phone_at(provider: Provider, need: Need) -> Phone:
    """Return the number to dial at the incident's time."""
    return phones_of(provider, need)[0]


def phones_of(provider: Provider, need: Need) -> tuple[Phone, ...]:
    """Return the numbers to dial at the incident's time, those that are answered first."""
    return phones_at(provider, need.incident.when, need.hours_of)
