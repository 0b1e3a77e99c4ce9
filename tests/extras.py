"""Tests that need an extra are skipped without it, and say so; ``.ci/run`` installs every extra."""

from importlib.util import find_spec

import pytest

NEEDS_BATCH = pytest.mark.skipif(
    find_spec("pyarrow") is None, reason="the extra batch is not installed"
)
HAS_ORTOOLS = find_spec("ortools") is not None
NEEDS_STORM = pytest.mark.skipif(not HAS_ORTOOLS, reason="the extra storm is not installed")
NEEDS_NOTIFY = pytest.mark.skipif(
    find_spec("apprise") is None, reason="the extra notify is not installed"
)
