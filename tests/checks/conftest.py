"""Fixtures of the tests of checks."""

from collections.abc import Iterator

import pytest

from .certificates import Authority
from .park import Park


@pytest.fixture(scope="session")
def park() -> Iterator[Park]:
    """Run servers on loopback, and end them with the tests."""
    servers = Park()
    yield servers
    servers.close()


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """Make an authority for certificates that no system trusts."""
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def trusted(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> Authority:
    """Make this process trust the authority."""
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.root))
    return authority
