"""What works but smells: the warnings about a file in which nothing is wrong."""

from collections.abc import Collection, Iterable, Sequence
from datetime import timedelta
from zoneinfo import ZoneInfo

from ..model import Provider, Rules
from ..model.check import Checking
from ..model.words import EMERGENCY_SERVICES
from ..notation import line_of
from .findings import Findings
from .rule_tables import unknown_members
from .suggest import did_you_mean, listed, quoted
from .timetables import Timetables

_LONG_PAST = timedelta(days=30)


def warn_of_oddities(
    rules: Rules,
    checking: Checking,
    providers: Sequence[Provider],
    timetables: Timetables,
    findings: Findings,
    *,
    main: str,
) -> None:
    """Warn of plans and contracts that nobody can fulfil, and of providers that never come."""
    members = {provider.id for provider in providers}
    members.update(tag for provider in providers for tag in provider.tags)
    for client in rules.clients.values():
        _warn_of_names(
            unknown_members(client, members), members, f"client {quoted(client.id)}", findings, main
        )
    for window in checking.maintenance:
        unknown = [name for name in window.providers if name not in members]
        who = f"maintenance {quoted(window.text)}" if window.text else "maintenance"
        _warn_of_names(unknown, members, who, findings, main)
    _warn_of_services(rules, providers, findings, main)
    _warn_of_numbers(providers, findings)
    for provider in providers:
        who = f"provider {quoted(provider.id)}"
        if timetables.is_never_open(provider):
            findings.warn(f"never open: its hours are {quoted(provider.hours)}", who=who)
        hold = provider.on_hold
        if hold and hold.until and hold.until < timetables.now - _LONG_PAST:
            ended = hold.until.astimezone(ZoneInfo(rules.settings.timezone))
            findings.warn(f"on_hold has ended at {ended:%Y-%m-%d %H:%M}: remove it", who=who)


def _warn_of_names(
    names: Iterable[str], members: Collection[str], who: str, findings: Findings, main: str
) -> None:
    """Warn of ids and tags that no provider has."""
    for name in names:
        hint = did_you_mean(name, members)
        findings.warn(f"no provider has the id or tag {quoted(name)}{hint}", who=who, file=main)


def _warn_of_numbers(providers: Iterable[Provider], findings: Findings) -> None:
    """Warn of two ids with the same number: a firm that has refused would be called once more."""
    owners: dict[str, str] = {}
    for provider in providers:
        for phone in provider.phones:
            # Short numbers such as 112 belong to several services on purpose.
            line = line_of(phone.number)
            owner = owners.setdefault(line, provider.id) if line else ""
            if owner and owner != provider.id:
                findings.warn(
                    f"has the number {phone.shown} of provider {quoted(owner)}: one firm twice?",
                    who=f"provider {quoted(provider.id)}",
                )


def _warn_of_services(
    rules: Rules, providers: Sequence[Provider], findings: Findings, main: str
) -> None:
    """Warn of services that plans need and nobody offers; 112 and 110 need no provider."""
    from ..plans import BUILT_IN, plan_of

    offered = {service for provider in providers for service in provider.services}
    needing: dict[str, list[str]] = {}
    for kind in dict.fromkeys([*BUILT_IN, *rules.plans]):
        for service in dict.fromkeys(e.service for e in plan_of(kind, rules.plans).entries):
            if service not in offered and service not in EMERGENCY_SERVICES:
                needing.setdefault(service, []).append(kind)
    for service, kinds in needing.items():
        shown = kinds if len(kinds) <= 3 else [*kinds[:2], f"{len(kinds) - 2} more"]
        findings.warn(
            f"nobody offers {service}, which these plans need: {listed(shown)}", file=main
        )
