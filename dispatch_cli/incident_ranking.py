"""Rank an incident: one incident in, a ranked cascade for each service out."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from msgspec import UNSET, Struct, UnsetType
from msgspec.structs import replace

from . import cascade, chain, eligibility, geo, plans, ranking, readback, road_ranking
from .availability import HolidayDates
from .candidates import Orders, RatedProvider
from .eligibility import GATES, Gate, Need, check_gates, reasons_of
from .errors import UsageError
from .messages import Message, joined, quoted
from .model import NO_CLIENT, Incident, Observations, Provider
from .model.incident import NO_POSITION_YET
from .model.near_words import did_you_mean, suggestion
from .model.travel_engines import CROW_FLY
from .model.usual_sizes import unusual_sizes
from .model.words import SERVICES
from .results.cascade_answer import (
    Answer,
    Cascade,
    Exclusion,
    LastResortLine,
    ProviderSource,
    RoadUse,
)
from .road_ranking import RoadTable, RoadTables

if TYPE_CHECKING:
    from .catalog import Catalog

NEAREST_SHOWN = 3
NEAREST_WITHIN_KM = 300.0
"""No provider whose base is farther from the place is named as nearest to possible."""

_UNKNOWN_KIND = "unknown kind {name}{guess}; allowed: {allowed}"
_UNKNOWN_CLIENT = "unknown client {name}{guess}; allowed: {allowed}"
_UNKNOWN_PROVIDER = "unknown provider {name}{guess}; allowed: {allowed}"
_MOST_LISTED = 20
_NAMES_HINT = '"dispatch providers list" names the providers'
SAMPLE_WARNING = Message(
    "this is the sample provider file: no number in it can be called; "
    '"dispatch providers init" starts your own'
)


def rank_incident(
    catalog: "Catalog",
    incident: Incident,
    *,
    holidays: HolidayDates,
    observations: Observations = Observations(),
    explain: bool = False,
    gates: Sequence[Gate] = GATES,
    roads: RoadTables | None = None,
    rows: int = road_ranking.LEAST_ROWS,
) -> Answer:
    """Rank the providers for every service that an incident needs.

    With ``explain`` all excluded providers are listed; without, they are counted, and only those
    whose area may reach the place are checked. ``gates`` is the table that decides which are
    excluded. With ``roads`` the first ``rows`` of each service have road minutes, as far as there
    are any. Raises UsageError for an unknown client or id.
    """
    check_gates(gates, "cascade")
    rules = catalog.rules
    check_names(catalog, incident)
    entries = plans.services_for(incident, rules)
    needs = eligibility.needs_of(rules, incident, entries, holidays, observations)
    providers = catalog.all() if explain else catalog.near(incident.place)
    table = None if roads is None else roads(incident.place)
    ranked = [rank_need(need, providers, gates, table=table, rows=rows) for need in needs]
    orders = {need.entry.service: found.orders for need, found in zip(needs, ranked, strict=True)}

    def minutes_of(service: str, start_min: float) -> float:
        fallback_min = rules.settings.of(service).fallback_min
        return cascade.expected_min(orders[service].asked, fallback_min, start_min)

    afters = {entry.service: entry.after for entry in entries}
    links = chain.linked(afters, minutes_of, rules.settings)
    cascades = tuple(
        _cascade(catalog, need, found, gates, not_near=catalog.count - len(providers),
                 start_min=link.start_min, explain=explain)
        for need, found, link in zip(needs, ranked, links, strict=True)
    )  # fmt: skip
    calls = plans.emergency_calls(incident, rules)
    return Answer(
        emergency=calls,
        advice=plans.advice_for(incident, calls),
        incident=readback.view(incident, [call.service for call in calls], entries),
        cascades=chain.with_shared_units(cascades, lambda each: _units(catalog, each)),
        plan_min=chain.plan_min(links, rules.settings),
        ask=readback.to_ask(incident, entries, cascades),
        provider_file=ProviderSource(str(catalog.path), catalog.source, catalog.count),
        control_centres=readback.control_centres(rules, incident.place)
        if any(call.dial == "112" for call in calls)
        else (),
        warnings=_warnings(catalog, incident, cascades),
    )


def check_names(catalog: "Catalog", incident: Incident) -> None:
    """Check kind, client and ids; raises UsageError with all unknown ones and the nearest words."""
    clients = catalog.rules.clients
    client = incident.client
    problems: list[Message] = []
    hints: list[Message] = []
    kinds = [*catalog.rules.plans, *plans.BUILT_IN, *SERVICES]
    if incident.kind not in kinds:
        meant = plans.find_kind(incident.kind, catalog.rules.plans) or ""
        problems.append(_unknown(_UNKNOWN_KIND, incident.kind, kinds, meant))
        hints.append(Message('"dispatch kinds" lists kinds, services and words'))
    if client is not None and client != NO_CLIENT and client not in clients:
        problems.append(_unknown(_UNKNOWN_CLIENT, client, [*clients, NO_CLIENT]))
        hints.append(
            Message(
                "clients of the provider file: {clients}; {none} for a motorist of no client",
                clients=", ".join(sorted(clients)) or "-",
                none=NO_CLIENT,
            )
        )
    problems += [
        _unknown(_UNKNOWN_PROVIDER, provider_id, catalog.ids())
        for provider_id in (*filter(None, [incident.wish]), *incident.asked)
        if catalog.find(provider_id) is None
    ]
    if problems:
        raise UsageError(*problems, hint=next(iter(hints), _NAMES_HINT))


def find_provider(catalog: "Catalog", provider_id: str) -> Provider:
    """Find a provider by its id; raises UsageError with the nearest id."""
    provider = catalog.find(provider_id)
    if provider is None:
        raise UsageError(_unknown(_UNKNOWN_PROVIDER, provider_id, catalog.ids()), hint=_NAMES_HINT)
    return provider


class RankedProviders(Struct, frozen=True):
    """Some providers for one service: the orders, and the excluded ones."""

    orders: Orders
    excluded: list[Exclusion]
    beyond: list[Exclusion]
    roads: RoadUse | UnsetType = UNSET

    def counts(self, gates: Sequence[Gate], *, not_near: int) -> dict[str, int]:
        """Count the excluded by reason, in the order of the table.

        ``not_near`` more providers were left out by the index of areas.
        """
        found = Counter(exclusion.reason for exclusion in self.excluded)
        found[gates[0].reason] += not_near
        return {reason: found[reason] for reason in reasons_of(gates) if found[reason]}


def _units(catalog: "Catalog", provider_id: str) -> int:
    provider = catalog.find(provider_id)
    return provider.units if provider else 0


def _cascade(
    catalog: "Catalog",
    need: Need,
    ranked: RankedProviders,
    gates: Sequence[Gate],
    *,
    not_near: int,
    start_min: float,
    explain: bool,
) -> Cascade:
    """Make the cascade of one service; ``not_near`` more providers are outside their area."""
    counts = ranked.counts(gates, not_near=not_near)
    resort = catalog.rules.last_resort(need.entry.service)
    nearest: list[Exclusion] = []
    if not ranked.orders.asked:
        everybody = ranked.excluded if explain else rank_need(need, catalog.all(), gates).excluded
        near = (
            one for one in everybody if one.distance_km <= NEAREST_WITHIN_KM and one.call_at is None
        )
        nearest = _nearest_first(near)[:NEAREST_SHOWN]
    return cascade.build(
        ranked.orders,
        need,
        start_min=start_min,
        last_resort=LastResortLine(resort.phone, resort.sentence),
        excluded_counts=counts,
        opens_soon=_nearest_first(out for out in ranked.excluded if out.call_at is not None),
        beyond=_nearest_first(ranked.beyond),
        nearest=nearest,
        excluded=_nearest_first(ranked.excluded) if explain else None,
        roads=ranked.roads,
    )


def rank_need(
    need: Need,
    providers: Iterable[Provider],
    gates: Sequence[Gate] = GATES,
    *,
    table: RoadTable | None = None,
    rows: int = road_ranking.LEAST_ROWS,
) -> RankedProviders:
    """Rank providers for one service: gates, minutes, stop rule, order; see docs/ranking.md.

    With a ``table`` the first ``rows`` are those of all roads; ``contract_only`` has no roads.
    """
    parts = eligibility.split(providers, need, gates)
    settings = need.settings.of(need.entry.service)
    use: RoadUse | UnsetType = UNSET

    def rate(
        eligible: eligibility.EligibleProvider, travel_min: float, source: str
    ) -> RatedProvider:
        experienced, late_min, error_min = with_experience(eligible, need, source)
        return ranking.rate(
            experienced, need, travel_min, late_min, error_min, travel_source=source
        )

    def estimate(eligible: eligibility.EligibleProvider) -> RatedProvider:
        return rate(eligible, geo.crow_fly_min(eligible.distance_km, settings), CROW_FLY)

    if table is None:
        rated = [estimate(each) for each in parts.eligible]
    else:
        found = road_ranking.rate_by_road(parts.eligible, need, table, rate, rows=rows)
        rated = found.rated
        use = RoadUse(table.source, found.asked, len(rated), found.failure)
    kept, too_slow = ranking.keep(rated, settings.fallback_min)
    contract_only, _ = ranking.keep(map(estimate, parts.contract_only), settings.fallback_min)
    beyond = [
        eligibility.beyond_fallback(rated.eligible, need, rated.index_min) for rated in too_slow
    ]
    orders = ranking.orders(kept, contract_only, need)
    return RankedProviders(orders, [*parts.excluded, *beyond], beyond, use)


def with_experience(
    eligible: eligibility.EligibleProvider, need: Need, source: str = CROW_FLY
) -> tuple[eligibility.EligibleProvider, float, float]:
    """Replace values of the file by those learned from the case log.

    Returns also the mean lateness with a travel source and the standard error of the index, both
    in minutes.
    """
    seen, service = need.observations, need.entry.service
    eligible = replace(eligible, provider=ranking.at_night(eligible.provider, need))
    key = (eligible.provider.id, service)
    summary = seen.summaries.get(key)
    if summary is None or seen.as_of is None:
        return eligible, 0.0, 0.0
    if source != CROW_FLY:
        weight, weighted_min = seen.road_lateness.get(key, (0.0, 0.0))
        summary = replace(summary, late_weight=weight, late_min_weighted=weighted_min)
    from . import learning

    provider, learned = learning.apply_learned(
        eligible.provider, service, need.settings, summary, seen.as_of
    )
    return replace(eligible, provider=provider), learned.late_min, learned.error_min


def _nearest_first(excluded: Iterable[Exclusion]) -> list[Exclusion]:
    """Sort by how little is missing, then by distance; see docs/nearest.md.

    Where no call can help, providers with the service whose area holds the place come first.
    """
    return sorted(
        excluded,
        key=lambda out: (
            out.nearness_min,
            out.reason in ("outside_area", "service_not_offered"),
            out.distance_km,
            out.provider,
        ),
    )


def _unknown(template: str, word: str, allowed: Iterable[str], meant: str = "") -> Message:
    known = sorted(allowed)
    return Message(
        template,
        name=quoted(word),
        guess=suggestion([meant]) if meant else did_you_mean(word, known),
        allowed=", ".join(known)
        if len(known) <= _MOST_LISTED
        else Message("{count} ids", count=len(known)),
    )


def _warnings(
    catalog: "Catalog", incident: Incident, cascades: Iterable[Cascade]
) -> tuple[Message | str, ...]:
    warnings: list[Message | str] = [SAMPLE_WARNING] if catalog.source == "sample" else []
    if incident.place.foreign_km:
        abroad = incident.place.abroad
        warnings.append(Message("confirm the place with the caller: {abroad}", abroad=abroad))
    if " " in incident.place.label and incident.place.postcode_given:
        from .notation.town_check import town_doubt

        doubt = town_doubt(incident.place)
        warnings += [doubt] if doubt else []
    if incident.place.source == "name":
        from .notation.city_parts import parts_beside

        warnings += [
            Message("there is also {part}: confirm the place with the caller", part=part.choice)
            for part in parts_beside(incident.place)
        ]
    road = incident.place.road
    if road is not None and road.towards and not road.is_sure:
        warnings.append(
            Message(
                "no sign of {road} on the map leads to {towards}: ask for the side of the road",
                road=road.road,
                towards=road.towards,
            )
        )
    if incident.place.is_null_island:
        warnings.append(
            Message("{finding}: ask the caller for the place", finding=Message(NO_POSITION_YET))
        )
    warnings += [
        Message("{unusual}: ask again", unusual=each)
        for each in unusual_sizes(incident.vehicle).values()
    ]
    too_far = [
        found.service
        for found in cascades
        if found.excluded_counts and not found.candidates and not found.nearest_excluded
    ]
    if too_far:
        warnings.append(
            Message(
                "{services}: no provider within {within_km:.0f} km of the place",
                services=joined(map(Message, too_far), ", "),
                within_km=NEAREST_WITHIN_KM,
            )
        )
    warnings += road_ranking.failures_of(cascades)
    wish = incident.wish
    asked = {candidate.provider for found in cascades for candidate in found.candidates}
    if wish is not None and wish not in asked:
        warnings.append(
            Message("the provider {wish} of the wish cannot be sent: see --explain", wish=wish)
        )
    return tuple(warnings)
