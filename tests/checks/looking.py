"""Check servers of this machine."""

from datetime import UTC, datetime
from typing import Any

from dispatch_cli.checks import Resolver, RoundResult, look_at
from dispatch_cli.model.check import CheckSettings, Probe, Reading

NOW = datetime(2026, 11, 27, 12, 3, tzinfo=UTC)


def local(kind: str, **what: Any) -> Probe:
    """Make a check that may connect to this machine, as from a file that the user named."""
    own = {"timeout_s": 1.0, "allow_private": True, "is_trusted": True}
    return Probe(kind=kind, **(own | what))


def real_now() -> datetime:
    """Return the time of the machine's clock."""
    return datetime.now(UTC)


def look(
    *targets: tuple[str, Probe],
    settings: CheckSettings | None = None,
    budget_s: float = 20.0,
    resolver: Resolver | None = None,
    now: datetime | None = None,
) -> RoundResult:
    """Check some targets once, by default at the real time."""
    return look_at(
        targets,
        settings or CheckSettings(),
        clock=(lambda: now) if now else real_now,
        budget_s=budget_s,
        resolver=resolver,
    )


def reading(probe: Probe, **how: Any) -> Reading:
    """Return the only reading of one check."""
    (seen,) = look(("one", probe), **how).readings
    return seen
