"""Decide which providers can be sent, before any minutes are computed.

Capability is a yes or no, never a score. Every provider either passes all gates or has exactly one
reason, that of the first gate that fails in the order of the table. An unknown fact never excludes
a provider: the gate passes, and the row says what to ask.

``gate_table`` declares the gates, ``gate_forms`` their forms, ``facts`` the facts they may read.
"""

from .ask import CLIENT_QUESTION, NO_CLIENT_QUESTION
from .assessment import Assessment
from .gate_forms import (
    AvailabilityGate,
    Gate,
    LimitGate,
    StaticGate,
    check_gates,
    gate_facts,
)
from .gate_table import BEYOND_FALLBACK, GATES, is_on_list, reasons_of
from .need import Need, later, needs_of, without_hours
from .split import (
    EligibleProvider,
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
    "CLIENT_QUESTION",
    "GATES",
    "NO_CLIENT_QUESTION",
    "PASSED",
    "Assessment",
    "AvailabilityGate",
    "EligibleProvider",
    "Gate",
    "LimitGate",
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
