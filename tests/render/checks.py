"""A run of checks with one of each state, and pieces of others."""

from datetime import datetime, timedelta

from dispatch_cli.results.cascade_answer import ProviderSource
from dispatch_cli.results.check_results import CheckReport, CheckRow, StateChange
from dispatch_cli.results.coverage_results import (
    CoverageContact,
    CoverageGap,
    CoverageReport,
    CoveredService,
)

from .screens import BERLIN

NOW = datetime(2026, 11, 27, 23, 7, 41, tzinfo=BERLIN)


def row(provider="p1", state="up", **changes):
    values = {
        "name": provider.title(),
        "phone": "089 99998-100",
        "since": NOW - timedelta(days=9),
        "seen_at": NOW,
        **changes,
    }
    return CheckRow(provider=provider, state=state, **values)


def change(provider="p1", after="down", **changes):
    values = {
        "name": provider.title(),
        "phone": "089 99998-100",
        "before": "up",
        "at": NOW,
        "why": "connection refused",
        **changes,
    }
    return StateChange(provider=provider, after=after, **values)


def report(*rows, **changes):
    values = {"at": NOW, "seconds": 4.1, "checked": len(rows), **changes}
    return CheckReport(rows=rows, **values)


def at(clock, day=27):
    hour, minute = map(int, clock.split(":"))
    return datetime(2026, 11, day, hour, minute, tzinfo=BERLIN)


def drafted(**changes):
    """62 checked, four of them not up."""
    four = [
        row(
            "dasing", "unknown", name="Autohilfe Dasing", phone="089 99998-167",
            since=at("20:00"), seen_at=at("14:02"), why="report ended 20:00, ask",
        ),
        row(
            "friedberg", "down", name="Kfz-Hilfe Friedberg", phone="089 99998-145",
            since=at("22:55"), why="connection refused, 3 x",
        ),
        row(
            "gersthofen", "busy", name="Abschleppdienst Gersthofen", phone="089 99998-131",
            since=at("23:02"), seen_at=at("23:05"), free=0,
        ),
        row(
            "streife", "degraded", name="Streife Augsburg-Nord", phone="089 99998-204",
            since=at("09:30", day=26), why="certificate ends in 9 d",
        ),
    ]  # fmt: skip
    rest = [row(f"up{number}", "up", free=2) for number in range(52)]
    rest += [row(f"closed{number}", "closed") for number in range(6)]
    return report(*rest[:30], *four, *rest[30:], **changes)


def coverage(**changes):
    """Region 86 for a weekend: no provider on Saturday night, only Huber on Sunday."""
    shared = {"region": "86", "service": "tow", "worst": 57, "postcodes": 57}
    values = {
        "start": at("12:00"),
        "end": at("12:00", day=30),
        "minimum": 2,
        "is_promised": True,
        "provider_file": ProviderSource("providers.toml", "option", 62),
        "services": (CoveredService("86", "tow", 61, 57), CoveredService("86", "taxi", 61, 50)),
        "gaps": (
            CoverageGap(**shared, start=at("18:00", day=28), end=at("06:00", day=29), count=0),
            CoverageGap(
                **shared, start=at("06:00", day=29), end=at("00:00", day=30), count=1,
                providers=("huber",), unknown=("kern",),
            ),
        ),
        "contacts": (
            CoverageContact("huber", "Abschlepp Huber", "089 99998-207"),
            CoverageContact("kern", "Schlüssel Kern", "089 99998-166"),
        ),
        **changes,
    }  # fmt: skip
    return CoverageReport(**values)
