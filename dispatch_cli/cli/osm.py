"""``dispatch osm``: make providers and road tables of a map."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .lazy import group
from .options import DebugOption, JsonOption, ProvidersOption, QuietOption
from .outcome import Outcome, emit

if TYPE_CHECKING:
    from ..messages import Message

SCHEMA = "dispatch.osm.import/1"
app = group("Make providers and motorway kilometres of OpenStreetMap.")


@app.command("import")
def import_osm(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="Extract of OpenStreetMap: .osm.pbf or .osm.")
    ],
    output: Annotated[
        Path,
        typer.Option(
            "--output",
            metavar="FILE.toml",
            help="Provider file to make or update; the road table is written beside it.",
        ),
    ],
    radius_km: Annotated[
        float,
        typer.Option(
            "--radius-km",
            min=1,
            max=1000,
            metavar="KM",
            help="Area of each provider: a circle round it, in km. Default: 30.",
        ),
    ] = 30.0,
    *,
    providers: ProvidersOption = None,
    json: JsonOption = False,
    quiet: QuietOption = False,
    debug: DebugOption = False,
) -> Outcome:
    """Import firms, public services and motorways from a map into a provider file.

    A second import updates the file. What you have changed or deleted in it stays so.

    dispatch osm import heidelberg.osm.pbf --output providers.d/heidelberg.toml
    """
    from ..catalog.other_files import ids_beside, is_part
    from ..provider_lists.import_map import import_map
    from ..render.osm_progress import reading_bar

    main, found_by = _centre(providers, output)
    is_known = found_by != "sample" and is_part(main, found_by, output)
    elsewhere = ids_beside(main, found_by, output) if is_known else {}
    with reading_bar(sys.stderr, is_wanted=not (quiet or json)) as show:
        report = import_map(file, output, radius_km=radius_km, elsewhere=elsewhere, progress=show)
    faults = _faults(*(main, found_by) if is_known else (output, "option"))

    def print_result() -> None:
        if json:
            emit(SCHEMA, report, warnings=faults)
            return
        from ..render.osm_report import import_hint, print_report
        from ..render.stderr_lines import print_hint, print_warnings

        print_report(report, stdout=sys.stdout, stderr=sys.stderr, quiet=quiet)
        print_warnings(faults, stream=sys.stderr)
        hint = import_hint(
            report, main=None if found_by == "sample" else str(main), is_part=is_known
        )
        print_hint(hint, stream=sys.stderr, quiet=quiet)

    return Outcome(print_result)


def _faults(path: Path, found_by: str) -> "list[Message]":
    """Return a warning for a file that cannot be used: an entry is kept as its user wrote it."""
    from .. import catalog
    from ..errors import BadDataError
    from ..messages import Message
    from .open_files import holiday_dates, now

    try:
        catalog.load(path, source=found_by, now=now(), cache_dir=None, holidays=holiday_dates)
    except BadDataError as error:
        text = "{problem}; until that is mended the file cannot be used"
        return [Message(text, problem=error.problems[0].sentence)]
    return []


def _centre(providers: Path | None, output: Path) -> tuple[Path, str]:
    """Find the provider file of the centre, which may be the output that does not exist yet."""
    from ..errors import BadDataError
    from .open_files import find_catalog

    try:
        return find_catalog(providers)
    except BadDataError:
        named = providers or os.environ.get("DISPATCH_PROVIDERS", "")
        if not named or os.path.exists(named) or os.path.abspath(named) != os.path.abspath(output):
            raise
        return output, "option"
