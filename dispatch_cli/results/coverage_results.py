"""The gaps in coverage by place and time: the result of ``dispatch check --coverage``."""

from datetime import datetime

from msgspec import Struct

from ..errors import ExitCode
from .cascade_answer import ProviderSource


class CoverageGap(Struct, frozen=True, kw_only=True):
    """A period with fewer providers than the minimum for some postcode of a region.

    ``count`` is the number of providers that can come to the worst postcodes, ``worst`` the number
    of such postcodes, and ``postcodes`` the number of all postcodes below the minimum.
    ``providers`` can come to any of these. The providers in ``unknown`` are not counted, because
    their hours are not known.
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
    """A service in a region; ``served`` counts the postcodes that any provider ever comes to.

    It is 0 only for a region or service that the user has named.
    """

    region: str
    service: str
    postcodes: int
    served: int


class CoveredPlaces(Struct, frozen=True):
    """The postcodes of a service by the least number of providers that can come at any time.

    The number is at most the minimum of the report; -1 stands for postcodes that no provider ever
    comes to.
    """

    service: str
    by_count: dict[int, tuple[str, ...]]


class CoverageContact(Struct, frozen=True):
    """A provider that a gap names, with its first phone number."""

    provider: str
    name: str
    phone: str


class CoverageReport(Struct, frozen=True, kw_only=True):
    """The gaps: times when fewer than ``minimum`` providers will be able to come.

    Gaps are in order of region, service and start; neighbouring gaps differ. ``is_promised``: the
    minimum comes from the user, so that a gap breaks a promise.
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
        """7 if a promised minimum is missed or a named region or service is unserved, else 0."""
        is_missed = self.is_promised and bool(self.gaps)
        is_unserved = any(not one.served for one in self.services)
        return ExitCode.ATTENTION if is_missed or is_unserved else ExitCode.OK
