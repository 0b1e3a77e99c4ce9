"""What the tests of looks share."""

from collections.abc import Iterator

import pytest

from .certificates import Authority
from .park import Park


@pytest.fixture(scope="session")
def park() -> Iterator[Park]:
    """Servers on loopback, ended with the tests."""
    servers = Park()
    yield servers
    servers.close()


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """An authority for certificates that nobody else trusts."""
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def trusted(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> Authority:
    """The same, trusted by this process."""
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.root))
    return authority
