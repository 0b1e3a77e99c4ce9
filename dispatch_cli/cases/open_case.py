"""Open a case: its cascades are frozen with it."""

from collections.abc import Iterable
from datetime import timedelta
from secrets import token_hex
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct
from msgspec.structs import asdict, replace

from .. import desk, plans
from ..messages import Message
from ..model import Incident
from ..model.case import OPENING, Case, CaseService, Option, Personal
from ..model.digest import blake2b
from ..model.sphere import great_circle_km
from ..notation import is_same_number, parse_phone
from ..results.cascade_answer import Answer, Cascade
from .book import Book
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
    warnings: tuple[Message | str, ...]
    personal: Personal = Personal()
    """What is the motorist's own, as it was before new facts."""


def open_case(book: Book, incident: Incident, personal: Personal, *, like: int = 0) -> Opened:
    """Rank an incident, freeze its cascades and write both down; warns of a likely duplicate.

    The case that it was made ``like`` is known to be another one.
    """
    personal, doubts = replace(personal, salt=token_hex(16)), doubtful_number(personal.call_back)
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
                services=frozen(book, answer.cascades, incident, personal.salt),
            ),
            personal,
        )
        book.write(tx, OPENING, case.id, kind=incident.kind, client=incident.client)
        fact = Message("case {case_id} is open", case_id=case.id)
    book.told.recorded.append(fact)
    warnings = [Message("perhaps the same as case {case_id}", case_id=other) for other in same]
    return Opened(case, answer, (*answer.warnings, *warnings, *doubts))


def doubtful_number(call_back: str) -> list[str]:
    """Warn, without saying it, of a call-back number that cannot be dialled."""
    if not call_back:
        return []
    try:
        parse_phone(call_back)
    except ValueError:
        return ["the call-back number is none that can be dialled: read it back to the caller"]
    return []


def frozen(
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
    """Whether two incidents lie within SAME_KM; in areas kind, vehicle, client must agree."""
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
