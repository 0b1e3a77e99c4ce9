"""Worlds for maps: firms round Augsburg whose cascades are ranked by the program itself."""

from collections.abc import Sequence
from random import Random

from dispatch_cli.incident_ranking import rank_incident
from dispatch_cli.map_scenes.cascade_scene import cascade_scene
from dispatch_cli.model import Circle, Incident, Phone, Place, Provider, Rules
from dispatch_cli.model.rules import ServiceSettings, Settings
from dispatch_cli.results.cascade_answer import Answer
from dispatch_cli.results.map_scene import MapScene, RoadLine, Roads

from .worlds import NOON, MemoryCatalog, no_holidays, provider

AUGSBURG = Place(
    lat=48.3667, lon=10.8926, uncertainty_km=1.3, label="86150 Augsburg", postcode="86150",
    postcode_given=True, postcodes=("86150",),
)  # fmt: skip


def firm(number: int, lat: float, lon: float, **facts: object) -> Provider:
    """Make a firm that tows at any time, within 200 km."""
    defaults: dict[str, object] = {
        "name": f"Abschleppdienst {number}",
        "phones": (Phone(f"+4989999980{number:02d}", f"089 99998-0{number:02d}"),),
        "lat": lat,
        "lon": lon,
        "area": Circle(200.0),
    }
    return provider(f"f{number}", **{**defaults, **facts})


def scattered(count: int, seed: int = 1, spread: float = 0.1) -> list[Provider]:
    """Make firms at random places round Augsburg."""
    random = Random(seed)
    return [
        firm(number, 48.37 + random.gauss(0, spread), 10.9 + random.gauss(0, 1.3 * spread))
        for number in range(1, count + 1)
    ]


def at_one_point(count: int) -> list[Provider]:
    """Make firms in the same house."""
    return [firm(number, 48.40, 10.95) for number in range(1, count + 1)]


def ranked(
    firms: Sequence[Provider], *, explain: bool = False, **facts: object
) -> tuple[Answer, MemoryCatalog]:
    """Rank firms for a tow in Augsburg; the last resort comes after five hours."""
    rules = Rules(settings=Settings(default=ServiceSettings(fallback_min=300.0)))
    catalog = MemoryCatalog(firms, rules)
    incident = Incident(**{"kind": "tow", "place": AUGSBURG, "when": NOON, **facts})
    return rank_incident(catalog, incident, holidays=no_holidays, explain=explain), catalog


def scene_of(
    firms: Sequence[Provider],
    *,
    explain: bool = False,
    roads: Sequence[RoadLine] = (),
    **facts: object,
) -> MapScene:
    """Make the scene of a tow in Augsburg."""
    answer, catalog = ranked(firms, explain=explain, **facts)
    return cascade_scene(answer, catalog, roads=Roads(tuple(roads), "2026-11-01"))
