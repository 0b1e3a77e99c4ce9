"""Who can be reached: what looks and reports add up to, and what that means for a ranking.

``samples`` makes one sample of the looks at a provider, ``observer`` finds the observer's own
fault, ``states`` moves the hard state; ``current`` says what is known at a moment, and is all that
a ranking loads, with ``units`` for the bookings of our own cases. docs/checks.md has the tables.
"""

from .current import ASKED_AGAIN, availability_for, current, fresh_at, is_near, joined
from .units import units_at

__all__ = [
    "ASKED_AGAIN",
    "availability_for",
    "current",
    "fresh_at",
    "is_near",
    "joined",
    "units_at",
]
