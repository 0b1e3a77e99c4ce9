"""Decide which provider is free, and when: only ``availability_at`` answers that.

``free_at`` combines the facts: ``hours_around`` computes opening hours, ``fleet`` has the bookings
of our cases, ``reachability`` has the results of checks and the providers' reports by phone.
``samples`` combines the checks of one run, ``observer`` detects a fault of the observer itself,
``hard_states`` changes the hard state; a ranking loads none of these three. The rules are in
docs/availability.md.
"""

from ..model import HolidayDates
from .fleet import Fleet
from .free_at import AvailabilityBasis, availability_at, changes, facts_behind, phones_at
from .hours_around import SEEN_AHEAD, HoursOf, hours_around
from .reachability import ASKED_AGAIN, NOT_CHECKED, Reachability, fresh_at, reachability_at

__all__ = [
    "ASKED_AGAIN",
    "NOT_CHECKED",
    "SEEN_AHEAD",
    "AvailabilityBasis",
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
