"""Read a drawing back: its sheets, marks and texts, without the code that made it."""

import math
import re
from collections.abc import Iterator
from typing import NamedTuple
from xml.etree import ElementTree

SVG = "{http://www.w3.org/2000/svg}"


class Mark(NamedTuple):
    """A mark that keeps its size: its classes, its place on the sheet, and its element."""

    kinds: frozenset[str]
    x: float
    y: float
    element: ElementTree.Element


def sheets_of(svg: str) -> list[ElementTree.Element]:
    """Parse a file and return its sheets."""
    root = ElementTree.fromstring(svg)  # noqa: S314 - our own text
    return [each for each in root.iter(f"{SVG}svg") if each.get("class") == "sheet"]


def marks_of(sheet: ElementTree.Element, kind: str) -> Iterator[Mark]:
    """Yield the marks of a class."""
    for each in sheet.iter(f"{SVG}g"):
        kinds = frozenset((each.get("class") or "").split())
        if {"pin", kind} <= kinds:
            x, y = float(each.get("data-x")), float(each.get("data-y"))
            assert each.get("transform") == f"translate({x:.1f} {y:.1f})"
            yield Mark(kinds, x, y, each)


def text_of(element: ElementTree.Element) -> str:
    """Return all text of an element, without its tooltip."""
    parts = []
    for each in element.iter():
        if each.tag == f"{SVG}text":
            parts.append("".join(each.itertext()))
    return " ".join(parts)


def mercator(lat: float, lon: float) -> tuple[float, float]:
    """Project by the formula of EPSG:3857, in radians, y to the north."""
    return math.radians(lon), math.asinh(math.tan(math.radians(lat)))


class Fit(NamedTuple):
    """The scale and the origin of a sheet, from two of its marks."""

    scale: float
    left: float
    top: float

    @classmethod
    def of(cls, first: Mark, at: tuple[float, float], second: Mark, and_at: tuple[float, float]):
        """Find them by two marks that stand at two known positions."""
        (x1, y1), (x2, y2) = mercator(*at), mercator(*and_at)
        moved = math.hypot(second.x - first.x, second.y - first.y)
        scale = moved / math.hypot(x2 - x1, y2 - y1)
        return cls(scale, first.x - scale * x1, first.y + scale * y1)

    def at(self, lat: float, lon: float) -> tuple[float, float]:
        """Return where a position must lie on the sheet."""
        x, y = mercator(lat, lon)
        return self.left + self.scale * x, self.top - self.scale * y

    def units_per_km(self, lat: float) -> float:
        """Return the units of a kilometre at a latitude."""
        return self.scale / 6371.0088 / math.cos(math.radians(lat))


def points_of(path: str) -> list[tuple[float, float]]:
    """Return all corners of a path that is made of M, L and Z."""
    return [
        (float(x), float(y)) for x, y in re.findall(r"(-?\d+(?:\.\d+)?) (-?\d+(?:\.\d+)?)", path)
    ]
