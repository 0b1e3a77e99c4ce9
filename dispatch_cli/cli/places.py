"""``dispatch places``: names of places without a postcode."""

from pathlib import Path
from typing import Annotated

import typer
from msgspec import structs

from .lazy import group
from .options import DebugOption, JsonOption
from .outcome import Outcome, emit

app = group("Teach the desk the names of places.")


@app.command("import")
def import_places(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="GeoNames' postal file, also packed.")
    ],
    json: JsonOption = False,
    debug: DebugOption = False,
) -> Outcome:
    """Read GeoNames' postal file format, so that --at knows names of places."""
    from .. import folders, places

    target = folders.gazetteer()
    imported = places.import_gazetteer(file, target)

    def show() -> None:
        if json:
            emit("dispatch.places.import/1", {"path": str(target), **structs.asdict(imported)})
        else:
            print(f"ok: {imported.names} names, {imported.postcodes} postcodes, in {target}")

    return Outcome(show)
