"""One look at whether a provider can be reached, and what the looks so far add up to."""

from datetime import datetime
from typing import Literal

from msgspec import Struct

from .provider import CheckState, Provider

Fault = Literal["", "resolver", "route", "lag", "internal"]
"""Why a look may say more about the observer than about the provider; "" where it does not."""


class SecretRef(Struct, frozen=True):
    """A secret by its name, ``env:NAME`` or ``file:PATH``; its value is read when it is sent."""

    source: Literal["env", "file"]
    name: str


class Probe(Struct, frozen=True, kw_only=True):
    """How to look at one provider: a table ``[[provider.check]]`` of the file.

    ``is_trusted`` says whether the table stands in a file that the user named and only its owner
    can write: elsewhere commands, secrets and private addresses are refused when the file is read.
    """

    kind: str
    """One of ``CHECK_KINDS``."""
    url: str = ""
    host: str = ""
    port: int = 0
    argv: tuple[str, ...] = ()
    status: tuple[int, ...] = ()
    """Answers of HTTP that mean "up"; none: 200 to 299."""
    is_capacity: bool = False
    """Whether the body is a capacity feed: free units, ``as_of``, ``valid_until``."""
    headers: tuple[tuple[str, str | SecretRef], ...] = ()
    timeout_s: float = 10.0
    certificate_days: int = 14
    """Fewer days left than this are "degraded"."""
    allow_private: bool = False
    is_trusted: bool = False

    @property
    def may_be_private(self) -> bool:
        """Whether its host may have a private address: leave counts in a trusted file alone."""
        return self.allow_private and self.is_trusted


class Reading(Struct, frozen=True, kw_only=True):
    """What one look at a provider found; one look is one sample, never a retry."""

    provider: str
    kind: str
    at: datetime
    state: CheckState
    why: str = ""
    host: str = ""
    """What was asked, a name or an address, so that looks with one cause are known as related."""
    free: int | None = None
    wait_min: float | None = None
    as_of: datetime | None = None
    """The moment that the feed itself speaks of; None: that of the look."""
    valid_until: datetime | None = None
    phases: tuple[tuple[str, float], ...] = ()
    """How long each part took, in seconds: resolve, connect, tls, answer, …"""
    fault: Fault = ""


SAID = "said on the phone"
"""Why a provider stands as it does where its own word counts."""


class Report(Struct, frozen=True, kw_only=True):
    """What a provider said on the phone, until when it holds."""

    provider: str
    at: datetime
    until: datetime
    free: int | None
    state: CheckState = "up"
    operator: str = ""


MOST_BUDGET_S = 3000
"""Cron starts a run at least every hour."""
MOST_NAMED = 9
"""Nobody promises that more providers can come to a place."""


class HostPort(Struct, frozen=True):
    """Somebody to connect to."""

    host: str
    port: int

    @property
    def is_name(self) -> bool:
        """Whether reaching it proves that names can be resolved."""
        return not (":" in self.host or self.host.replace(".", "").isdigit())


class CheckSettings(Struct, frozen=True, kw_only=True):
    """``[check]``: how looks add up to states, and how a run behaves.

    3 failures and 2 successes are Gatus' thresholds; 21 samples, 20 % and 30 % are Nagios' flap
    detection.
    """

    failures: int = 3
    successes: int = 2
    stale_min: float = 30.0
    budget_s: float = 120.0
    concurrency: int = 200
    near_min: float = 60.0
    """States count for incidents whose time is that near to now."""
    remind_min: float = 60.0
    """After so many minutes a quiet run says again what lasts."""
    reference: HostPort | None = None
    """Reachable whenever the observer is online; None asks nobody."""
    heartbeat: str | SecretRef = ""
    is_trusted: bool = False
    """Like a probe's: whether the reference may be private and the heartbeat a secret."""


class Watched(Struct, frozen=True, kw_only=True):
    """What the looks at a provider add up to.

    ``state`` is hard: it moved only after the thresholds. ``history`` holds the last 21 samples as
    bits, the newest lowest, 1 for a failure; ``moves`` likewise those at which the hard state
    moved. ``last`` is the state of the newest sample and ``same`` how many equal ones it ends.
    """

    provider: str
    state: CheckState = "unknown"
    since: datetime | None = None
    seen_at: datetime | None = None
    """The moment of the last look that bore the state out; a feed's is the one it speaks of."""
    why: str = ""
    failures: int = 0
    successes: int = 0
    last: CheckState = "unknown"
    same: int = 0
    history: int = 0
    samples: int = 0
    moves: int = 0
    is_flapping: bool = False
    free: int | None = None
    wait_min: float | None = None
    valid_until: datetime | None = None


class Maintenance(Struct, frozen=True, kw_only=True):
    """``[[maintenance]]``: from ``start`` until ``until`` no look at these changes a state.

    ``providers`` are ids and tags; none: everybody.
    """

    start: datetime
    until: datetime
    text: str = ""
    providers: tuple[str, ...] = ()

    def covers(self, provider: Provider, moment: datetime) -> bool:
        """Whether the provider is one of these, and the moment lies within the maintenance."""
        if not self.start <= moment < self.until:
            return False
        return not self.providers or any(
            name == provider.id or name in provider.tags for name in self.providers
        )


def is_region(text: str) -> bool:
    """Whether a text can be the leading digits of a postcode."""
    return text.isascii() and text.isdigit() and len(text) <= 5


class CoverageSettings(Struct, frozen=True, kw_only=True):
    """``[coverage]``: how many must be able to come; ``minimum`` None: nothing is promised.

    ``regions`` are leading digits of postcodes. Without regions or services: all of them.
    """

    minimum: int | None = None
    services: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()


class Checking(Struct, frozen=True, kw_only=True):
    """Everything in the provider file about checks but the checks themselves."""

    settings: CheckSettings = CheckSettings()
    maintenance: tuple[Maintenance, ...] = ()
    coverage: CoverageSettings = CoverageSettings()

    def maintenance_of(self, provider: Provider, moment: datetime) -> Maintenance | None:
        """Return the maintenance that a provider is in at a moment; None if it is in none."""
        return next((each for each in self.maintenance if each.covers(provider, moment)), None)


class Move(Struct, frozen=True, kw_only=True):
    """What is to be told of a provider: its hard state has moved, or flapping begins or ends.

    While ``is_flapping`` nothing more is told. A move from a state to the same one that is not
    flapping is the end of it.
    """

    provider: str
    at: datetime
    before: CheckState
    after: CheckState
    why: str = ""
    is_flapping: bool = False
