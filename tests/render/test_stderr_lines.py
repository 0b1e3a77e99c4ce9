"""Errors, warnings and hints: one shape."""

import io

from dispatch_cli.errors import BadDataError, Problem
from dispatch_cli.render.stderr_lines import print_error, print_hint, print_warnings

ERROR = BadDataError(
    Problem("lat 515.0 is not between -90 and 90", "providers.toml", 42, 'provider "m25"'),
    Problem(
        'unknown key "servces" (did you mean "services"?)', "providers.toml", 57, 'provider "h"'
    ),
    hint='run "dispatch providers validate" after the fix',
)


def printed(function, *args, **options):
    stream = io.StringIO()
    function(*args, stream=stream, **options)
    return stream.getvalue()


def test_all_problems_at_once():
    """Each problem has its file and line, and the hint is the last line."""
    assert printed(print_error, ERROR) == (
        'error: providers.toml:42: provider "m25": lat 515.0 is not between -90 and 90\n'
        'error: providers.toml:57: provider "h": unknown key "servces"'
        ' (did you mean "services"?)\n'
        'hint: run "dispatch providers validate" after the fix\n'
    )


def test_quiet_drops_hints_and_never_errors():
    """``--quiet`` leaves the two errors and the warnings."""
    assert printed(print_error, ERROR, quiet=True).count("error: ") == 2
    assert "hint" not in printed(print_error, ERROR, quiet=True)
    assert printed(print_hint, "try --sample", quiet=True) == ""
    assert printed(print_hint, "try --sample") == "hint: try --sample\n"


def test_warnings_stand_once():
    """The same warning from two services is printed once."""
    assert printed(print_warnings, ["a", "b", "a"]) == "warning: a\nwarning: b\n"
