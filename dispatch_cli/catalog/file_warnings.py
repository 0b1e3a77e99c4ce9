"""Add the warnings about a valid provider file."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import timedelta
from zoneinfo import ZoneInfo

from ..messages import Message, quoted
from ..model import Provider, Rules
from ..model.check import Checking, Probe
from ..model.near_words import did_you_mean
from ..model.words import EMERGENCY_SERVICES
from ..notation import line_of
from .problem_collector import ProblemCollector
from .rule_tables import unknown_members
from .timetables import TimetableCache

_LONG_PAST = timedelta(days=30)


def add_warnings(
    rules: Rules,
    checking: Checking,
    providers: Sequence[Provider],
    timetables: TimetableCache,
    collector: ProblemCollector,
    *,
    probes: Mapping[str, Sequence[Probe]],
    main: str,
) -> None:
    """Warn of plans and contracts that no provider can fulfil, and of providers never open."""
    members = {provider.id for provider in providers}
    members.update(tag for provider in providers for tag in provider.tags)
    for client in rules.clients.values():
        who = Message("client {id}", id=quoted(client.id))
        _warn_of_names(unknown_members(client, members), members, who, collector, main)
    for window in checking.maintenance:
        unknown = [name for name in window.providers if name not in members]
        named = Message("maintenance {text}", text=quoted(window.text))
        who = named if window.text else Message("maintenance")
        _warn_of_names(unknown, members, who, collector, main)
    _warn_of_services(rules, providers, collector, main)
    _warn_of_numbers(providers, collector)
    for provider in providers:
        who = Message("provider {id}", id=quoted(provider.id))
        if timetables.is_never_open(provider):
            template = "never open: its hours are {hours}"
            collector.warn(template, who=who, hours=quoted(provider.hours))
        _warn_of_rules(provider, timetables, who, collector)
        _warn_of_rare_looks(probes.get(provider.id, ()), checking, who, collector)
        hold = provider.on_hold
        if hold and hold.until and hold.until < timetables.now - _LONG_PAST:
            ended = hold.until.astimezone(ZoneInfo(rules.settings.timezone))
            template = "on_hold has ended at {ended}: remove it"
            collector.warn(template, who=who, ended=f"{ended:%Y-%m-%d %H:%M}")


def _warn_of_rare_looks(
    probes: Sequence[Probe], checking: Checking, who: Message, collector: ProblemCollector
) -> None:
    """Warn of a provider whose state becomes stale before its next look."""
    stale_min = checking.settings.stale_min
    if probes and all((each.every_min or 0) >= stale_min for each in probes):
        collector.warn(
            "every check has an every_min from stale_min ({stale_min:g}) on: between two looks the"
            " state is unknown",
            who=who,
            stale_min=stale_min,
        )


def _warn_of_rules(
    provider: Provider, timetables: TimetableCache, who: Message, collector: ProblemCollector
) -> None:
    """Warn of rules of opening hours that later rules replace, of the provider and its phones."""
    texts = [(provider.hours, "hours"), *((each.hours, each.shown) for each in provider.phones)]
    for text, owner in texts:
        for doubt in timetables.rule_warnings(text, provider.region) if text else ():
            collector.warn("{owner}: {doubt}", who=who, owner=owner, doubt=doubt)


def _warn_of_names(
    names: Iterable[str],
    members: Collection[str],
    who: Message,
    collector: ProblemCollector,
    main: str,
) -> None:
    """Warn of ids and tags that no provider has."""
    for name in names:
        collector.warn(
            "no provider has the id or tag {name}{guess}",
            who=who,
            file=main,
            name=quoted(name),
            guess=did_you_mean(name, members),
        )


def _warn_of_numbers(providers: Iterable[Provider], collector: ProblemCollector) -> None:
    """Warn of two ids with one number: a firm that has refused would be called again."""
    ids: dict[str, str] = {}
    for provider in providers:
        for phone in provider.phones:
            # Several services share short numbers such as 112.
            line = line_of(phone.number)
            other = ids.setdefault(line, provider.id) if line else ""
            if other and other != provider.id:
                collector.warn(
                    "has the number {phone} of provider {other}: one firm twice?",
                    who=Message("provider {id}", id=quoted(provider.id)),
                    phone=phone.shown,
                    other=quoted(other),
                )


def _warn_of_services(
    rules: Rules, providers: Sequence[Provider], collector: ProblemCollector, main: str
) -> None:
    """Warn of services that plans need and no provider offers; 112 and 110 need none."""
    from ..plans import BUILT_IN, plan_of

    offered = {service for provider in providers for service in provider.services}
    needing: dict[str, list[str]] = {}
    for kind in dict.fromkeys([*BUILT_IN, *rules.plans]):
        for service in dict.fromkeys(e.service for e in plan_of(kind, rules.plans).entries):
            if service not in offered and service not in EMERGENCY_SERVICES:
                needing.setdefault(service, []).append(kind)
    for service, kinds in needing.items():
        if len(kinds) <= 3:
            collector.warn(
                "no provider offers {service}, which these plans need: {kinds}",
                file=main,
                service=service,
                kinds=", ".join(kinds),
            )
        else:
            collector.warn(
                "no provider offers {service}, which these plans need: {kinds}, {count} more",
                file=main,
                service=service,
                kinds=", ".join(kinds[:2]),
                count=len(kinds) - 2,
            )
