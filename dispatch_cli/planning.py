"""Plan ahead: find where and when too few providers will be able to come in the next days."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from . import coverage
from .availability import AvailabilityBasis, HolidayDates, hours_around
from .errors import UsageError
from .messages import Message
from .model import Observations
from .model.check import MOST_NAMED, is_region
from .model.words import EMERGENCY_SERVICES, SERVICES
from .notation.centres import centres
from .results.cascade_answer import ProviderSource
from .results.coverage_results import CoverageContact, CoverageReport, CoveredPlaces

if TYPE_CHECKING:
    from .catalog import Catalog

FEWER_THAN = 2
"""Without a minimum, gaps with no provider or only one are shown."""

MOST_DAYS = 92


def plan_ahead(
    catalog: "Catalog",
    *,
    now: datetime,
    days: int,
    holidays: HolidayDates,
    observations: Observations = Observations(),
    minimum: int | None = None,
    regions: Sequence[str] = (),
    services: Sequence[str] = (),
) -> CoverageReport:
    """Find where and when fewer than ``minimum`` providers will be able to come.

    The period starts at the minute of ``now``, in its time zone, and has days of 24 hours. Without
    a minimum, gaps with fewer than two are found and count as no missed promise. ``regions`` are
    leading digits of postcodes (``86``, ``861``); of two that fit, a postcode counts in the longer.
    Raises UsageError.
    """
    return plan_with_places(
        catalog, now=now, days=days, holidays=holidays, observations=observations,
        minimum=minimum, regions=regions, services=services,
    )[0]  # fmt: skip


def plan_with_places(
    catalog: "Catalog",
    *,
    now: datetime,
    days: int,
    holidays: HolidayDates,
    observations: Observations = Observations(),
    minimum: int | None = None,
    regions: Sequence[str] = (),
    services: Sequence[str] = (),
) -> tuple[CoverageReport, tuple[CoveredPlaces, ...]]:
    """Do the same as ``plan_ahead``, and return the postcodes of each service as well."""
    _check(days, minimum, regions, services)
    stretch = coverage.CoverageScope(
        start=now.replace(second=0, microsecond=0),
        days=days,
        minimum=FEWER_THAN if minimum is None else minimum,
        regions=tuple(regions),
        services=tuple(services),
    )
    hours_of = hours_around(stretch.start, catalog.rules.settings.timezone, holidays, days=days)
    providers = catalog.all()
    found = coverage.find_gaps(
        providers,
        stretch,
        basis=AvailabilityBasis(hours_of, catalog.rules.settings, observations),
    )
    named = {each for gap in found.gaps for each in (*gap.providers, *gap.unknown)}
    report = CoverageReport(
        start=stretch.start,
        end=stretch.end,
        minimum=stretch.minimum,
        is_promised=minimum is not None,
        provider_file=ProviderSource(str(catalog.path), catalog.source, catalog.count),
        services=found.services,
        gaps=found.gaps,
        contacts=tuple(
            CoverageContact(provider.id, provider.name, provider.phones[0].shown)
            for provider in providers
            if provider.id in named
        ),
    )
    return report, found.places


def _check(days: int, minimum: int | None, regions: Sequence[str], services: Sequence[str]) -> None:
    """Check the arguments; raises UsageError with all problems."""
    problems: list[Message] = []
    if not 1 <= days <= MOST_DAYS:
        problems.append(
            Message("{days} days are not between 1 and {most_days}", days=days, most_days=MOST_DAYS)
        )
    if minimum is not None and not 1 <= minimum <= MOST_NAMED:
        problems.append(
            Message(
                "the minimum {minimum} is not between 1 and {most_named}",
                minimum=minimum,
                most_named=MOST_NAMED,
            )
        )
    problems += [
        Message(
            'region "{region}" is not 1 to 5 leading digits of a postcode, such as 86',
            region=region,
        )
        for region in regions
        if not is_region(region)
    ]
    codes = [code for code, *_ in centres().everything()]
    problems += [
        Message('no postcode begins with region "{region}"', region=region)
        for region in regions
        if is_region(region) and not any(code.startswith(region) for code in codes)
    ]
    known = [name for name in SERVICES if name not in EMERGENCY_SERVICES]
    problems += [
        Message(
            'unknown service "{service}"; allowed: {allowed}',
            service=service,
            allowed=", ".join(known),
        )
        for service in services
        if service not in known
    ]
    if problems:
        raise UsageError(*problems)
