"""The use case of planning ahead: who will be able to come in the next days, and where nobody."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from . import coverage
from .availability import Basis, HolidayDates, hours_around
from .errors import UsageError
from .model import Observations
from .model.check import MOST_NAMED, is_region
from .model.words import EMERGENCY_SERVICES, SERVICES
from .notation.centres import centres
from .results.cascade_answer import ProviderSource
from .results.coverage_results import CoverageContact, CoverageReport

if TYPE_CHECKING:
    from .catalog import Catalog

FEWER_THAN = 2
"""What is shown where no minimum is named: nobody, and only one."""

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

    From the minute of ``now`` on, in its time zone, for days of 24 hours. Without a minimum, fewer
    than two are shown and no promise is missed. ``regions`` are leading digits of postcodes
    (``86``, ``861``); of two that fit, a postcode counts in the longer. Raises UsageError.
    """
    _check(days, minimum, regions, services)
    stretch = coverage.Stretch(
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
        basis=Basis(hours_of, catalog.rules.settings, observations),
    )
    named = {each for gap in found.gaps for each in (*gap.providers, *gap.unknown)}
    return CoverageReport(
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


def _check(days: int, minimum: int | None, regions: Sequence[str], services: Sequence[str]) -> None:
    """Refuse what cannot be meant, all at once."""
    problems = []
    if not 1 <= days <= MOST_DAYS:
        problems.append(f"{days} days: coverage looks 1 to {MOST_DAYS} days ahead")
    if minimum is not None and not 1 <= minimum <= MOST_NAMED:
        problems.append(f"a minimum of {minimum}: name one from 1 to {MOST_NAMED}")
    problems += [
        f'region "{region}": write 1 to 5 leading digits of a postcode, such as 86'
        for region in regions
        if not is_region(region)
    ]
    codes = [code for code, *_ in centres().everything()]
    problems += [
        f'region "{region}": no postcode begins with it'
        for region in regions
        if is_region(region) and not any(code.startswith(region) for code in codes)
    ]
    known = [name for name in SERVICES if name not in EMERGENCY_SERVICES]
    problems += [
        f'unknown service "{service}"; allowed: {", ".join(known)}'
        for service in services
        if service not in known
    ]
    if problems:
        raise UsageError(*problems)
