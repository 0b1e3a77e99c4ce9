"""Looks (single tests of whether a provider can be reached), and the states made from them."""

from datetime import datetime
from typing import Literal

from msgspec import Struct

from ..messages import Message
from .provider import CheckState, Provider

Fault = Literal["", "resolver", "route", "lag", "internal"]
"""The part of the observer that may have caused a failed look; "" if the provider caused it."""


class SecretRef(Struct, frozen=True):
    """A reference to a secret, ``env:NAME`` or ``file:PATH``; its value is read when it is sent."""

    source: Literal["env", "file"]
    name: str


class Probe(Struct, frozen=True, kw_only=True):
    """How to check one provider: a table ``[[provider.check]]`` of the provider file.

    ``is_trusted``: the user has named the file, and only its owner can write it. Commands, secrets
    and private addresses are refused in all other files.
    """

    kind: str
    """One of ``CHECK_KINDS``."""
    url: str = ""
    host: str = ""
    port: int = 0
    argv: tuple[str, ...] = ()
    status: tuple[int, ...] = ()
    """HTTP status codes that mean "up"; empty: 200 to 299."""
    is_capacity: bool = False
    """Whether the body is a capacity feed: free units, ``as_of``, ``valid_until``."""
    headers: tuple[tuple[str, str | SecretRef], ...] = ()
    contains: str = ""
    """A text that the page must have."""
    addresses: tuple[str, ...] = ()
    """The numeric addresses to which a name may resolve; empty: to any."""
    every_min: float | None = None
    """Minutes between two looks; None: a look in every run."""
    timeout_s: float = 10.0
    certificate_days: int = 14
    """With fewer days until its certificate expires, the provider is "degraded"."""
    allow_private: bool = False
    is_trusted: bool = False

    @property
    def is_refused(self) -> bool:
        """Whether the file may not have this check, because it is not trusted."""
        has_secret = any(not isinstance(value, str) for _, value in self.headers)
        return not self.is_trusted and (bool(self.argv) or self.allow_private or has_secret)

    @property
    def may_be_private(self) -> bool:
        """Whether its host may have a private address, which only a trusted file can allow."""
        return self.allow_private and self.is_trusted


class Reading(Struct, frozen=True, kw_only=True):
    """The result of one look at a provider; a look is one sample and is never repeated."""

    provider: str
    kind: str
    at: datetime
    state: CheckState
    why: Message | str = ""
    host: str = ""
    """The name or address that was contacted: failed looks at one host may have one cause."""
    free: int | None = None
    wait_min: float | None = None
    as_of: datetime | None = None
    """The moment of the figures of the capacity feed; None: the moment of the look."""
    valid_until: datetime | None = None
    phases: tuple[tuple[str, float], ...] = ()
    """The seconds that each phase took: resolve, connect, tls, answer, …"""
    fault: Fault = ""


BY_PHONE = Message("reported by phone")
"""The reason of a state that the provider itself has reported by phone."""


class PhoneReport(Struct, frozen=True, kw_only=True):
    """A provider's own report by phone, valid until ``until``."""

    provider: str
    at: datetime
    until: datetime
    free: int | None
    state: CheckState = "up"
    operator: str = ""


MOST_BUDGET_S = 3000
"""Cron starts a run at least every hour."""
MOST_NAMED = 9
"""Upper limit of a promised minimum of providers for a place."""


class HostPort(Struct, frozen=True):
    """A host and port to connect to."""

    host: str
    port: int

    @property
    def is_name(self) -> bool:
        """Whether the host is a name, so that a connection proves that names are resolved."""
        return not (":" in self.host or self.host.replace(".", "").isdigit())


class CheckSettings(Struct, frozen=True, kw_only=True):
    """``[check]``: how looks change states, and how a run behaves.

    3 failures and 2 successes are Gatus' thresholds; 21 samples, 20 % and 30 % are Nagios' flap
    detection.
    """

    failures: int = 3
    successes: int = 2
    apart_s: float = 30.0
    """Seconds after a counted failure within which the next failed look is the same failure."""
    stale_min: float = 30.0
    budget_s: float = 120.0
    concurrency: int = 200
    near_min: float = 60.0
    """Minutes: states count only for incidents that begin sooner than that."""
    remind_min: float = 60.0
    """Minutes after which a run with ``--quiet`` reports a lasting problem again."""
    reference: HostPort | None = None
    """A host that is reachable whenever the observer is online; None: there is none."""
    heartbeat: str | SecretRef = ""
    is_trusted: bool = False
    """Whether the reference may be private and the heartbeat a secret, as for a probe."""


class Channel(Struct, frozen=True, kw_only=True):
    """``[[notify]]``: a service that brings messages to persons; its URL is one of apprise."""

    name: str
    url: str | SecretRef
    remind_min: float | None = None
    """Minutes after which an outage is sent again; None: never."""


class Acknowledgement(Struct, frozen=True, kw_only=True):
    """An operator knows of the outage of a provider ``since`` a moment: no reminder ``until``."""

    provider: str
    since: datetime
    until: datetime
    at: datetime
    operator: str = ""


class Watched(Struct, frozen=True, kw_only=True):
    """The state of a provider that results from all looks so far.

    ``state`` is hard: it changed only after the thresholds. ``history`` holds the last 21 samples
    as bits, the newest lowest, 1 for a failure; ``moves`` likewise marks the samples that changed
    the hard state. ``last`` is the state of the newest sample, ``same`` the number of equal samples
    up to it.
    """

    provider: str
    state: CheckState = "unknown"
    since: datetime | None = None
    seen_at: datetime | None = None
    """The moment of the last look that confirmed the state; of a feed its own ``as_of``."""
    why: str = ""
    """The reason in the form of ``stored_sentences``, since logs and checkpoints keep it."""
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
    failed_at: datetime | None = None
    """The moment of the last failure that was counted."""
    first_at: datetime | None = None
    """The moment of the first look that had a result; changes of states before it are unknown."""


class Maintenance(Struct, frozen=True, kw_only=True):
    """``[[maintenance]]``: from ``start`` until ``until`` no look changes a provider's state.

    ``providers`` are ids and tags; empty: all providers.
    """

    start: datetime
    until: datetime
    text: str = ""
    providers: tuple[str, ...] = ()

    def covers(self, provider: Provider, moment: datetime) -> bool:
        """Return whether a provider is in this maintenance at a moment."""
        if not self.start <= moment < self.until:
            return False
        return not self.providers or any(
            name == provider.id or name in provider.tags for name in self.providers
        )


def is_region(text: str) -> bool:
    """Return whether a text can be the leading digits of a postcode."""
    return text.isascii() and text.isdigit() and len(text) <= 5


class CoverageSettings(Struct, frozen=True, kw_only=True):
    """``[coverage]``: the promised minimum of providers; None: there is no promise.

    ``regions`` are leading digits of postcodes. No regions or no services: all of them.
    """

    minimum: int | None = None
    services: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()


class Checking(Struct, frozen=True, kw_only=True):
    """The settings for checks in the provider file, without the checks of each provider."""

    settings: CheckSettings = CheckSettings()
    maintenance: tuple[Maintenance, ...] = ()
    coverage: CoverageSettings = CoverageSettings()
    notify: tuple[Channel, ...] = ()
    """The channels of a trusted file; none of any other."""

    def maintenance_of(self, provider: Provider, moment: datetime) -> Maintenance | None:
        """Return the maintenance of a provider at a moment, or None."""
        return next((each for each in self.maintenance if each.covers(provider, moment)), None)


class Move(Struct, frozen=True, kw_only=True):
    """A change to report: the hard state of a provider has changed, or flapping begins or ends.

    After a move with ``is_flapping`` no change is reported until the flapping ends: that move goes
    from a state to the same state, without ``is_flapping``.
    """

    provider: str
    at: datetime
    before: CheckState
    after: CheckState
    why: Message | str = ""
    is_flapping: bool = False


def is_reported_change(before: CheckState, after: CheckState) -> bool:
    """Return whether a change is reported: busy units and a first success are not."""
    return before != after and not (_is_fine(before) and _is_fine(after))


def _is_fine(state: CheckState) -> bool:
    return state in ("up", "busy", "unknown")
