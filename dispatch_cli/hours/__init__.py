"""Read and evaluate opening hours and holiday regions; docs/hours.md has the spellings.

Importing this package imports no library; its functions import theirs when they are called.
"""

from .evaluation import evaluate_hours
from .regions import is_region, parse_region, region_of
from .replaced_rules import rule_warnings
from .spelling import LONGEST, parse_hours
from .tokens import HoursError

__all__ = [
    "LONGEST",
    "HoursError",
    "evaluate_hours",
    "is_region",
    "parse_hours",
    "parse_region",
    "region_of",
    "rule_warnings",
]  # fmt: skip
