"""Who can be reached: what looks and reports add up to, and what that means for a ranking.

``samples`` makes one sample of the looks at a provider and finds the observer's own fault;
``states`` moves the hard state; ``current`` says what is known at a moment. docs/checks.md
has the tables.
"""

from .current import ASKED_AGAIN, availability_for, current, fresh_at, is_near, joined
from .observer import attributed, observer_fault
from .samples import held, one_sample
from .states import advance

__all__ = [
    "ASKED_AGAIN",
    "advance",
    "attributed",
    "availability_for",
    "current",
    "fresh_at",
    "held",
    "is_near",
    "joined",
    "observer_fault",
    "one_sample",
]
