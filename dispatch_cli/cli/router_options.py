"""The options of commands that rank: the travel engine for road minutes."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import BadDataError, UsageError
from ..messages import quoted
from .desk_options import DeskOptions

if TYPE_CHECKING:
    from ..catalog import Catalog
    from ..travel.place_roads import Roads

RouterOption = Annotated[
    str | None,
    typer.Option(
        "--router",
        metavar="ENGINE=URL",
        help="Travel engine for road minutes, such as osrm=http://localhost:5000 or"
        " valhalla=http://localhost:8002; crow_fly for none. Default: [travel] of the provider"
        " file.",
    ),
]
RequireRouterOption = Annotated[
    bool,
    typer.Option(
        "--require-router",
        help="Fail with exit code 5 if the travel engine does not answer, instead of estimating.",
    ),
]


class RankingDeskOptions(DeskOptions, frozen=True, kw_only=True):
    """The options of the verbs of a case that rank."""

    router: RouterOption = None
    require_router: RequireRouterOption = False


def open_roads(
    catalog: "Catalog", router: str | None, now: datetime, *, required: bool
) -> "Roads | None":
    """Open the travel engine of ``--router``, else of the provider file; None for estimates.

    Raises UsageError for an unknown engine, an invalid address, and if none is there to require.
    """
    from ..model.travel_engines import CROW_FLY

    settings = catalog.travel()
    if router is None and settings.engine == CROW_FLY and not required:
        return None
    from msgspec.structs import replace

    from .. import folders
    from ..network.address import AddressError
    from ..travel.place_roads import open_roads as open_engine

    if router is not None:
        engine, url = _read_router(router)
        if settings.engine not in (CROW_FLY, engine):
            # They belong to the engine of the file: Valhalla has a truck of its own, OSRM has none.
            settings = replace(settings, factors={}, top_speed_kmh=None, data_version="")
        settings = replace(settings, engine=engine, url=url, is_trusted=True)
    try:
        opened = open_engine(
            settings, cache_dir=folders.cache_dir(), now=now.timestamp(), is_required=required
        )
    except AddressError as error:
        if router is None:
            raise BadDataError("[travel]: url: {error}", error=error.sentence) from None
        raise UsageError(
            "--router {text}: {error}",
            text=settings.engine if "@" in router else quoted(router),  # it may have a password
            error=error.sentence,
            hint="write, for example, osrm=http://localhost:5000",
        ) from None
    if opened is None and required:
        raise UsageError(
            "--require-router needs a travel engine",
            hint="add --router osrm=http://localhost:5000, or [travel] to the provider file",
        )
    return opened


def _read_router(text: str) -> tuple[str, str]:
    """Read ``ENGINE=URL``; raises UsageError."""
    from ..model.near_words import did_you_mean
    from ..model.travel_engines import TRAVEL_ENGINES

    name, _, url = text.partition("=")
    engine = name.strip().replace("-", "_").lower()
    keys = TRAVEL_ENGINES.get(engine)
    if keys is None:
        raise UsageError(
            "--router: unknown engine {engine}: {allowed}{guess}",
            engine=quoted(name),
            allowed=", ".join(TRAVEL_ENGINES),
            guess=did_you_mean(engine, TRAVEL_ENGINES),
            hint="write, for example, osrm=http://localhost:5000",
        )
    if bool(url) != keys.needs_url:
        raise UsageError(
            "--router {text}: the engine {engine} needs an address"
            if keys.needs_url
            else "--router {text}: the engine {engine} has no address",
            text=quoted(text),
            engine=engine,
            hint="write, for example, osrm=http://localhost:5000, or crow_fly",
        )
    return engine, url
