"""``dispatch providers init``: start a provider file."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from ..messages import Message
from .options import DebugOption
from .outcome import Outcome

_FIRM = """\
[[provider]]
id = "huber"
name = "Abschlepp Huber"
phone = "089 99998-207"
services = ["tow", "Pannenhilfe"]
base = "86150"
area = { radius_km = 30 }
hours = "24/7"
"""
"""An invented firm, with a number that the regulator keeps free for films."""


def init(
    target: Annotated[Path, typer.Argument(metavar="FILE", help="File to create.")] = Path(
        "providers.toml"
    ),
    empty: Annotated[
        bool,
        typer.Option("--empty", help="Write one firm with comments instead of the sample."),
    ] = False,
    debug: DebugOption = False,
) -> Outcome:
    """Copy the sample file as a start for your own; existing files are never overwritten."""
    from ..catalog import sample_path
    from ..errors import ConflictError, UnavailableError
    from ..files import write_new
    from ..render.wording import worded

    if empty:
        comments = "".join(f"# {worded(line)}\n" for line in _comments())
        content = f"{comments}\n{_FIRM}".encode()
        done = Message("wrote {path} with one invented firm: replace it by your own", path=target)
    else:
        content = sample_path().read_bytes()
        done = Message("wrote {path} with invented providers: replace them by your own",
                       path=target)  # fmt: skip
    try:
        write_new(target, content)
    except FileExistsError:
        raise ConflictError(
            "{target} already exists",
            target=target,
            hint="name another file, or move the existing one away",
        ) from None
    except OSError as error:
        raise UnavailableError(
            "{target} cannot be written: {strerror}", target=target, strerror=error.strerror
        ) from None
    return Outcome(lambda: print(worded(done)))


def _comments() -> Iterator[Message]:
    """Yield the ten comments at the head of an empty file."""
    yield Message(
        "The providers of this centre. Each [[provider]] is one; the firm below is invented."
    )
    yield Message('Check the file after each change: "dispatch providers validate".')
    yield Message('Add a provider: "dispatch providers add"; a whole list: add --from FILE.csv.')
    yield Message('id: lower-case letters, digits and "-"; unique. name: as it is shown.')
    yield Message('phone: one number with area code. Several: phones = ["089 …", "089 …"].')
    yield Message('services: in English or German; "dispatch kinds" lists them.')
    yield Message('base: a postcode, coordinates ("48.37,10.89") or a plus code.')
    yield Message(
        'area: {radius}, {postcodes} or "country".',
        radius="{ radius_km = 30 }",
        postcodes='{ postcodes = ["860-865"] }',
    )
    yield Message('hours: such as "Mo-Fr 08:00-18:00". Without hours they count as unknown.')
    yield Message('More keys: "dispatch providers schema" prints them for an editor.')
