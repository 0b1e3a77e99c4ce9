"""Make the picture at the top of the README: ``python docs/make_picture.py [--check]``.

The program itself exports it, from the sample file and a fixed moment; ``--check`` only says
whether the picture in the repository is what the program would export now.
"""

import sys
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from dispatch_cli import api
from dispatch_cli.render.picture import export_svg

ROOT = Path(__file__).resolve().parent.parent
PICTURE = ROOT / "docs" / "cascade.svg"
WHEN = datetime(2026, 11, 27, 12, 3, tzinfo=ZoneInfo("Europe/Berlin"))
COMMAND = (
    'dispatch cascade breakdown --at "86150 Augsburg" --client adac --vehicle car --weight-t 1.6'
)


def picture() -> str:
    """Export the cascade of the README's first command."""
    catalog = api.load(ROOT / "providers.toml", now=WHEN)
    incident = api.Incident(
        kind="breakdown",
        place=api.locate("86150 Augsburg", catalog),
        when=WHEN,
        client="adac",
        vehicle=api.Vehicle(kind="car", weight_t=1.6),
    )
    return export_svg(api.rank(catalog, incident), command=COMMAND, width=100)


if __name__ == "__main__":
    if "--check" in sys.argv:
        sys.exit(0 if PICTURE.read_text(encoding="utf-8") == picture() else "the picture is stale")
    PICTURE.write_text(picture(), encoding="utf-8")
