"""Open a case: rank its incident, and freeze the cascades in it."""

from collections.abc import Iterable
from secrets import token_hex

import msgspec
from msgspec import Struct
from msgspec.structs import asdict, replace

from .. import plans
from ..messages import Message
from ..model import Incident
from ..model.case import OPENING, Case, CaseService, Option, Personal
from ..model.digest import blake2b
from ..model.draft import Draft
from ..notation import parse_phone
from ..results.cascade_answer import Answer, Cascade
from ..results.case_results import CaseView
from .book import Book
from .draft_calls import finish, on_line_since
from .emergency_record import with_emergency_due
from .likely_same import likely_same
from .rank_for_case import ask_roads, ranked
from .view_case import view


class OpenedCase(Struct, frozen=True):
    """A case that was opened or amended, with its ranking and the warnings for the operator."""

    case: Case
    view: CaseView
    answer: Answer
    warnings: tuple[Message | str, ...]


def open_case(
    book: Book,
    incident: Incident,
    personal: Personal,
    *,
    like: int = 0,
    draft: Draft | None = None,
    answered: Iterable[str] | None = None,
) -> OpenedCase:
    """Rank an incident and record it as a case with frozen cascades; warns of a likely duplicate.

    The case ``like``, from which place and caller were copied, is not a duplicate. The ``draft``
    with these answers ends in the same transaction; ``answered`` are the facts that it asked for.
    """
    ask_roads(book, incident)
    personal, doubts = replace(personal, salt=token_hex(16)), doubtful_number(personal.call_back)
    with book.store.deciding() as tx:
        incident = replace(incident, number=tx.next_case_id())
        answer = ranked(book, tx, incident)
        alike = likely_same(tx, incident, personal.call_back, book.now)
        same = [each.id for each in alike if each.id != like]
        opened = Case(
            id=0,
            opened_at=book.now,
            operator=book.operator,
            keeper=book.operator,
            incident=incident,
            services=freeze_cascades(book, answer.cascades, incident, personal.salt),
            answered=None if answered is None else tuple(sorted(answered)),
            on_line_since=None if draft is None else on_line_since(tx, draft),
        )
        case = tx.new_case(with_emergency_due(opened, book.catalog.rules, book.now), personal)
        book.write(tx, OPENING, case.id, kind=incident.kind, client=incident.client)
        if draft is not None:
            finish(book, tx, draft, case.id)
        fact = Message("case {case_id} is open", case_id=case.id)
        repeated = [
            Message("may be a duplicate of case {case_id}", case_id=other) for other in same
        ]
        warnings = (*answer.warnings, *repeated, *doubts)
        shown = view(case, book.now, book.catalog.rules)
        done = OpenedCase(case, shown, answer, warnings)
    book.unshown.recorded.append(fact)
    return done


def doubtful_number(call_back: str) -> list[Message]:
    """Return a warning about an invalid call-back number, without the number; else no warning."""
    if not call_back:
        return []
    try:
        parse_phone(call_back)
    except ValueError:
        return [Message("the call-back number cannot be dialled: repeat it to the caller")]
    return []


def freeze_cascades(
    book: Book, cascades: Iterable[Cascade], incident: Incident, salt: str
) -> tuple[CaseService, ...]:
    """Return the cascades as the case keeps them, with the salted hash of their input."""
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
            last_resort_text=str(cascade.last_resort.text),
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
            # First the number that is answered now, then the others of the firm.
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
