"""From ``[check]``, ``[[provider.check]]``, ``[[maintenance]]`` and ``[coverage]`` to values.

What may start a program, read a secret or reach a private address counts only where a file is
trusted (docs/checks.md); elsewhere it is an error, so that nobody relies on it in vain.
"""

import os
import re
from collections.abc import Iterator, Mapping
from datetime import UTC
from functools import partial

from msgspec import Struct

from ..model.check import (
    CheckSettings,
    CoverageSettings,
    HostPort,
    Maintenance,
    Probe,
    SecretRef,
    is_region,
)
from ..model.check_kinds import CHECK_KINDS, CheckKeys
from ..model.words import EMERGENCY_SERVICES, SERVICES
from .findings import Owner
from .parsers import parse_until
from .provider_tables import check_id, check_text, known_words
from .raw import RawCheck, RawCoverage, RawMaintenance, RawProbe
from .shape import Path
from .suggest import did_you_mean, listed, quoted

_COPIED = ("url", "host", "timeout_s", "certificate_days", "allow_private")
_HOST = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,252})|[0-9A-Fa-f:.]{2,45}")
_SIP_URL = re.compile(
    r"sip:(?:[!-~]{1,100}@)?(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9_.-]{1,253})(?::[0-9]{1,5})?"
)
_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
_SECRET_HEADER = re.compile(
    r"authorization|cookie|token|secret|password|(^|[-_])key", re.IGNORECASE
)
_ENV = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class Trust(Struct, frozen=True):
    """Whether a file may start programs, read secrets and reach private addresses.

    ``why_not`` is the rest of the sentence "… counts only …"; "" where the file is trusted.
    ``folder`` is where the paths of secrets begin.
    """

    why_not: str
    folder: str
    is_main: bool = True


def settings_of(raw: RawCheck, owner: Owner, trust: Trust) -> CheckSettings:
    """Make the settings of checks: the file's, over the built-in ones."""
    heartbeat = None if raw.heartbeat is None else _secret("heartbeat", raw.heartbeat, owner, trust)
    if isinstance(heartbeat, str):
        _check_url("heartbeat", heartbeat, owner)
    reference = None if raw.reference is None else _host_and_port(raw.reference)
    if raw.reference is not None and reference is None:
        owner.wrong("reference", f"reference {quoted(raw.reference)} is not HOST:PORT")
    given = {
        key: getattr(raw, key)
        for key in RawCheck.__struct_fields__
        if key not in ("heartbeat", "reference") and getattr(raw, key) is not None
    }
    return CheckSettings(**given, heartbeat=heartbeat or "", reference=reference)


def coverage_of(raw: RawCoverage, owner: Owner) -> CoverageSettings:
    """Make what is promised of coverage."""
    services = known_words(owner, "services", raw.services, SERVICES, "service") or ()
    for service in services:
        if service in EMERGENCY_SERVICES:
            owner.wrong("services", f"{service} is called at 112 and 110: nothing to look at")
    for number, region in enumerate(raw.regions or ()):
        if not is_region(region):
            owner.wrong(
                ("regions", number),
                f"region {quoted(region)}: write 1 to 5 leading digits of a postcode, such as 86",
            )
    return CoverageSettings(
        minimum=raw.minimum, services=services, regions=tuple(dict.fromkeys(raw.regions or ()))
    )


def maintenance_of(raw: RawMaintenance, owner: Owner, timezone: str) -> Maintenance | None:
    """Make one window (UTC); whether its providers exist is looked at when all are read."""
    parse = partial(parse_until, timezone=timezone)
    start = None if raw.from_ is None else owner.read("from", parse, raw.from_, what="from")
    until = None if raw.until is None else owner.read("until", parse, raw.until, what="until")
    for number, name in enumerate(raw.providers or ()):
        check_id(owner, ("providers", number), name, "id or tag")
    if raw.providers is not None and not raw.providers:
        owner.wrong("providers", "providers is empty: leave it out for everybody")
    text = check_text(owner, "text", raw.text)
    if start is None or until is None:
        return None
    if until <= start:
        owner.wrong("until", f"until {until:%Y-%m-%d %H:%M} is not after from")
    return Maintenance(
        start=start.astimezone(UTC),
        until=until.astimezone(UTC),
        text=text,
        providers=tuple(dict.fromkeys(raw.providers or ())),
    )


def probes_of(raws: list[RawProbe], owner: Owner, trust: Trust) -> tuple[Probe, ...]:
    """Make the checks of one provider, or report all that is wrong with them.

    ``is_trusted`` says for now only that they stand in the main file: how that is found may differ
    from run to run, while the compiled form stays.
    """
    found = (_probe_of(raw, ("check", number), owner, trust) for number, raw in enumerate(raws))
    return tuple(probe for probe in found if probe is not None)


def _probe_of(raw: RawProbe, path: Path, owner: Owner, trust: Trust) -> Probe | None:
    """Make one check."""
    if raw.kind is None:
        return None  # reported as missing, or as no text
    keys = CHECK_KINDS.get(raw.kind)
    if keys is None:
        hint = did_you_mean(raw.kind, CHECK_KINDS)
        text = f"unknown kind {quoted(raw.kind)} of check: {listed(CHECK_KINDS)}{hint}"
        owner.wrong((*path, "kind"), text)
        return None
    _check_keys(raw, raw.kind, keys, path, owner)
    _check_trust(raw, path, owner, trust)
    if raw.url is not None and keys.url == "http":
        _check_url((*path, "url"), raw.url, owner)
    if raw.url is not None and keys.url == "sip" and not _SIP_URL.fullmatch(raw.url):
        owner.wrong((*path, "url"), f"url {quoted(raw.url)} is not sip:NUMBER@HOST or sip:HOST")
    if raw.host is not None and not _HOST.fullmatch(raw.host):
        owner.wrong((*path, "host"), f"host {quoted(raw.host)} is neither a name nor an address")
    argv = tuple(raw.command or ())
    if argv and not os.path.isabs(argv[0]):
        text = f"command {quoted(argv[0])} is not a full path, such as /usr/local/bin/look"
        owner.wrong((*path, "command"), text)
    for part in argv:
        if "\0" in part:
            owner.wrong((*path, "command"), "command holds a NUL character")
    given = {key: getattr(raw, key) for key in _COPIED if getattr(raw, key) is not None}
    return Probe(
        kind=raw.kind,
        port=raw.port or (0 if raw.url else keys.port),
        argv=argv,
        status=tuple(raw.status or ()),
        is_capacity=bool(raw.capacity),
        headers=tuple(_headers(raw.headers or {}, (*path, "headers"), owner, trust)),
        is_trusted=trust.is_main,
        **given,
    )


def _check_keys(raw: RawProbe, kind: str, keys: CheckKeys, path: Path, owner: Owner) -> None:
    """Report keys that this kind of check has no use for, and those that it needs."""
    given = [key for key in RawProbe.__struct_fields__ if getattr(raw, key) is not None]
    for key in given:
        if key not in ("kind", *keys.keys):
            text = f'{key} is no key of a check of kind "{kind}": {listed(keys.keys)}'
            owner.wrong((*path, key), text)
    beside = [key for key in ("host", "port") if key in given]
    if "url" in given and "url" in keys.keys and beside:
        owner.wrong((*path, "url"), f"both url and {beside[0]}: write one of them")
    chosen = (group for group in keys.needs if any(key in given for key in group))
    for key in next(chosen, keys.needs[0]):
        if key not in given and (*path, key) not in owner.wrong_paths:
            owner.wrong(path, f'{key} is missing: a check of kind "{kind}" needs it')


def _check_trust(raw: RawProbe, path: Path, owner: Owner, trust: Trust) -> None:
    if trust.why_not:
        for key in ("command", "allow_private"):
            if getattr(raw, key):
                owner.wrong((*path, key), f"{key} counts only {trust.why_not}")


def _headers(
    given: Mapping[str, str], path: Path, owner: Owner, trust: Trust
) -> Iterator[tuple[str, str | SecretRef]]:
    """Read what is sent along; what looks like a secret must be a reference to one."""
    for name, text in given.items():
        where = (*path, name)
        if not _HEADER.fullmatch(name):
            owner.wrong(where, f"header {quoted(name)} is not a name of letters, digits and '-'")
            continue
        value = _secret(where, text, owner, trust)
        if isinstance(value, str):
            if not text.isprintable() or not text.isascii():
                owner.wrong(where, f"header {quoted(name)} holds more than printable ASCII")
            elif _SECRET_HEADER.search(name):
                owner.wrong(
                    where,
                    f"header {quoted(name)} holds a secret: write env:NAME or file:PATH, "
                    "a secret does not stand in this file",
                )
        if value is not None:
            yield name, value


def _secret(key: str | Path, text: str, owner: Owner, trust: Trust) -> str | SecretRef | None:
    """Read a text, or the name of a secret; None where that may not stand here."""
    source, colon, name = text.partition(":")
    if not colon or source not in ("env", "file"):
        return text
    if trust.why_not:
        owner.wrong(key, f"{source}: counts only {trust.why_not}")
        return None
    if source == "env":
        if not _ENV.fullmatch(name):
            owner.wrong(key, f"{quoted(text)} names no variable: write env:NAME")
            return None
        return SecretRef("env", name)
    if not name.strip() or "\0" in name:
        owner.wrong(key, f"{quoted(text)} names no file: write file:PATH")
        return None
    return SecretRef("file", os.path.join(trust.folder, os.path.expanduser(name)))


def _check_url(key: str | Path, url: str, owner: Owner) -> None:
    """Report what is not a plain address of a web server."""
    from urllib.parse import urlsplit

    if not url.isprintable() or not url.isascii() or " " in url:
        owner.wrong(key, "a URL holds printable ASCII and no spaces")
        return
    try:
        parts = urlsplit(url)
        port_is_sound = parts.port is None or parts.port > 0
        host = parts.hostname
    except ValueError as error:
        owner.wrong(key, f"URL {quoted(url)}: {error}")
        return
    if parts.scheme not in ("http", "https") or not host or not port_is_sound:
        owner.wrong(key, f"URL {quoted(url)} is not http://HOST/… or https://HOST/…")
    elif parts.username is not None or parts.password is not None:
        owner.wrong(key, "a URL with a password: send it as a header, from env:NAME or file:PATH")


def _host_and_port(text: str) -> HostPort | None:
    host, colon, port = text.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not colon or not _HOST.fullmatch(host) or not re.fullmatch(r"[0-9]{1,5}", port, re.ASCII):
        return None
    return HostPort(host, int(port)) if 0 < int(port) < 65536 else None
