"""Who is free, when: ``availability_at`` is the one answer, and no other code decides.

``free_at`` puts it together: ``hours_around`` works opening hours out, ``fleet`` knows the bookings
of our cases, ``reachability`` what looks and the phone say of a moment. ``samples`` makes one
sample of the looks at a provider, ``observer`` finds the observer's own fault, ``hard_states``
moves the hard state; a ranking loads none of these three. docs/availability.md has the rules.
"""

from ..model import HolidayDates
from .fleet import Fleet
from .free_at import Basis, availability_at, changes, facts_behind, phones_at
from .hours_around import SEEN_AHEAD, HoursOf, hours_around
from .reachability import ASKED_AGAIN, Reachability, fresh_at, reachability_at

__all__ = [
    "ASKED_AGAIN",
    "SEEN_AHEAD",
    "Basis",
    "Fleet",
    "HolidayDates",
    "HoursOf",
    "Reachability",
    "availability_at",
    "changes",
    "facts_behind",
    "fresh_at",
    "hours_around",
    "phones_at",
    "reachability_at",
]
