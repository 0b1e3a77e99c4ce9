"""The option ``--map`` of several commands: check the path, draw the map, write it."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import DispatchError, UnavailableError, UsageError
from ..messages import Message
from ..render.maps.map_formats import MAP_FORMATS

if TYPE_CHECKING:
    from ..results.map_scene import MapScene

_ENDINGS = ", ".join(MAP_FORMATS)

MapOption = Annotated[
    Path | None,
    typer.Option(
        "--map",
        metavar="FILE",
        help=f"Write a map; the ending of FILE is its format: {_ENDINGS}.",
    ),
]


def check_map(path: Path | None) -> None:
    """Raise UsageError for a path whose ending is no format of a map."""
    if path is None:
        return
    if str(path) == "-":
        raise UsageError(
            "--map - : a map needs a file, because stdout has the result",
            hint=Message("name a file, such as --map cascade.html"),
        )
    if path.suffix.lower() not in MAP_FORMATS:
        raise UsageError(
            "--map {path}: the ending {ending!r} is no format of a map; allowed: {allowed}",
            path=path,
            ending=path.suffix,
            allowed=_ENDINGS,
        )


def write_map(path: Path | None, make: "Callable[[], MapScene]") -> DispatchError | None:
    """Draw and write a map; returns the error, so that the result of the command is still shown.

    Others than the owner can read it only if it has no place of a person.
    """
    if path is None:
        return None
    from ..files import write_owned, write_shared
    from ..render.maps.map_formats import map_text

    try:
        scene = make()
        content = map_text(scene, path.suffix.lower()).encode()
        (write_owned if scene.is_private else write_shared)(path, content)
    except OSError as error:
        return UnavailableError(
            "{path} cannot be written: {strerror}", path=path, strerror=error.strerror
        )
    except DispatchError as error:
        return error
    except Exception as error:  # the answer counts more than its picture
        from .outcome import bug

        return bug(error, is_debugged=False)
    return None
