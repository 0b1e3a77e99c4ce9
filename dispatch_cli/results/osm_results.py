"""The result of ``dispatch osm import``, ``dispatch.osm.import/1``."""

from msgspec import Struct

from ..messages import Message


class SkippedReason(Struct, frozen=True):
    """Objects of the map that became no providers for one reason; ``ids`` are the first of them."""

    reason: Message
    count: int
    ids: tuple[str, ...]


class GoneProvider(Struct, frozen=True):
    """A provider in the file that the map no longer has, or has without what is needed."""

    id: str
    name: str
    reason: Message


class KeptValueRow(Struct, frozen=True):
    """A value that the user has changed and the map has changed as well."""

    id: str
    key: str
    on_map: str


class UnreadText(Struct, frozen=True):
    """A phone number or hours of the map that cannot be read."""

    id: str
    name: str
    text: str


class RoadReport(Struct, frozen=True):
    """The road table that was written; without motorways ``path`` is empty.

    ``off_motorways`` are kilometre posts that are on no motorway of the map, ``unreadable`` have
    no kilometre, ``contradicting`` are not where their kilometre can be. ``gone`` are motorways of
    the replaced table that the map does not have.
    """

    path: str
    roads: tuple[str, ...]
    gone: tuple[str, ...]
    carriageways: int
    posts: int
    exits: int
    off_motorways: int
    unreadable: int
    contradicting: int
    is_named: bool
    """Whether the provider file names the road table."""


class ImportReport(Struct, frozen=True, kw_only=True):
    """What an import of a map has done to a provider file."""

    kinds: dict[str, int]
    new: int
    changed: int
    unchanged: int
    edited: int
    gone: tuple[GoneProvider, ...]
    deleted: tuple[str, ...]
    kept_values: tuple[KeptValueRow, ...]
    skipped: tuple[SkippedReason, ...]
    bad_phones: tuple[UnreadText, ...]
    bad_hours: tuple[UnreadText, ...]
    file: str = ""
    as_of: str = ""
    path: str = ""
    roads: RoadReport | None = None
    is_written: bool = False
    """Whether the provider file has changed."""

    @property
    def providers(self) -> int:
        """The number of providers of the map that the file now has."""
        return self.new + self.changed + self.unchanged
