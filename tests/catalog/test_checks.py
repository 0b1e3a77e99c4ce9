"""The settings of checks in the file: their values, and every mistake at its line."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from dispatch_cli.catalog import Catalog, load
from dispatch_cli.model.check import (
    Checking,
    CheckSettings,
    CoverageSettings,
    HostPort,
    Maintenance,
    Probe,
    SecretRef,
)

from .files import HUBER, NOW, line_of, no_holidays, open_text, problems_of, write

FILE = f"""
[check]
failures = 2
budget_s = 60
reference = "192.0.2.1:53"
heartbeat = "env:PING"
[[maintenance]]
from = 2026-12-24
until = 2026-12-24T06:00:00
providers = ["huber"]
text = "moving"
[coverage]
minimum = 1
services = ["Abschleppen"]
regions = ["86"]
{HUBER}
[[provider.check]]
kind = "http"
url = "https://huber.example/units"
capacity = true
status = [200, 204]
headers = {{ Authorization = "file:token", Accept = "application/json" }}
timeout_s = 3
[[provider.check]]
kind = "sip"
host = "sip.huber.example"
[[provider.check]]
kind = "command"
command = ["/usr/local/bin/look", "huber"]
"""


def found_as(path: Path, source: str, cache_dir: Path | None = None) -> Catalog:
    """Load a file that was found by a setting."""
    return load(path, source=source, now=NOW, cache_dir=cache_dir, holidays=no_holidays)


def test_everything_is_read(tmp_path: Path) -> None:
    """Settings, windows, coverage and checks are read as values, with their defaults."""
    catalog = open_text(tmp_path, FILE)
    assert catalog.checking() == Checking(
        settings=CheckSettings(
            failures=2,
            budget_s=60,
            reference=HostPort("192.0.2.1", 53),
            heartbeat=SecretRef("env", "PING"),
            is_trusted=True,
        ),
        maintenance=(
            Maintenance(
                start=datetime(2026, 12, 23, 23, tzinfo=UTC),
                until=datetime(2026, 12, 24, 5, tzinfo=UTC),
                text="moving",
                providers=("huber",),
            ),
        ),
        coverage=CoverageSettings(minimum=1, services=("tow",), regions=("86",)),
    )
    token = SecretRef("file", os.path.join(os.path.realpath(tmp_path), "token"))
    assert catalog.probes() == {
        "huber": (
            Probe(
                kind="http",
                url="https://huber.example/units",
                is_capacity=True,
                status=(200, 204),
                headers=(("Authorization", token), ("Accept", "application/json")),
                timeout_s=3,
                is_trusted=True,
            ),
            Probe(kind="sip", host="sip.huber.example", port=5060, is_trusted=True),
            Probe(kind="command", argv=("/usr/local/bin/look", "huber"), is_trusted=True),
        )
    }


def test_a_reference_may_be_an_ipv6_address(tmp_path: Path) -> None:
    """The port follows the brackets of the address."""
    catalog = open_text(tmp_path, f'[check]\nreference = "[2001:7fd::1]:443"\n{HUBER}')
    reference = catalog.checking().settings.reference
    assert reference == HostPort("2001:7fd::1", 443)
    assert [HostPort(each, 53).is_name for each in ("2001:7fd::1", "9.9.9.9", "a.example")] == [
        False, False, True,
    ]  # fmt: skip


def test_a_sip_address_stands_for_host_and_port(tmp_path: Path) -> None:
    """A SIP URL gives the host and the port of a check."""
    text = f'{HUBER}check = [{{ kind = "sip", url = "sip:+4982199@pbx.example:5070" }}]\n'
    (probe,) = open_text(tmp_path, text).probes()["huber"]
    assert (probe.url, probe.host, probe.port) == ("sip:+4982199@pbx.example:5070", "", 0)


def test_a_file_without_checks_has_the_defaults(tmp_path: Path) -> None:
    """A file without checks has the built-in settings and no probes."""
    catalog = open_text(tmp_path, HUBER)
    assert catalog.checking() == Checking(settings=CheckSettings(is_trusted=True))
    assert catalog.probes() == {}


# The check of provider "huber", and its problem.
WRONG = [
    (
        'kind = "htp"',
        'unknown kind "htp" of check: http, tcp, tls, dns, content, sip, command (did you',
    ),
    ('url = "https://x.example"', "kind is missing in entry 1 of check"),
    ('kind = "http"', 'url is missing: a check of kind "http" needs it'),
    ('kind = "tcp", host = "x"', 'port is missing: a check of kind "tcp" needs it'),
    ('kind = "tcp", host = "x", port = 0', "port of entry 1 0 is not between 1 and 65535"),
    ('kind = "tcp", host = "x y", port = 1', 'host "x y" is neither a name nor an address'),
    (
        'kind = "tls", host = "x", status = [200]',
        'status is not a key of a check of kind "tls": host',
    ),
    ('kind = "http", url = "ftp://x"', 'URL "ftp://x" is not http://HOST/… or https://HOST/…'),
    ('kind = "http", url = "http://"', 'URL "http://" is not http://HOST/…'),
    ('kind = "http", url = "http://x:99999/"', "URL "),
    ('kind = "http", url = "http://a b/"', "a URL must be printable ASCII without spaces"),
    ('kind = "http", url = "http://u:p@x/"', "the URL contains a password: send it in a header"),
    ('kind = "http", url = "http://x", status = [99]', "99 is not between 100 and 599"),
    ('kind = "http", url = "http://x", timeout_s = 0', "timeout_s of entry 1 0 must be above 0"),
    ('kind = "http", url = "http://x", timeout_s = nan', "must be above 0 and at most 60"),
    (
        'kind = "http", url = "http://x", headers = { X-Api-Key = "abc" }',
        "contains a secret: write",
    ),
    ('kind = "http", url = "http://x", headers = { Authorization = "x" }', "contains a secret"),
    ('kind = "http", url = "http://x", headers = { "a b" = "x" }', 'header "a b" is not a name'),
    ('kind = "http", url = "http://x", headers = { A = "x\\r\\ny" }', "more than printable ASCII"),
    ('kind = "http", url = "http://x", headers = { A = "env:1 2" }', "names no variable"),
    ('kind = "http", url = "http://x", headers = { A = "file:" }', "names no file"),
    ('kind = "command", command = []', "command of entry 1 is empty"),
    ('kind = "command", command = ["look"]', 'command "look" is not a full path'),
    ('kind = "command", command = ["/x", "a\\u0000"]', "command contains a NUL character"),
    ('kind = "command", command = "/x"', "command of entry 1 must be a list"),
    ('kind = "sip"', 'host is missing: a check of kind "sip" needs it'),
    ('kind = "sip", url = "sips:x"', 'url "sips:x" is not sip:NUMBER@HOST or sip:HOST'),
    ('kind = "sip", url = "sip:x", host = "x"', "both url and host: write one of them"),
    ('kind = "sip", host = "x", fee = 1', '"fee": price has no place'),
]


@pytest.mark.parametrize(("line", "said"), WRONG)
def test_wrong_check(tmp_path: Path, line: str, said: str) -> None:
    """A mistake in a check is reported once, with file, line, provider and allowed values."""
    text = f"{HUBER}check = [{{ {line} }}]\n"
    (found,) = problems_of(tmp_path, text)
    at = line_of(text, "check = ")
    assert found.startswith(f'providers.toml:{at}: provider "huber": ')
    assert said in found


WRONG_MAIN = [
    ("[check]\nfailures = 0", "[check]", "failures 0 is not between 1 and 20"),
    ("[check]\nbudget_s = inf", "[check]", "budget_s inf must be above 0 and at most 3000"),
    ("[check]\nbudget = 3", "[check]", 'unknown key "budget" (did you mean "budget_s"?)'),
    ('[check]\nreference = "x"', "[check]", 'reference "x" is not HOST:PORT'),
    ('[check]\nreference = "x:99999"', "[check]", 'reference "x:99999" is not HOST:PORT'),
    ('[check]\nreference = ""', "[check]", 'reference "" is not HOST:PORT'),
    ('[check]\nreference = "x:"', "[check]", 'reference "x:" is not HOST:PORT'),
    ('[check]\nreference = "x:0"', "[check]", 'reference "x:0" is not HOST:PORT'),
    ('[check]\nreference = "x:y"', "[check]", 'reference "x:y" is not HOST:PORT'),
    ('[check]\nreference = ":80"', "[check]", 'reference ":80" is not HOST:PORT'),
    ('[check]\nheartbeat = "x"', "[check]", 'URL "x" is not http://HOST/…'),
    ("[coverage]\nminimum = 0", "[coverage]", "minimum 0 is not between 1 and 9"),
    ('[coverage]\nservices = ["fire"]', "[coverage]", "fire is called at 112 and 110"),
    ('[coverage]\nregions = ["8x"]', "[coverage]", 'region "8x" is not 1 to 5 leading digits'),
    ("[[maintenance]]\nfrom = 2026-12-24", "maintenance number 1", "until is missing"),
    (
        "[[maintenance]]\nuntil = 2026-12-24\nfrom = 2026-12-24",
        "maintenance number 1",
        "until 2026-12-24 00:00 is not after from",
    ),
    (
        '[[maintenance]]\ntext = "m"\nuntil = 2027-12-24\nfrom = "x"',
        'maintenance "m"',
        "from: must be a date or a date and time, without quotes",
    ),
    (
        "[[maintenance]]\nproviders = []\nuntil = 2027-12-24\nfrom = 2026-12-24",
        "maintenance number 1",
        "providers is empty: leave it out for all providers",
    ),
]


@pytest.mark.parametrize(("lines", "who", "said"), WRONG_MAIN)
def test_wrong_settings(tmp_path: Path, lines: str, who: str, said: str) -> None:
    """A mistake in the settings of checks is reported with its table and the allowed values."""
    (found,) = problems_of(tmp_path, f"{lines}\n{HUBER}")
    assert f": {who}: " in found
    assert said in found


def test_unknown_names_in_a_window_are_a_warning(tmp_path: Path) -> None:
    """A window for an unknown provider gives a warning with the nearest name."""
    text = '[[maintenance]]\nfrom = 2026-12-24\nuntil = 2026-12-25\nproviders = ["hubr"]\n'
    said = 'providers.toml: maintenance: no provider has the id or tag "hubr" (did you mean "huber"'
    assert any(
        warning.startswith(said) for warning in map(str, open_text(tmp_path, text + HUBER).warnings)
    )


NEEDS_TRUST = [
    ('check = [{ kind = "command", command = ["/bin/true"] }]', "command"),
    ('check = [{ kind = "tcp", host = "x", port = 1, allow_private = true }]', "allow_private"),
    ('check = [{ kind = "http", url = "http://x", headers = { A = "env:B" } }]', "env:"),
    ('check = [{ kind = "http", url = "http://x", headers = { A = "file:B" } }]', "file:"),
]


NAMED = "a file that you name: --providers FILE, DISPATCH_PROVIDERS, or your config folder"
OWNED = "a file that you own and no other user can write: chmod go-w"


def refused(catalog: Catalog) -> str:
    """Return the sentence of the only check, which is refused."""
    ((probe,),) = catalog.probes().values()
    assert not probe.is_trusted
    assert probe.is_refused
    assert str(catalog.refusal) in map(str, catalog.warnings)
    return str(catalog.refusal)


@pytest.mark.parametrize(("line", "key"), NEEDS_TRUST)
@pytest.mark.parametrize("source", ["option", "environment", "config", "folder", "sample"])
def test_only_a_named_file_is_trusted(tmp_path: Path, line: str, key: str, source: str) -> None:
    """Commands, secrets and private addresses are refused at their line in a file not named."""
    text = f"{HUBER}{line}\n"
    path = write(tmp_path, text)
    found = found_as(path, source)
    if source in ("option", "environment", "config"):
        ((probe,),) = found.probes().values()
        assert probe.is_trusted
        assert not probe.is_refused
        assert found.refusal == ""
        return
    assert refused(found) == (
        f'providers.toml:{line_of(text, line)}: provider "huber": {key} is allowed only in {NAMED};'
        " this check is not made"
    )


@pytest.mark.parametrize(("line", "key"), NEEDS_TRUST)
def test_an_included_file_is_never_trusted(tmp_path: Path, line: str, key: str) -> None:
    """A key that only the main file may have is refused in an included one, at its line."""
    write(tmp_path, f"{HUBER}{line}\n".replace("huber", "lech"), "sub/a.toml")
    path = write(tmp_path, f'include = ["sub/*"]\n{HUBER}')
    assert refused(found_as(path, "option")) == (
        f'sub/a.toml:9: provider "lech": {key} is allowed only in the main file: '
        "an included file may be of another origin; this check is not made"
    )


@pytest.mark.parametrize("mode", [0o664, 0o646, 0o666])
@pytest.mark.parametrize(("line", "key"), NEEDS_TRUST)
def test_a_file_that_others_can_write_is_not_trusted(
    tmp_path: Path, line: str, key: str, mode: int
) -> None:
    """Commands and secrets are refused in a named file that other users can write."""
    path = write(tmp_path, f"{HUBER}{line}\n")
    path.chmod(mode)
    assert f"{key} is allowed only in {OWNED}; this" in refused(found_as(path, "option"))
    path.chmod(0o644)
    assert found_as(path, "option").refusal == ""


def test_a_file_of_another_user_is_not_trusted(tmp_path: Path) -> None:
    """Commands are refused in a named file that another user owns."""
    if os.geteuid() != 0:
        pytest.skip("only root can give a file away")
    path = write(tmp_path, f"{HUBER}{NEEDS_TRUST[0][0]}\n")
    os.chown(path, 65534, 65534)
    assert OWNED in refused(found_as(path, "option"))


def test_the_heartbeat_of_a_found_file_is_no_secret(tmp_path: Path) -> None:
    """The heartbeat may be a URL in any file, a secret only in a trusted one."""
    path = write(tmp_path, f'[check]\nheartbeat = "https://ping.example/x"\n{HUBER}')
    assert found_as(path, "folder").checking().settings.heartbeat == "https://ping.example/x"
    path = write(tmp_path, f'[check]\nheartbeat = "env:PING"\n{HUBER}')
    said = str(found_as(path, "folder").refusal)
    assert said == (
        f"providers.toml:2: [check]: env: is allowed only in {NAMED}; the heartbeat is not sent"
    )


def test_many_refused_checks_are_one_sentence(tmp_path: Path) -> None:
    """A ranking has one warning; all of them are warnings of the file, each check once."""
    both = 'check = [{ kind = "http", url = "http://x", allow_private = true, '
    both += 'headers = { A = "env:B" } }, { kind = "command", command = ["/x"] }]\n'
    other = f"{HUBER}{both}".replace("huber", "lech")
    found = found_as(write(tmp_path, f"{HUBER}{both}{other}"), "folder")
    assert '; 4 tables are refused, "dispatch providers validate" lists them' in str(found.refusal)
    assert sum("is not made" in str(each) for each in found.warnings) == 6


def test_the_warnings_of_a_compiled_form_are_those_of_the_present_trust(tmp_path: Path) -> None:
    """A form that was compiled from a trusted file warns where the file is not trusted."""
    cache = tmp_path / "cache"
    path = write(tmp_path, f"{HUBER}{NEEDS_TRUST[0][0]}\n")
    assert found_as(path, "option", cache).refusal == ""
    for _ in range(2):
        assert NAMED in refused(found_as(path, "folder", cache))
    path.chmod(0o666)
    for _ in range(2):
        assert OWNED in refused(found_as(path, "option", cache))
    path.chmod(0o600)
    found = found_as(path, "option", cache)
    assert found.refusal == ""
    assert not any("is not made" in str(each) for each in found.warnings)
    assert found.probes()["huber"][0].is_trusted


def test_a_file_that_needs_no_trust_is_compiled_once(tmp_path: Path) -> None:
    """A file without commands, secrets and private addresses is compiled once for all settings."""
    cache = tmp_path / "cache"
    path = write(tmp_path, f'{HUBER}check = [{{ kind = "sip", host = "huber.example" }}]\n')
    found = found_as(path, "folder", cache)
    compiled = found.compiled_path
    assert compiled is not None
    assert not found.probes()["huber"][0].is_trusted
    assert not found.checking().settings.is_trusted
    before = compiled.stat().st_mtime_ns
    named = found_as(path, "option", cache)
    assert named.probes()["huber"][0].is_trusted
    assert named.checking().settings.is_trusted
    assert compiled.stat().st_mtime_ns == before
