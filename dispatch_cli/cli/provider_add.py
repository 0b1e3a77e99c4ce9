"""``dispatch providers add``: add one provider, or a list of firms, to the provider file."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from msgspec import Struct

from ..errors import BadDataError, ExitCode, Problem, UsageError
from ..messages import Message, Plural
from .open_files import find_catalog, holiday_dates, now
from .option_groups import with_options
from .options import DebugOption, JsonOption, ProvidersOption, QuietOption
from .outcome import UNSHOWN, Outcome, emit

if TYPE_CHECKING:
    from ..catalog.new_entries import EntryChecker
    from ..provider_lists.list_columns import ListColumns

SCHEMA = "dispatch.providers.add/1"


class EntryArguments(Struct, frozen=True, kw_only=True):
    """The keys of the new provider; with --from those of all rows that have none."""

    id: Annotated[
        str | None, typer.Option("--id", metavar="ID", help="Id. Default: made of the name.")
    ] = None
    name: Annotated[
        str | None, typer.Option("--name", metavar="NAME", help="Name on the screen.")
    ] = None
    phone: Annotated[
        list[str] | None,
        typer.Option("--phone", metavar="NUMBER", help="Phone number; may be repeated."),
    ] = None
    service: Annotated[
        list[str] | None,
        typer.Option("--service", metavar="SERVICE,…", help="Services, in English or German."),
    ] = None
    base: Annotated[
        str | None,
        typer.Option("--base", metavar="PLACE", help="Postcode, coordinates or plus code."),
    ] = None
    radius_km: Annotated[
        float | None,
        typer.Option("--radius-km", metavar="KM", help="Area: a circle round the base, in km."),
    ] = None
    postcodes: Annotated[
        str | None,
        typer.Option("--postcodes", metavar="RANGE,…", help="Area: postcodes, like 860-865,86720."),
    ] = None
    country: Annotated[bool, typer.Option("--country", help="Area: all of Germany.")] = False
    hours: Annotated[
        str | None,
        typer.Option("--hours", metavar="HOURS", help="Opening hours. Default: unknown."),
    ] = None
    units: Annotated[
        int | None,
        typer.Option("--units", metavar="N", help="Vehicles with crew. Default: 1."),
    ] = None
    vehicle_class: Annotated[
        list[str] | None,
        typer.Option("--vehicle-class", metavar="CLASS,…", help="Vehicle classes. Default: any."),
    ] = None
    max_weight_t: Annotated[
        str | None,
        typer.Option(
            "--max-weight-t",
            metavar="T",
            help="Heaviest vehicle, in tonnes (3.5 or 3,5) or kg (3500kg). Default: no limit.",
        ),
    ] = None
    equipment: Annotated[
        list[str] | None,
        typer.Option("--equipment", metavar="PIECE,…", help="Equipment. Default: unknown."),
    ] = None
    tag: Annotated[
        list[str] | None, typer.Option("--tag", metavar="TAG,…", help="Groups for clients.")
    ] = None
    notes: Annotated[
        str | None, typer.Option("--notes", metavar="TEXT", help="Notes for the operator.")
    ] = None


class ListArguments(Struct, frozen=True, kw_only=True):
    """The list of firms to add, and how it is read."""

    firms: Annotated[
        str | None,
        typer.Option("--from", metavar="FILE", help="Add all rows of a CSV file. - reads stdin."),
    ] = None
    keep_valid: Annotated[
        bool,
        typer.Option("--keep-valid", help="Add the valid rows even if others are not valid."),
    ] = False
    columns: Annotated[
        str,
        typer.Option(
            metavar="KEY=COL,…",
            help="Column of each key: name=Firma,phone=Telefon. Default: found by their names.",
        ),
    ] = ""
    ignore_columns: Annotated[
        str,
        typer.Option(
            metavar="COL,…",
            help="Columns to leave out. Other columns that mean no key must be empty.",
        ),
    ] = ""
    delimiter: Annotated[
        str,
        typer.Option(metavar="CHAR", help="CSV delimiter. Default: detected from the header."),
    ] = ""
    encoding: Annotated[str, typer.Option(metavar="NAME", help="CSV encoding. Default: UTF-8.")] = (
        ""
    )
    skip: Annotated[
        int, typer.Option(min=0, metavar="N", help="Lines of CSV above the header row. Default: 0.")
    ] = 0


@with_options(EntryArguments, ListArguments)
def add(
    arguments: EntryArguments,
    source: ListArguments,
    *,
    providers: ProvidersOption = None,
    json: JsonOption = False,
    quiet: QuietOption = False,
    debug: DebugOption = False,
) -> Outcome:
    """Add a provider to your file; on a terminal it asks for what is missing.

    The file keeps its comments. Nothing is written if the new file would be invalid.

    dispatch providers add --from firms.csv --radius-km 30
    """
    from ..catalog.entry_text import entry_text
    from ..catalog.new_entries import EntryChecker
    from ..provider_lists.read_firms import finish
    from . import screen_language
    from .provider_questions import REQUIRED, ask_provider, confirm

    path, found_by = find_catalog(providers)
    if found_by == "sample":
        raise BadDataError(
            "no provider file of your own was found",
            hint='start one with "dispatch providers init --empty"',
        )
    given = _given(arguments)
    checker = EntryChecker(path, found_by)
    screen_language.set_from_file(checker.language)
    if source.firms is not None:
        return _add_list(source.firms, source, given, checker, (path, found_by), json, quiet)
    lacking = [key for key in REQUIRED
               if key not in given and not (key == "phone" and "phones" in given)]  # fmt: skip
    is_asking = bool(lacking) and sys.stdin.isatty() and not json
    if lacking and not is_asking:
        options = {"services": "--service", "area": "--radius-km, --postcodes or --country"}
        raise UsageError(
            *(Message("{key} is missing", key=options.get(key, f"--{key}"))
              for key in lacking),
            hint="on a terminal without --json, the program asks for what is missing",
        )  # fmt: skip
    entry = ask_provider(given, checker) if is_asking else given
    problems = finish(entry, checker)
    if problems:
        raise UsageError(*problems, hint="nothing is written")
    if is_asking and not confirm(entry_text([entry]), path):
        return Outcome(lambda: print_unwritten(quiet=quiet))
    return _add([entry], (), (path, found_by), json, quiet)


def print_unwritten(*, quiet: bool) -> None:
    """Say on stderr that the file is as it was."""
    from ..render.stderr_lines import print_hint

    print_hint(Message("nothing is written"), stream=sys.stderr, quiet=quiet)


def _given(arguments: EntryArguments) -> dict[str, Any]:
    """Return the keys that were typed, with their values in the provider file."""
    from ..notation import parse_weight_t
    from ..provider_lists.entry_cells import read_list, whole_if_equal

    areas: list[tuple[str, object]] = []
    if arguments.radius_km is not None:
        areas.append(("--radius-km", {"radius_km": whole_if_equal(arguments.radius_km)}))
    if arguments.postcodes is not None:
        areas.append(("--postcodes", {"postcodes": read_list(arguments.postcodes)}))
    if arguments.country:
        areas.append(("--country", "country"))
    if len(areas) > 1:
        options = " and ".join(option for option, _ in areas)
        raise UsageError("only one of {options} is allowed", options=options)

    def listed(texts: Sequence[str] | None) -> list[str] | None:
        return None if texts is None else [each for text in texts for each in read_list(text)]

    phones, weight = arguments.phone or [], arguments.max_weight_t
    found = {
        "id": arguments.id,
        "name": arguments.name,
        "phone": phones[0] if len(phones) == 1 else None,
        "phones": list(phones) if len(phones) > 1 else None,
        "services": listed(arguments.service),
        "base": arguments.base,
        "area": areas[0][1] if areas else None,
        "hours": arguments.hours,
        "units": arguments.units,
        "vehicle_classes": listed(arguments.vehicle_class),
        "max_weight_t": None if weight is None else whole_if_equal(parse_weight_t(weight)),
        "equipment": listed(arguments.equipment),
        "tags": listed(arguments.tag),
        "notes": arguments.notes,
    }
    return {key: value for key, value in found.items() if value is not None}


def _add_list(  # noqa: PLR0917 - the parts of one command
    shown: str,
    source: ListArguments,
    defaults: dict[str, Any],
    checker: "EntryChecker",
    file: tuple[Path, str],
    json: bool,
    quiet: bool,
) -> Outcome:
    """Add all rows of a list, or with --keep-valid the valid ones."""
    from ..provider_lists.list_columns import find_columns, parse_named, parse_names, score
    from ..provider_lists.read_firms import read_firms
    from ..records.open_records import open_records
    from .own_weight import own_weight_column, own_weight_warning

    for key in ("id", "name"):
        if key in defaults:
            raise UsageError("--{key} is for one provider, not for --from", key=key)
    named = parse_named(source.columns)
    with open_records(
        shown,
        delimiter=source.delimiter,
        encoding=source.encoding,
        skip=source.skip,
        score=score,
    ) as records:
        names, ignored = records.rows.columns or (), parse_names(source.ignore_columns)
        columns = find_columns(names, named, defaults, ignored)
        found = read_firms(records, columns, defaults, checker, shown=shown)
    if not json:
        _print_columns(columns, quiet=quiet)
    if not found.entries and not found.problems:
        raise BadDataError(Problem("the list has no rows", file=shown), hint="nothing is written")
    own_weight = own_weight_column(columns, named, found.entries, defaults)
    typed = (own_weight, source.columns, source.ignore_columns)
    if own_weight:
        UNSHOWN.warnings.append(own_weight_warning(*typed, is_added=False))
    if found.unread:
        from .unread_columns import unread_columns

        raise unread_columns(found, columns, source.ignore_columns, shown=shown)
    if found.problems and not (source.keep_valid and found.entries):
        hint = Message("nothing is written")
        if found.entries:
            hint = Message("nothing is written; correct these rows, or add the others with"
                           " --keep-valid")  # fmt: skip
        raise BadDataError(*found.problems, hint=hint)
    more = (own_weight_warning(*typed, is_added=True),) if own_weight else ()
    return _add(found.entries, found.problems, file, json, quiet, more_warnings=more)


def _print_columns(columns: "ListColumns", *, quiet: bool) -> None:
    """Print which columns are used because of their names, and which are left out."""
    from ..render.stderr_lines import print_hint

    used = ", ".join(f"{key}={column}" for key, column in columns.by_key.items() if key != column)
    if used:
        found = Message(
            "columns used because of their names: {columns}; --columns sets them explicitly",
            columns=used,
        )
        print_hint(found, stream=sys.stderr, quiet=quiet)
    if columns.left_out:
        unused = Message("columns left out: {columns}", columns=", ".join(columns.left_out))
        print_hint(unused, stream=sys.stderr, quiet=quiet)


def _add(
    entries: Sequence[dict[str, Any]],
    rejected: Sequence[Problem],
    file: tuple[Path, str],
    json: bool,
    quiet: bool,
    *,
    more_warnings: Sequence[Message] = (),
) -> Outcome:
    """Write the entries, and say which providers are new."""
    from ..catalog.new_entries import add_entries

    path, found_by = file
    found = add_entries(path, found_by, entries, now=now(), holidays=holiday_dates)
    ids = [str(entry["id"]) for entry in entries]
    # Those about the new providers; "validate" has the warnings about the file.
    names = [f'"{each}"' for each in ids]
    warnings = [each for each in found if any(name in str(each) for name in names)]
    warnings += more_warnings
    error = BadDataError(*rejected)
    code = ExitCode.PARTIAL if rejected else ExitCode.OK
    lines = list(dict.fromkeys(each.line for each in rejected))

    def show() -> None:
        if json:
            from ..render.envelope import error_entries

            data = {"path": str(path), "added": ids, "rejected": len(lines)}
            emit(SCHEMA, data, exit_code=code, status="partial" if rejected else "success",
                 warnings=warnings, errors=error_entries(error))  # fmt: skip
            return
        from ..render.stderr_lines import print_error, print_hint, print_warnings
        from ..render.wording import say, worded

        if rejected:
            print_error(error, stream=sys.stderr)
        if not quiet:
            print_warnings(warnings, stream=sys.stderr)
        count = Plural("{count} provider", "{count} providers", len(ids))
        print(say("added {providers} to {path}: {ids}",
                  providers=count, path=path, ids=", ".join(ids)))  # fmt: skip
        hint = Message('"dispatch providers validate" checks the whole file')
        print_hint(hint, stream=sys.stderr, quiet=quiet)
        if lines:
            sys.stdout.flush()
            print(worded(Plural("{added} of {total} firms added; {count} left out: line {lines}",
                                "{added} of {total} firms added; {count} left out: lines {lines}",
                                len(lines), added=len(ids), total=len(ids) + len(lines),
                                lines=", ".join(map(str, lines)))))  # fmt: skip

    return Outcome(show, code)
