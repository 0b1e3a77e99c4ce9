"""Read the motorways of a provider file's road tables, as the ground of a map."""

import os
from collections.abc import Sequence
from pathlib import Path

from ..places.road_index import read_road_table
from ..results.map_scene import Roads, motorways


def known_roads(paths: Sequence[str]) -> Roads:
    """Read the road tables that exist, with the day of the newest; a missing one has a warning.

    Raises BadDataError for a damaged one.
    """
    tables = [read_road_table(Path(path)) for path in paths if os.path.exists(path)]
    return motorways(
        ((each.road, each.line) for table in tables for each in table.carriageways),
        max((table.as_of for table in tables), default=""),
    )
