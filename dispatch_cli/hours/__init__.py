"""Opening hours and the regions whose public holidays they follow; docs/hours.md has the spellings.

Importing this package imports no library: reading and working out do, where they are called.
"""

from .evaluation import timetable
from .regions import is_region, parse_region, region_of
from .spelling import LONGEST, parse_hours
from .tokens import HoursError

__all__ = [
    "LONGEST", "HoursError", "is_region", "parse_hours", "parse_region", "region_of", "timetable",
]  # fmt: skip
