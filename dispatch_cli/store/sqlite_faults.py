"""Know the versions of SQLite with faults that can damage a log."""

Version = tuple[int, int, int]

# https://www.sqlite.org/wal.html#the_wal_reset_bug: when a checkpoint meets a commit that begins
# the write-ahead log anew, committed pages may be left out. 3.52.0 was withdrawn, with the fix.
_FIRST: Version = (3, 7, 0)
_FIXED: Version = (3, 51, 3)
_FIXED_BRANCHES: dict[tuple[int, int], int] = {(3, 44): 6, (3, 50): 7}


def linked_version() -> Version:
    """Return the version of the SQLite library that Python uses."""
    import sqlite3

    major, minor, patch = sqlite3.sqlite_version_info
    return major, minor, patch


def resets_wal_unsafely(version: Version) -> bool:
    """Return whether a version has the WAL-reset fault."""
    if not _FIRST <= version < _FIXED:
        return False
    patched = _FIXED_BRANCHES.get(version[:2])
    return patched is None or version[2] < patched
