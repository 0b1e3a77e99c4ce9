"""Name the acts of the journal, and the operator whose act has made another one impossible."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ..errors import ConflictError
from ..messages import Message
from ..model.case import Act, ref_of
from .book import Book, clock
from .refused_act import RefusedActError

if TYPE_CHECKING:
    from ..store import Reader

WITHOUT_EFFECT = ("refused ", "personal ")
"""Beginnings of actions that change nothing: refusals and views."""


def act_name(act: Act) -> Message:
    """Name an act by its action and its offer: "decline of 17.2"."""
    action = Message(act.action.replace("_", " "))
    offer = act.details.get("offer")
    if not offer:
        return action
    return Message("{action} of {ref}", action=action, ref=ref_of(act.case_id, int(offer)))


def naming_operator(
    book: Book, reader: "Reader", case_id: int, offer: int | None, error: ConflictError
) -> ConflictError:
    """Return a refusal that also names another operator whose act is the reason, if there is one.

    That is the last act on the offer, or the one at the moment that the refusal names.
    """
    if not isinstance(error, RefusedActError):
        return error
    for _, act in reader.standing_acts(case_id):
        is_reason = act.at == error.at or (offer is not None and act.details.get("offer") == offer)
        if not is_reason or act.action.startswith(WITHOUT_EFFECT):
            continue
        if act.operator == book.operator:
            return error
        by = Message(
            "{operator} recorded {act} at {at}",
            operator=act.operator,
            act=act_name(act),
            at=clock(act.at, book),
        )
        refusal = Message(error.template, at=clock(error.at, book), **error.values)
        return ConflictError("{refusal}; {by}", refusal=refusal, by=by, hint=error.hint)
    return error


@contextmanager
def refusal_naming_operator(book: Book, reader: "Reader", case_id: int) -> Iterator[None]:
    """Let a refusal name another operator whose act is the reason."""
    try:
        yield
    except RefusedActError as error:
        raise naming_operator(book, reader, case_id, None, error) from None
