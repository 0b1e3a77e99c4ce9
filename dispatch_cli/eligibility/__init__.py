"""Gates before minutes: who can be sent at all, and what would have to be true of the others.

Capability is a yes or no, never a score. Every provider that is asked about either passes all
gates or has exactly one reason, the first that fails in the order of the table. What was not asked
of the caller is "not asked", never a refusal: the gate passes and the row says what to check.

``gate_table`` declares the gates, ``gate_forms`` what a gate can be, ``facts`` what it may read.
"""

from .gate_forms import (
    AvailabilityGate,
    Gate,
    LimitGate,
    StaticGate,
    check_gates,
    gate_facts,
)
from .gate_table import BEYOND_FALLBACK, GATES, is_on_list, reasons_of
from .look import Look
from .need import Need, later, needs_of, without_hours
from .split import (
    Eligible,
    Split,
    as_eligible,
    beyond_fallback,
    first_gate,
    phone_at,
    phones_of,
    split,
)
from .verdicts import PASSED, Verdicts

__all__ = [
    "BEYOND_FALLBACK",
    "GATES",
    "PASSED",
    "AvailabilityGate",
    "Eligible",
    "Gate",
    "LimitGate",
    "Look",
    "Need",
    "Split",
    "StaticGate",
    "Verdicts",
    "as_eligible",
    "beyond_fallback",
    "check_gates",
    "first_gate",
    "gate_facts",
    "is_on_list",
    "later",
    "needs_of",
    "phone_at",
    "phones_of",
    "reasons_of",
    "split",
    "without_hours",
]
