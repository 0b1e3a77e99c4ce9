"""Digest the code that decides on the content of a compiled provider file.

A module counts by its name, size and modification time, as Python itself recognizes stale
bytecode. No module is opened: about 80 modules and 7 libraries take 0.5 ms.
"""

import os
import sys
from pathlib import Path

from .. import __version__
from ..files import state_of_package
from ..model.digest import blake2b

SHAPING_FOLDERS = ("", "catalog", "hours", "model", "notation", "results")
"""Folders of the package whose modules decide what is compiled; "" is the package folder itself.

A test derives the necessary folders from the imports. Listing all folders would take 1 ms.
"""
_MODULE_SUFFIXES = (".py", ".pyc", ".pyd", ".so", ".bin")
"""Tables that a package carries (``.bin``) count as the modules do that read them."""

# One file stands for the version of each library: listing their folders would take 0.5 ms. The
# time zone database does not count: finding it takes 4 ms, and a compiled form lasts 16 days.
_LIBRARY_FILES = (
    ("holidays", "countries", "germany.py"),
    ("mgrs", "__init__.py"),
    ("msgspec", "__init__.py"),
    ("opening_hours", "__init__.py"),
    ("openlocationcode", "__init__.py"),
    ("phonenumbers", "__init__.py"),
    ("tomli", "__init__.py"),
)

FileState = tuple[str, int, int]
"""Path of a file, its size in bytes, its modification time in nanoseconds.

The path distinguishes versions that a package manager installs in separate folders and gives the
same time.
"""


def digest_of_code(package: str) -> bytes:
    """Digest the state of the program in a package folder, of its libraries and of Python."""
    libraries = [state_of_package(*parts) for parts in _LIBRARY_FILES]
    facts = (__version__, sys.version, sys.byteorder, _modules_of(package), libraries)
    # repr, unlike an encoder, accepts paths that are not valid Unicode.
    return blake2b(repr(facts).encode(), digest_size=16).digest()


def digest_of_package() -> str:
    """Digest the state of all modules of the program, in hexadecimal digits.

    An archive without folders counts as a whole. Listing all folders takes about 3 ms.
    """
    package = os.path.dirname(os.path.dirname(__file__))
    states = [
        (os.path.relpath(path, package), size, time)
        for folder, *_ in os.walk(package)
        if os.path.basename(folder) != "__pycache__"
        for path, size, time in _modules_in(folder)
    ]
    facts = sorted(states) or [_archive_of(package)]
    return blake2b(repr(facts).encode(), digest_size=8).hexdigest()


def _modules_of(package: str) -> list[FileState]:
    """Return the states of the deciding modules, or that of the archive that contains them."""
    try:
        return [
            state
            for folder in SHAPING_FOLDERS
            for state in _modules_in(os.path.join(package, folder))
        ]
    except OSError:
        return [_archive_of(package)]


def _modules_in(folder: str) -> list[FileState]:
    """Return the states of the modules in a folder, ordered by path; raises OSError."""
    states: list[FileState] = []
    with os.scandir(folder) as entries:
        for entry in entries:
            # Editors keep locks and copies under names with a leading dot.
            if entry.name.endswith(_MODULE_SUFFIXES) and not entry.name.startswith("."):
                try:
                    found = entry.stat()
                except FileNotFoundError:  # removed since it was listed, or a dangling link
                    continue
                states.append((entry.path, found.st_size, found.st_mtime_ns))
    return sorted(states)


def _archive_of(package: str) -> FileState:
    """Return the state of the zip archive or executable that contains a package without folders.

    Where neither exists, each call returns another value, so that no compiled form is reused.
    """
    for path in (*Path(package).parents, Path(sys.executable or ".")):
        if path.is_file():
            found = path.stat()
            return str(path), found.st_size, found.st_mtime_ns
    return os.urandom(16).hex(), 0, 0


CODE_DIGEST = digest_of_code(os.path.dirname(os.path.dirname(__file__)))
"""Digest of the code that this process has imported.

It is taken once, on import: a process that outlives an upgrade still compiles with the old code,
and a later digest would mark the result as made by the new code.
"""
