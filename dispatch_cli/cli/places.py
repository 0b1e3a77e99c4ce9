"""``dispatch places``: import names of places."""

from pathlib import Path
from typing import Annotated

import typer
from msgspec import structs

from ..messages import Plural
from .lazy import group
from .options import DebugOption, JsonOption
from .outcome import Outcome, emit

app = group("Import names of places.")


@app.command("import")
def import_places(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="Postal file of GeoNames, also as .zip.")
    ],
    json: JsonOption = False,
    debug: DebugOption = False,
) -> Outcome:
    """Import a postal file of GeoNames, whose place names replace the built-in ones."""
    from .. import folders, places

    target = folders.gazetteer()
    imported = places.import_gazetteer(file, target)

    def show() -> None:
        if json:
            emit("dispatch.places.import/1", {"path": str(target), **structs.asdict(imported)})
        else:
            from ..render.wording import say

            names = Plural("{count} name", "{count} names", imported.names)
            postcodes = Plural("{count} postcode", "{count} postcodes", imported.postcodes)
            text = say(
                "ok: {names}, {postcodes}, in {path}", names=names, postcodes=postcodes, path=target
            )
            print(text)

    return Outcome(show)
