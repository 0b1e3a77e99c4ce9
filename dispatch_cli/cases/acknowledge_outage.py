"""Acknowledge that a provider is down: channels send no reminder of it until a moment."""

from datetime import datetime, timedelta

from .. import incident_ranking
from ..errors import ConflictError, UsageError
from ..messages import Message
from ..model.case import OF_NO_CASE
from ..model.check import Acknowledgement
from .book import Book, clock, local

LONGEST = timedelta(days=7)
CLOCK_AHEAD = timedelta(hours=20)
"""Longest time ahead of a time of day: "until 18:00" is possible at ten in the evening."""


def acknowledge(book: Book, provider_id: str, *, until: datetime) -> Acknowledgement:
    """Record that an outage is known; it ends with the outage, or at ``until``.

    Raises UsageError for an unknown provider or an end that is not within a week, ConflictError for
    a provider that is not down.
    """
    provider = incident_ranking.find_provider(book.catalog, provider_id)
    if not book.now < until <= book.now + LONGEST:
        raise UsageError(
            "the acknowledgement would end at {end}, which is not within 7 days from now",
            end=f"{local(until, book):%Y-%m-%d %H:%M}",
        )
    with book.store.deciding() as tx:
        watched = tx.watched().get(provider.id)
        if watched is None or watched.state != "down" or watched.since is None:
            raise ConflictError(
                "{name} is not down, so that there is nothing to acknowledge", name=provider.name
            )
        made = Acknowledgement(
            provider=provider.id,
            since=watched.since,
            until=until,
            at=book.now,
            operator=book.operator,
        )
        tx.acknowledge(made)
        book.write(tx, "acknowledge", OF_NO_CASE, provider=made.provider, until=until.isoformat())
        fact = in_words(made, provider.name, book)
    book.unshown.recorded.append(fact)
    return made


def in_words(made: Acknowledgement, name: str, book: Book) -> Message:
    """Word an acknowledgement for the operator."""
    text = "{name}: outage acknowledged, no reminder until {at}"
    return Message(text, name=name, at=clock(made.until, book))
