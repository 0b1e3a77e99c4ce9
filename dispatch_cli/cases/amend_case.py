"""Amend the facts of a case: add services, and rank the others again or keep them."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from msgspec.structs import replace

from .. import eligibility, intake
from ..messages import Message
from ..model import Incident
from ..model.case import Case, CaseService, Personal, ref_of
from . import case_states, offer_changes
from .book import Book, refusals_in_local_time, require_case
from .case_deadlines import TELL_DRIVER_WITHIN
from .emergency_record import with_emergency_due
from .gates_now import entry_of, needs_now
from .intake_answers import dialled
from .open_case import OpenedCase, freeze_cascades
from .rank_for_case import ask_roads, ranked
from .view_case import view

if TYPE_CHECKING:
    from ..store import Reader, Transaction


def amend(
    book: Book, case_id: int, facts: Mapping[str, object], theirs: Mapping[str, str] = {}
) -> OpenedCase:
    """Record new facts: add services, rank again those without an acceptance, keep the rest.

    ``facts`` are fields of the incident and its vehicle by name, ``theirs`` the motorist's personal
    data. Other facts stay as they are in the log, also after a concurrent change by another
    operator. Both are recorded together or not at all. Raises UsageError for a call-back number
    that cannot be dialled.
    """
    asked = ["at" if name == "place" else name for name in (*facts, *theirs)]
    if theirs.get("call_back"):
        dialled(theirs["call_back"])
    if book.roads is not None:
        with book.store.reading() as reader:
            case = require_case(reader, case_id)
        ask_roads(book, _with_facts_now(book, case, facts))
    with book.store.deciding() as tx, refusals_in_local_time(book):
        before = require_case(tx, case_id)
        offer_changes.must_be_open(before)
        personal = tx.personal(case_id) or Personal()
        incident = _with_facts_now(book, before, facts)
        answer = ranked(book, tx, incident)
        fresh = freeze_cascades(book, answer.cascades, incident, personal.salt)
        after = replace(before, incident=incident, services=_merged(before, fresh))
        if before.answered is not None:
            after = replace(after, answered=tuple(sorted({*before.answered, *asked})))
        after = with_emergency_due(after, book.catalog.rules, book.now, before.incident)
        changed = changed_facts(before.incident, incident)
        if changed or theirs:
            after = _with_drivers_to_tell(after, book.now)
        if theirs:
            tx.set_personal(case_id, replace(personal, **theirs))
            book.write(tx, "personal", case_id)
        tx.save(before, after)
        # The last record, by which both are undone.
        book.write(tx, "amend", case_id, services=len(after.services), **changed)
        unfit = tuple(_no_longer_fits(book, tx, after))
        fact = Message("case {case_id}: new facts recorded, ranked again", case_id=case_id)
        shown = view(after, book.now, book.catalog.rules)
        done = OpenedCase(after, shown, answer, (*answer.warnings, *unfit))
    book.unshown.recorded.append(fact)
    return done


def _with_facts_now(book: Book, case: Case, facts: Mapping[str, object]) -> Incident:
    """Return the incident of a case with new facts; an appointment stays at its time."""
    incident = intake.with_facts(case.incident, facts)
    now = book.now.astimezone(incident.when.tzinfo)
    return replace(incident, when=max(incident.when, now), number=case.id)


_KEPT = ("kind", "client", "spot", "trapped", "injured", "persons", "children", "pets", "wish")
_KEPT_OF_VEHICLE = ("kind", "brand", "ev", "trailer", "weight_t", "height_m", "state")
"""The facts whose changes stand in the journal; of the others, which may be personal, the names."""


def changed_facts(before: Incident, after: Incident) -> dict[str, str]:
    """Return the changed facts for the journal, each as ``0 → 1``, or as ``changed``."""
    found = {}
    for prefix, names, old, new in (
        ("", _KEPT, before, after),
        ("vehicle_", _KEPT_OF_VEHICLE, before.vehicle, after.vehicle),
    ):
        for name in names:
            was, now = getattr(old, name), getattr(new, name)
            if was != now:
                found[f"{prefix}{name}"] = f"{_written(was)} → {_written(now)}"
    for name in ("place", "where", "last_exit", "clearance_m", "hazard", "language", "note"):
        if getattr(before, name) != getattr(after, name):
            found[name] = "changed"
    return found


def _written(fact: object) -> str:
    if fact is None:
        return "-"
    return ("yes" if fact else "no") if isinstance(fact, bool) else str(fact)


def _with_drivers_to_tell(case: Case, now: datetime) -> Case:
    """Return the case with a deadline for each accepted provider, whose driver has old facts."""
    return replace(
        case,
        offers=tuple(
            replace(each, tell_driver_by=now + TELL_DRIVER_WITHIN)
            if each.state == "accepted"
            else each
            for each in case.offers
        ),
    )


def _merged(before: Case, fresh: Iterable[CaseService]) -> tuple[CaseService, ...]:
    """Merge the new cascades into a case: a service with help keeps its old cascade.

    Services that the plan no longer needs are last, and only those for which there is an offer.
    """
    known = {service.service: service for service in before.services}
    merged = []
    for service in fresh:
        old = known.pop(service.service, None)
        state = case_states.service_state(before, old) if old is not None else "later"
        if old is not None and state in (*case_states.LIVE, "taken_over"):
            merged.append(old)
        elif old is not None:
            merged.append(
                replace(
                    service,
                    opened=old.opened or service.opened,
                    last_resort_state=old.last_resort_state,
                    last_resort_by=old.last_resort_by,
                )
            )
        else:
            merged.append(service)
    asked = {offer.service for offer in before.offers}
    return (*merged, *(service for name, service in known.items() if name in asked))


def _no_longer_fits(book: Book, reader: "Reader | Transaction", case: Case) -> Iterable[Message]:
    """Yield a warning for each live offer to a provider that the gates exclude by the new facts.

    The units of this case count as free, because the provider is on the way with them.
    """
    for offer in case.offers:
        service = case_states.service_of(case, offer.service)
        provider = book.catalog.find(offer.provider)
        if offer.state not in case_states.UNDER_WAY or service is None or provider is None:
            continue
        _, needed = needs_now(book, reader, case, entry_of(service), without_case=case.id)
        for out in eligibility.split([provider], needed).excluded:
            yield Message(
                "{ref} {name} may no longer fit: {why}",
                ref=ref_of(case.id, offer.number),
                name=offer.name,
                why=out.detail,
            )
