"""Make values of ``[check]``, ``[[provider.check]]``, ``[[maintenance]]`` and ``[coverage]``.

A key that starts a program, reads a secret or reaches a private address is allowed only in a
trusted file (docs/checks.md); elsewhere its check is refused, with a warning.
"""

import os
import re
from collections.abc import Iterator, Mapping
from datetime import UTC
from functools import partial

from msgspec import Struct

from ..messages import Message, marked, quoted
from ..model.check import (
    Channel,
    CheckSettings,
    CoverageSettings,
    HostPort,
    Maintenance,
    Probe,
    SecretRef,
    is_region,
)
from ..model.check_kinds import CHECK_KINDS, CheckKeys, UrlForm
from ..model.near_words import did_you_mean
from ..model.words import EMERGENCY_SERVICES, SERVICES
from .parsers import parse_until
from .problem_collector import TableReporter
from .provider_tables import check_id, check_text, known_words
from .raw import RawCheck, RawCoverage, RawMaintenance, RawProbe
from .raw_notify import RawNotify
from .table_conversion import Path

_COPIED = (
    "url", "host", "contains", "every_min", "timeout_s", "certificate_days", "allow_private",
)  # fmt: skip
HOST_PATTERN = r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,252})|[0-9A-Fa-f:.]{2,45}"
SIP_URL_PATTERN = (
    r"sip:(?:[!-~]{1,100}@)?(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9_.-]{1,253})(?::[0-9]{1,5})?"
)
HEADER_PATTERN = r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}"
_HOST, _SIP_URL, _HEADER = map(re.compile, (HOST_PATTERN, SIP_URL_PATTERN, HEADER_PATTERN))
_SECRET_HEADER = re.compile(
    r"authorization|cookie|token|secret|password|(^|[-_])key", re.IGNORECASE
)
_ENV = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_NOT_MADE = marked("{refusal}; this check is not made")
_NOT_SENT = marked("{refusal}; no message is sent")
_CHANNEL_URL = re.compile(r"[a-z][a-z0-9+.-]{1,30}://[!-~]{1,4000}")
_NEXT_URL = re.compile(r",[a-z][a-z0-9+.-]{1,30}://")
_NO_HEARTBEAT = marked("{refusal}; the heartbeat is not sent")


class Trust(Struct, frozen=True):
    """Whether a file may start programs, read secrets and reach private addresses.

    ``reason`` is the problem of a key that does; None if the file is trusted. The paths of secrets
    are relative to ``folder``.
    """

    reason: str | None
    folder: str
    is_main: bool = True


def make_check_settings(raw: RawCheck, reporter: TableReporter, trust: Trust) -> CheckSettings:
    """Make the settings of checks: those of the file, otherwise the built-in ones."""
    heartbeat = None
    if raw.heartbeat is not None:
        heartbeat = _secret("heartbeat", raw.heartbeat, reporter, trust)
    if isinstance(heartbeat, str):
        check_url("heartbeat", heartbeat, reporter)
    reference = None if raw.reference is None else _host_and_port(raw.reference)
    if raw.reference is not None and reference is None:
        found = quoted(raw.reference)
        reporter.report("reference", "reference {found} is not HOST:PORT", found=found)
    settings = {
        key: getattr(raw, key)
        for key in RawCheck.__struct_fields__
        if key not in ("heartbeat", "reference") and getattr(raw, key) is not None
    }
    return CheckSettings(**settings, heartbeat=heartbeat or "", reference=reference)


def make_channel(raw: RawNotify, reporter: TableReporter, trust: Trust) -> Channel | None:
    """Make a channel; in a file that is not trusted it is refused, with a warning."""
    if raw.name is not None:
        check_id(reporter, "name", raw.name, Message("name"))
    if raw.url is None or raw.name is None:
        return None  # reported as missing or not text
    if trust.reason is not None:
        refused = Message(trust.reason, key="[[notify]]")
        reporter.refuse("url", Message(_NOT_SENT, refusal=refused))
        return Channel(name=raw.name, url=raw.url, remind_min=raw.remind_min)
    url = _secret("url", raw.url, reporter, trust)
    if isinstance(url, str) and not _CHANNEL_URL.fullmatch(url):
        reporter.report(
            "url", "url is not one of apprise, such as ntfys://…, env:NAME or file:PATH"
        )
    elif isinstance(url, str) and _NEXT_URL.search(url):
        reporter.report("url", "url names several services; write one [[notify]] for each")
    return None if url is None else Channel(name=raw.name, url=url, remind_min=raw.remind_min)


def make_coverage(raw: RawCoverage, reporter: TableReporter) -> CoverageSettings:
    """Make the settings of coverage."""
    services = known_words(reporter, "services", raw.services, SERVICES, Message("service")) or ()
    for service in services:
        if service in EMERGENCY_SERVICES:
            reporter.report(
                "services", "{service} is called at 112 and 110 and needs no check", service=service
            )
    for number, region in enumerate(raw.regions or ()):
        if not is_region(region):
            reporter.report(
                ("regions", number),
                "region {region} is not 1 to 5 leading digits of a postcode, such as 86",
                region=quoted(region),
            )
    return CoverageSettings(
        minimum=raw.minimum, services=services, regions=tuple(dict.fromkeys(raw.regions or ()))
    )


def make_maintenance(
    raw: RawMaintenance, reporter: TableReporter, timezone: str
) -> Maintenance | None:
    """Make one window (UTC); its providers are checked when all are read."""
    parse = partial(parse_until, timezone=timezone)
    start = None if raw.from_ is None else reporter.read("from", parse, raw.from_, what="from")
    until = None if raw.until is None else reporter.read("until", parse, raw.until, what="until")
    for number, name in enumerate(raw.providers or ()):
        check_id(reporter, ("providers", number), name, Message("id or tag"))
    if raw.providers is not None and not raw.providers:
        reporter.report("providers", "providers is empty: leave it out for all providers")
    text = check_text(reporter, "text", raw.text)
    if start is None or until is None:
        return None
    if until <= start:
        reporter.report("until", "until {until:%Y-%m-%d %H:%M} is not after from", until=until)
    return Maintenance(
        start=start.astimezone(UTC),
        until=until.astimezone(UTC),
        text=text,
        providers=tuple(dict.fromkeys(raw.providers or ())),
    )


def make_probes(raws: list[RawProbe], reporter: TableReporter, trust: Trust) -> tuple[Probe, ...]:
    """Make the checks of one provider, or report all their problems.

    Here ``is_trusted`` means only that they are in the main file: the setting that names it may
    differ from run to run, and the compiled form is the same.
    """
    found = (
        _make_probe(raw, ("check", number), reporter, trust) for number, raw in enumerate(raws)
    )
    return tuple(probe for probe in found if probe is not None)


def _make_probe(raw: RawProbe, path: Path, reporter: TableReporter, trust: Trust) -> Probe | None:
    """Make one check."""
    if raw.kind is None:
        return None  # reported as missing or not text
    keys = CHECK_KINDS.get(raw.kind)
    if keys is None:
        reporter.report(
            (*path, "kind"),
            "unknown kind {kind} of check: {allowed}{guess}",
            kind=quoted(raw.kind),
            allowed=", ".join(CHECK_KINDS),
            guess=did_you_mean(raw.kind, CHECK_KINDS),
        )
    else:
        _check_keys(raw, raw.kind, keys, path, reporter)
    _check_trust(raw, path, reporter, trust)
    argv = tuple(raw.command or ())
    _check_values(raw, argv, keys.url if keys else None, path, reporter)
    fields = {key: getattr(raw, key) for key in _COPIED if getattr(raw, key) is not None}
    headers = tuple(_headers(raw.headers or {}, (*path, "headers"), reporter, trust))
    if keys is None:
        return None
    return Probe(
        kind=raw.kind,
        port=raw.port or (0 if raw.url else keys.port),
        argv=argv,
        status=tuple(raw.status or ()),
        is_capacity=bool(raw.capacity),
        headers=headers,
        addresses=tuple(filter(None, map(_address, raw.addresses or ()))),
        is_trusted=trust.is_main,
        **fields,
    )


def _check_values(
    raw: RawProbe,
    argv: tuple[str, ...],
    url_form: UrlForm | None,
    path: Path,
    reporter: TableReporter,
) -> None:
    """Report values that no check can have."""
    if raw.url is not None and url_form == "http":
        check_url((*path, "url"), raw.url, reporter)
    if raw.url is not None and url_form == "sip" and not _SIP_URL.fullmatch(raw.url):
        template = "url {url} is not sip:NUMBER@HOST or sip:HOST"
        reporter.report((*path, "url"), template, url=quoted(raw.url))
    if raw.host is not None and not _HOST.fullmatch(raw.host):
        template = "host {host} is neither a name nor an address"
        reporter.report((*path, "host"), template, host=quoted(raw.host))
    if argv and not os.path.isabs(argv[0]):
        template = "command {command} is not a full path, such as /usr/local/bin/look"
        reporter.report((*path, "command"), template, command=quoted(argv[0]))
    for part in argv:
        if "\0" in part:
            reporter.report((*path, "command"), "command contains a NUL character")
    for number, address in enumerate(raw.addresses or ()):
        if _address(address) is None:
            template = "address {address} is not numeric, such as 192.0.2.1"
            reporter.report((*path, "addresses", number), template, address=quoted(address))
    if raw.every_min is not None and raw.capacity:
        template = "every_min is not for a capacity feed, whose units change at any time"
        reporter.report((*path, "every_min"), template)


def _address(text: str) -> str | None:
    """Return a numeric address in its usual form, None for anything else."""
    from ipaddress import ip_address

    try:
        return str(ip_address(text))
    except ValueError:
        return None


def _check_keys(
    raw: RawProbe, kind: str, keys: CheckKeys, path: Path, reporter: TableReporter
) -> None:
    """Report keys that this kind of check does not have, and missing ones that it needs."""
    wrong = {each[: len(path) + 1] for each in reporter.wrong_paths}  # they are left out of raw
    present = [
        key
        for key in RawProbe.__struct_fields__
        if getattr(raw, key) is not None or (*path, key) in wrong
    ]
    for key in present:
        if key not in ("kind", *keys.keys):
            reporter.report(
                (*path, key),
                '{key} is not a key of a check of kind "{kind}": {allowed}',
                key=key,
                kind=kind,
                allowed=", ".join(keys.keys),
            )
    beside = [key for key in ("host", "port") if key in present]
    for other in beside if "url" in present and "url" in keys.keys else ():
        reporter.report((*path, "url"), "both url and {other}: write one of them", other=other)
    chosen = (group for group in keys.needs if any(key in present for key in group))
    for key in next(chosen, keys.needs[0]):
        if key not in present:
            template = '{key} is missing: a check of kind "{kind}" needs it'
            reporter.report(path, template, key=key, kind=kind)


def _check_trust(raw: RawProbe, path: Path, reporter: TableReporter, trust: Trust) -> None:
    if trust.reason is not None:
        for key in ("command", "allow_private"):
            if getattr(raw, key):
                refused = Message(trust.reason, key=key)
                reporter.refuse((*path, key), Message(_NOT_MADE, refusal=refused))


def _headers(
    texts: Mapping[str, str], path: Path, reporter: TableReporter, trust: Trust
) -> Iterator[tuple[str, str | SecretRef]]:
    """Read the headers of a request; one with a name like a secret must refer to one."""
    for name, text in texts.items():
        where = (*path, name)
        if not _HEADER.fullmatch(name):
            template = "header {name} is not a name of letters, digits and '-'"
            reporter.report(where, template, name=quoted(name))
        value = _secret(where, text, reporter, trust)
        if isinstance(value, str):
            if not text.isprintable() or not text.isascii():
                template = "header {name} contains more than printable ASCII"
                reporter.report(where, template, name=quoted(name))
            elif _SECRET_HEADER.search(name):
                reporter.report(
                    where,
                    "header {name} contains a secret: write env:NAME or file:PATH, "
                    "secrets are not allowed in this file",
                    name=quoted(name),
                )
        if value is not None:
            yield name, value


def _secret(
    key: str | Path, text: str, reporter: TableReporter, trust: Trust
) -> str | SecretRef | None:
    """Read a text, or a reference to a secret; None if that is not allowed here."""
    source, colon, name = text.partition(":")
    if not colon or source not in ("env", "file"):
        return text
    if trust.reason is not None:
        refused = Message(trust.reason, key=f"{source}:")
        template = _NO_HEARTBEAT if key == "heartbeat" else _NOT_MADE
        reporter.refuse(key, Message(template, refusal=refused))
    if source == "env":
        if not _ENV.fullmatch(name):
            reporter.report(key, "{text} names no variable: write env:NAME", text=quoted(text))
            return None
        return SecretRef("env", name)
    if not name.strip() or "\0" in name:
        reporter.report(key, "{text} names no file: write file:PATH", text=quoted(text))
        return None
    return SecretRef("file", os.path.join(trust.folder, os.path.expanduser(name)))


def check_url(key: str | Path, url: str, reporter: TableReporter) -> None:
    """Report a URL that is not the address of a web server."""
    from urllib.parse import urlsplit

    if not url.isprintable() or not url.isascii() or " " in url:
        reporter.report(key, "a URL must be printable ASCII without spaces")
        return
    try:
        parts = urlsplit(url)
        port_is_sound = parts.port is None or parts.port > 0
        host = parts.hostname
    except ValueError as error:
        reporter.report(key, "URL {url} is not valid: {error}", url=quoted(url), error=error)
        return
    if parts.scheme not in ("http", "https") or not host or not port_is_sound:
        reporter.report(key, "URL {url} is not http://HOST/… or https://HOST/…", url=quoted(url))
    if parts.username is not None or parts.password is not None:
        reporter.report(
            key, "the URL contains a password: send it in a header, as env:NAME or file:PATH"
        )


def _host_and_port(text: str) -> HostPort | None:
    host, colon, port = text.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not colon or not _HOST.fullmatch(host) or not re.fullmatch(r"[0-9]{1,5}", port, re.ASCII):
        return None
    return HostPort(host, int(port)) if 0 < int(port) < 65536 else None
