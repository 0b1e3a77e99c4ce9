"""Open a case, and take up what has changed since: the cascades are frozen until then."""

from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from secrets import token_hex
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct
from msgspec.structs import asdict, replace

from .. import desk, eligibility, plans
from ..errors import ConflictError
from ..model import Incident, PlanEntry
from ..model.case import Case, CaseService, Option, Personal
from ..model.digest import blake2b
from ..model.sphere import great_circle_km
from ..notation import is_same_number
from ..results import Answer, Cascade
from . import case_states, offer_changes
from .book import Book, existing, said_locally
from .observe_log import observe

if TYPE_CHECKING:
    from ..store import Reader, Transaction

SAME_WITHIN = timedelta(hours=1)
SAME_KM = 0.5
LOOKED_BACK = 200


class Opened(Struct, frozen=True):
    """A case that was opened or amended: its ranking, and what the operator should know."""

    case: Case
    answer: Answer
    warnings: tuple[str, ...]
    personal: Personal = Personal()
    """What is the motorist's own, as it was before new facts."""


def open_case(book: Book, incident: Incident, personal: Personal, *, like: int = 0) -> Opened:
    """Rank an incident, freeze its cascades and write both down; warns of a likely duplicate.

    The case that it was made ``like`` is known to be another one.
    """
    personal = replace(personal, salt=token_hex(16))
    with book.store.deciding() as tx:
        incident = replace(incident, number=tx.next_case_id())
        observations = observe(book.catalog, tx, book.now)
        answer = desk.rank_incident(
            book.catalog, incident, holidays=book.holidays, observations=observations
        )
        same = [each for each in _likely_the_same(book, tx, incident, personal) if each != like]
        case = tx.new_case(
            Case(
                id=0,
                opened_at=book.now,
                operator=book.operator,
                incident=incident,
                services=_frozen(book, answer.cascades, incident, personal.salt),
            ),
            personal,
        )
        book.write(tx, "open", case.id, kind=incident.kind, client=incident.client)
        fact = f"case {case.id} is open"
    book.told.recorded.append(fact)
    warnings = [f"perhaps the same as case {other}" for other in same]
    return Opened(case, answer, (*answer.warnings, *warnings))


def amend(
    book: Book, case_id: int, facts: Mapping[str, object], theirs: Mapping[str, str] = {}
) -> Opened:
    """Record new facts: add services, rank again those without an acceptance, keep the rest.

    ``facts`` are fields of the incident and its vehicle by name, ``theirs`` what is the motorist's
    own. Facts that they do not name stay as they are in the log now, also if another operator has
    amended them meanwhile. Both are recorded together or not at all.
    """
    return _amended(book, case_id, lambda incident: _with_facts(incident, facts), theirs)


def take_back(book: Book, amended: Case, before: Incident) -> Opened:
    """Put the facts back as they were; raises ConflictError if they have changed again since."""

    def change(incident: Incident) -> Incident:
        if incident != amended.incident:
            raise ConflictError(f"the facts of case {amended.id} have been changed since")
        return before

    return _amended(book, amended.id, change)


def _amended(
    book: Book,
    case_id: int,
    change: Callable[[Incident], Incident],
    theirs: Mapping[str, str] = {},
) -> Opened:
    with book.store.deciding() as tx, said_locally(book):
        before = existing(tx, case_id)
        offer_changes.must_be_open(before)
        personal = tx.personal(case_id) or Personal()
        incident = change(before.incident)
        # What is ranked again is ranked as of now; a case that begins later stays as planned.
        now = book.now.astimezone(incident.when.tzinfo)
        incident = replace(incident, when=max(incident.when, now), number=case_id)
        observations = observe(book.catalog, tx, book.now)
        answer = desk.rank_incident(
            book.catalog, incident, holidays=book.holidays, observations=observations
        )
        fresh = _frozen(book, answer.cascades, incident, personal.salt)
        after = replace(before, incident=incident, services=_merged(before, fresh))
        tx.save(before, after)
        book.write(tx, "amend", case_id, services=len(after.services))
        if theirs:
            tx.set_personal(case_id, replace(personal, **theirs))
            book.write(tx, "personal", case_id)
        unfit = tuple(_no_longer_fits(book, tx, after))
        # As it is read again, so that it can be held against a later reading.
        after = existing(tx, case_id)
        fact = f"case {case_id}: the facts are recorded, ranked again"
    book.told.recorded.append(fact)
    return Opened(after, answer, (*answer.warnings, *unfit), personal)


def _with_facts(incident: Incident, facts: Mapping[str, object]) -> Incident:
    """The incident with new facts; ``vehicle`` is the class of the vehicle, as it is asked for."""
    of_incident, of_vehicle = {}, {}
    for name, value in facts.items():
        if name == "vehicle":
            of_vehicle["kind"] = value
        elif name in Incident.__struct_fields__:
            of_incident[name] = value
        else:
            of_vehicle[name] = value
    return replace(incident, vehicle=replace(incident.vehicle, **of_vehicle), **of_incident)


def _frozen(
    book: Book, cascades: Iterable[Cascade], incident: Incident, salt: str
) -> tuple[CaseService, ...]:
    """The cascades as the case keeps them, with the salted hash of what they were made from."""
    entries = {entry.service: entry for entry in plans.services_for(incident, book.catalog.rules)}
    made_from = msgspec.json.encode([salt, asdict(incident), book.catalog.digest])
    return tuple(
        CaseService(
            service=cascade.service,
            after=entries[cascade.service].after,
            opened=entries[cascade.service].after is None,
            equipment=entries[cascade.service].equipment,
            options=tuple(_options(book, cascade)),
            last_resort_phone=cascade.last_resort.phone,
            last_resort_text=cascade.last_resort.text,
            input_hash=blake2b(made_from, digest_size=16).hexdigest(),
            neutral_cost_min=cascade.contract_cost_min,
        )
        for cascade in cascades
    )


def _options(book: Book, cascade: Cascade) -> Iterable[Option]:
    for row in cascade.candidates:
        provider = book.catalog.find(row.provider)
        others = [phone.shown for phone in provider.phones] if provider else []
        yield Option(
            provider=row.provider,
            name=row.name,
            # The number that is answered now, then the firm's other ones.
            phones=tuple(dict.fromkeys([row.phone, *others])),
            units=provider.units if provider else 1,
            arrival_min=row.arrival_min,
            answer_min=row.answer_min,
            acceptance=row.acceptance,
            wait_min=row.wait_min,
            index_min=row.index_min,
            outside_contract=row.outside_contract,
            base_min=row.wait_min + row.turnout_min + row.travel_min,
            travel_source=row.travel_source,
        )


def _merged(before: Case, fresh: Iterable[CaseService]) -> tuple[CaseService, ...]:
    """New services first, since emergency and recovery are; what is accepted stays as it is."""
    known = {service.service: service for service in before.services}
    merged = []
    for service in fresh:
        old = known.pop(service.service, None)
        if old is not None and case_states.service_state(before, old) in case_states.LIVE:
            merged.append(old)
        elif old is not None:
            merged.append(replace(service, opened=old.opened or service.opened))
        else:
            merged.append(service)
    # A service that the plan no longer needs stays if it was ever asked for.
    asked = {offer.service for offer in before.offers}
    return (*merged, *(service for name, service in known.items() if name in asked))


def _no_longer_fits(book: Book, reader: "Reader | Transaction", case: Case) -> Iterable[str]:
    """Whoever is asked or on the way and would not pass the gates with the facts as they are now.

    Its own unit counts as free: nobody is too late for being on the way already.
    """
    observed = observe(book.catalog, reader, book.now, without_case=case.id)
    for offer in case.offers:
        service = case_states.service_of(case, offer.service)
        provider = book.catalog.find(offer.provider)
        if offer.state not in ("open", *case_states.LIVE) or service is None or provider is None:
            continue
        entry = PlanEntry(service=service.service, equipment=service.equipment)
        incident = replace(case.incident, asked=())
        [need] = eligibility.needs_of(
            book.catalog.rules, incident, [entry], book.holidays, observed
        )
        for out in eligibility.split([provider], need).excluded:
            yield f"{case.id}.{offer.number} {offer.name} may no longer fit: {out.detail}"


def _likely_the_same(
    book: Book, reader: "Reader | Transaction", incident: Incident, personal: Personal
) -> list[int]:
    """Cases of the last hour at the same spot, or with the same call-back number."""
    number = personal.call_back
    found = []
    for case in reader.cases(open_only=False, limit=LOOKED_BACK):
        if book.now - case.opened_at > SAME_WITHIN:
            continue
        other = reader.personal(case.id) if number else None
        has_number = other is not None and is_same_number(other.call_back, number)
        if has_number or _is_same_spot(case.incident, incident):
            found.append(case.id)
    return found


def _is_same_spot(one: Incident, other: Incident) -> bool:
    """Within half a kilometre; of two areas nobody knows that, so what happened must agree."""
    here, there = one.place, other.place
    if great_circle_km(here.lat, here.lon, there.lat, there.lon) > SAME_KM:
        return False
    if max(here.uncertainty_km, there.uncertainty_km) <= SAME_KM:
        return True
    return (one.kind, one.vehicle.kind, one.client) == (
        other.kind,
        other.vehicle.kind,
        other.client,
    )
