"""Take up what has changed in a case: services are added, the others ranked again or kept."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from msgspec.structs import replace

from .. import desk, eligibility, folders, intake, places
from ..errors import ConflictError
from ..messages import Message
from ..model import Incident, Rules
from ..model.case import Case, CaseService, Personal
from . import case_states, offer_changes
from .book import Book, existing, said_locally
from .gates_now import entry_of, needs_now
from .observe_log import observe
from .open_case import Opened, doubtful_number, frozen

if TYPE_CHECKING:
    from ..store import Reader, Transaction


def read_facts(said: Mapping[str, object], rules: Rules, now: datetime) -> dict[str, object]:
    """Read what was typed of an incident, by option, into the facts that ``amend`` takes.

    Raises UsageError with everything that cannot be understood.
    """
    reading = intake.IncidentReader()
    found: dict[str, object] = {}
    # Place and time last, as where a whole incident is read.
    for name in sorted(said, key=lambda each: (each in ("at", "when"), each == "when")):
        value = said[name]
        if name == "at":
            found["place"] = reading.attempt(
                "unknown_place",
                lambda: places.resolve(
                    str(said["at"]), named=rules.places, gazetteer=folders.gazetteer()
                ),
            )
        elif name == "when":
            found[name] = reading.time(str(value), now, rules.settings.timezone)
        elif isinstance(value, list):
            found[name] = tuple(value)
        else:
            found[name] = reading.fact(name, value, rules.plans)
    if reading.rejected:
        raise reading.combined_error()
    return found


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
            raise ConflictError("the facts of case {id} have been changed since", id=amended.id)
        return before

    return _amended(book, amended.id, change)


def _amended(
    book: Book,
    case_id: int,
    change: Callable[[Incident], Incident],
    theirs: Mapping[str, str] = {},
) -> Opened:
    doubts = doubtful_number(theirs.get("call_back", ""))
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
        fresh = frozen(book, answer.cascades, incident, personal.salt)
        after = replace(before, incident=incident, services=_merged(before, fresh))
        tx.save(before, after)
        book.write(tx, "amend", case_id, services=len(after.services))
        if theirs:
            tx.set_personal(case_id, replace(personal, **theirs))
            book.write(tx, "personal", case_id)
        unfit = tuple(_no_longer_fits(book, tx, after))
        # As it is read again, so that it can be held against a later reading.
        after = existing(tx, case_id)
        fact = Message("case {case_id}: the facts are recorded, ranked again", case_id=case_id)
    book.told.recorded.append(fact)
    return Opened(after, answer, (*answer.warnings, *unfit, *doubts), personal)


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


def _no_longer_fits(book: Book, reader: "Reader | Transaction", case: Case) -> Iterable[Message]:
    """Name each provider that is asked or on the way and that the gates exclude by the new facts.

    Its own unit counts as free: a provider is not late because it is on the way already.
    """
    for offer in case.offers:
        service = case_states.service_of(case, offer.service)
        provider = book.catalog.find(offer.provider)
        if offer.state not in ("open", *case_states.LIVE) or service is None or provider is None:
            continue
        _, needed = needs_now(book, reader, case, entry_of(service), without_case=case.id)
        for out in eligibility.split([provider], needed).excluded:
            yield Message(
                "{ref} {name} may no longer fit: {why}",
                ref=f"{case.id}.{offer.number}",
                name=offer.name,
                why=out.detail,
            )
