"""``dispatch cascade``: rank the providers for one incident."""

import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from msgspec import Struct, structs

from ..errors import DispatchError, ExitCode
from .incident_options import IncidentOptions, command_words
from .map_option import MapOption, check_map, write_map
from .open_files import holiday_dates, now, observe_case_log, open_catalog
from .option_groups import with_options
from .options import (
    DbOnNetworkOption,
    DbOption,
    DebugOption,
    JsonOption,
    ProvidersOption,
    QuietOption,
)
from .outcome import Outcome, emit
from .router_options import RequireRouterOption, RouterOption, open_roads
from .typed_facts import incident_from

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..catalog import Catalog
    from ..messages import Message
    from ..results.cascade_answer import Answer
    from ..results.map_scene import MapScene

SCHEMA = "dispatch.cascade/1"


@with_options(IncidentOptions)
def cascade(
    facts: IncidentOptions,
    *,
    top: Annotated[
        int | None,
        typer.Option(
            min=1,
            metavar="N",
            help="Candidates for each service on the screen and in tab-separated rows. Default: as"
            " many as the screen fits, and all of them in rows.",
        ),
    ] = None,
    explain: Annotated[
        bool, typer.Option("--explain", "-x", help="List all excluded providers with reasons.")
    ] = False,
    no_history: Annotated[
        bool,
        typer.Option(
            "--no-history", help="Use the values of the provider file, not those learned."
        ),
    ] = False,
    map_file: MapOption = None,
    router: RouterOption = None,
    require_router: RequireRouterOption = False,
    db: DbOption = None,
    db_on_network: DbOnNetworkOption = False,
    providers: ProvidersOption = None,
    json: JsonOption = False,
    quiet: QuietOption = False,
    debug: DebugOption = False,
) -> Outcome:
    """Rank the providers to call for an incident, with reasons.

    dispatch cascade breakdown --at "86150 Augsburg" --client adac --vehicle car --weight-t 1.6
    """
    from ..incident_ranking import rank_incident
    from ..road_ranking import LEAST_ROWS

    check_map(map_file)
    clock = now()
    catalog = open_catalog(providers, clock)
    incident = incident_from(facts, catalog.rules, clock)
    roads = open_roads(catalog, router, clock, required=require_router)
    observations, warnings = observe_case_log(
        db, catalog, clock, learned=not no_history, on_network=db_on_network, roads=roads
    )
    answer = rank_incident(
        catalog,
        incident,
        holidays=holiday_dates,
        observations=observations,
        explain=explain,
        roads=roads,
        rows=max(LEAST_ROWS, top or 0),
    )
    answer = structs.replace(answer, warnings=_warnings(answer, catalog, warnings))
    trouble = write_map(map_file, lambda: _scene(answer, catalog))
    files = {"--db": db, "--providers": providers, "--router": router}
    view = AnswerOutput(
        json=json,
        quiet=quiet,
        top=top,
        explain=explain,
        suggest="" if quiet or json else next_command(answer, facts, files),
        now=clock.astimezone(incident.when.tzinfo),
        trouble=trouble,
    )
    return Outcome(lambda: _show(answer, view), view.code_of(answer))


def _scene(answer: "Answer", catalog: "Catalog") -> "MapScene":
    from ..map_scenes.cascade_scene import cascade_scene
    from ..map_scenes.known_roads import known_roads

    return cascade_scene(answer, catalog, roads=known_roads(catalog.rules.roads))


def _warnings(
    answer: "Answer", catalog: "Catalog", of_log: "Sequence[Message]"
) -> "tuple[Message | str, ...]":
    """Return the warnings of an answer, of the case log, and of refused checks."""
    refused = (catalog.refusal,) if catalog.refusal else ()
    return (*answer.warnings, *of_log, *refused)


class AnswerOutput(Struct, frozen=True):
    """The options for the output of an answer; ``trouble`` is why its map was not written."""

    json: bool
    quiet: bool
    top: int | None
    explain: bool
    suggest: str
    now: datetime
    trouble: DispatchError | None = None

    def code_of(self, answer: "Answer") -> ExitCode:
        """Return the exit code: that of a map that was not written comes first."""
        return answer.exit_code if self.trouble is None else self.trouble.exit_code


def next_command(
    answer: "Answer", facts: IncidentOptions, others: Mapping[str, Path | str | None]
) -> str:
    """Return the command that opens the case; empty if no provider is ranked.

    ``others`` are the values of more options, None for those that were not typed.
    """
    import shlex

    if not any(cascade.candidates for cascade in answer.cascades):
        return ""
    if facts.when is not None:
        # A time of day means another day once it has passed.
        facts = structs.replace(facts, when=answer.incident.when.isoformat())
    if facts.note is not None:
        # The note is asked for again, so that it is not in the shell's history.
        facts = structs.replace(facts, note="-")
    words = command_words(facts, "dispatch", "case", "open")
    for option, value in others.items():
        words += [option, str(value)] if value is not None else []
    if answer.provider_file.source == "sample":
        words.append("--sample")
    return shlex.join(words)


def _show(answer: "Answer", view: AnswerOutput) -> None:
    if view.json:
        _show_json(answer, view)
    else:
        _show_screen(answer, view)
    if view.trouble is not None:
        from ..render import stderr_lines

        sys.stdout.flush()
        stderr_lines.print_error(view.trouble, stream=sys.stderr, quiet=view.quiet)


def _show_screen(answer: "Answer", view: AnswerOutput) -> None:
    from ..render import stderr_lines

    # Before the screen, which is as high as the terminal: later lines would scroll its top away.
    if not view.quiet:
        stderr_lines.print_warnings(answer.warnings, stream=sys.stderr)
    if sys.stdout.isatty():
        from ..render.cascade_table import print_answer

        print_answer(
            answer,
            stream=sys.stdout,
            top=view.top,
            explain=view.explain,
            suggest=view.suggest or None,
            now=view.now,
        )
    else:
        from ..render.cascade_plain import print_plain

        print_plain(answer, stream=sys.stdout, top=view.top, explain=view.explain)


def _show_json(answer: "Answer", view: AnswerOutput) -> None:
    from ..render.envelope import error_entries
    from ..results.result_status import status_of

    served = any(cascade.candidates for cascade in answer.cascades)
    code = view.code_of(answer)
    emit(
        SCHEMA,
        answer,
        exit_code=code,
        status=status_of(code, served=served, emergency=bool(answer.emergency)),
        warnings=answer.warnings,
        errors=error_entries(view.trouble) if view.trouble is not None else (),
    )
