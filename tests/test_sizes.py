"""No module is longer than one can hold in one's head."""

from pathlib import Path

import dispatch_cli

MOST_LINES = 350


def test_no_module_is_longer_than_350_lines() -> None:
    """A module that has grown beyond that holds more than one concept."""
    package = Path(dispatch_cli.__file__).parent
    sizes = {path: len(path.read_text("utf-8").splitlines()) for path in package.rglob("*.py")}
    assert len(sizes) > 200
    assert {str(path): size for path, size in sizes.items() if size > MOST_LINES} == {}
