"""The folders are those of the platform."""

import sys

import pytest

from dispatch_cli import folders


@pytest.mark.skipif(sys.platform != "linux", reason="only there the rule is written out")
@pytest.mark.parametrize("value", [None, "", "/elsewhere", "/with blank "])
@pytest.mark.parametrize("kind", ["config", "cache", "data", "state"])
def test_the_folders_are_those_of_platformdirs(monkeypatch, kind, value):
    """With and without the XDG variables the short rule says what platformdirs says."""
    import platformdirs

    variable = f"XDG_{kind.upper()}_HOME"
    if value is None:
        monkeypatch.delenv(variable, raising=False)
    else:
        monkeypatch.setenv(variable, value)
    expected = getattr(platformdirs, f"user_{kind}_path")("dispatch", appauthor=False)
    assert getattr(folders, f"{kind}_dir")() == expected


def test_elsewhere_platformdirs_decides(monkeypatch):
    """On other systems the library is asked."""
    monkeypatch.setenv("XDG_CACHE_HOME", "/elsewhere")
    assert folders.cache_dir().parts[-1] == "dispatch"
