"""Where and when too few providers can come: what ``dispatch check --coverage`` returns."""

from datetime import datetime

from msgspec import Struct

from ..errors import ExitCode
from .cascade_answer import ProviderSource


class CoverageGap(Struct, frozen=True, kw_only=True):
    """A stretch of time in which somewhere in a region fewer than the minimum can come.

    ``count`` is how many can come to those postcodes that are worst off, ``worst`` how many
    postcodes that are, ``postcodes`` how many fall short at all. ``providers`` are those who can
    come to any of these; the hours of ``unknown`` are not known, and they are not counted.
    """

    region: str
    service: str
    start: datetime
    end: datetime
    count: int
    worst: int
    postcodes: int
    providers: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


class CoveredService(Struct, frozen=True):
    """A service in a region: to how many of its postcodes any provider comes at all.

    With ``served`` 0 the region or the service was named, and no provider comes.
    """

    region: str
    service: str
    postcodes: int
    served: int


class CoverageContact(Struct, frozen=True):
    """Who is named in a gap, and the first number of the file."""

    provider: str
    name: str
    phone: str


class CoverageReport(Struct, frozen=True, kw_only=True):
    """Where and when fewer than ``minimum`` providers will be able to come.

    Gaps are in order of region, service and start, and neighbours differ. ``is_promised``: the
    minimum was named, so that a gap is a promise missed.
    """

    start: datetime
    end: datetime
    minimum: int
    is_promised: bool
    provider_file: ProviderSource
    services: tuple[CoveredService, ...]
    gaps: tuple[CoverageGap, ...]
    contacts: tuple[CoverageContact, ...] = ()

    @property
    def exit_code(self) -> ExitCode:
        """7 if a minimum that was named is missed, or what was named is not served, else 0."""
        is_missed = self.is_promised and bool(self.gaps)
        is_unserved = any(not one.served for one in self.services)
        return ExitCode.ATTENTION if is_missed or is_unserved else ExitCode.OK
