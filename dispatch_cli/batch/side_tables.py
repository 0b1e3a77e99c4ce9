"""Make the columns of services of shapes for the kernel."""

from collections.abc import Sequence

from .kernel_tables import Backend, Column, SideTable
from .shapes import ServiceSide

MOST_KEPT = 20_000
"""Tables of single services in the cache; a full cache is cleared."""


class SideTables:
    """Make the tables of services; ``providers`` is the number of providers.

    The column of a client's head starts is made once.
    """

    def __init__(self, backend: Backend, providers: int) -> None:
        self._backend, self._providers = backend, providers
        self._known: dict[ServiceSide, SideTable] = {}
        self._heads: dict[int, Column] = {}

    def one(self, side: ServiceSide) -> SideTable:
        """Return the table of one service, from the cache if possible."""
        if side not in self._known:
            if len(self._known) > MOST_KEPT:
                self._known.clear()
            self._known[side] = self.of([side])
        return self._known[side]

    def of(self, sides: Sequence[ServiceSide]) -> SideTable:
        """Make the table of some services."""
        backend = self._backend
        # All services of a client share one tuple, so that its identity is a key.
        lists = {id(side.listed): side.listed for side in sides if side.listed is not None}
        heads = {id(side.head_starts): side.head_starts for side in sides if side.head_starts}
        list_at = {key: at for at, key in enumerate(lists)}
        head_at = {key: at for at, key in enumerate(heads)}
        return SideTable(
            failing=backend.small(b"".join(side.failing for side in sides)),
            list_of=backend.whole(list_at.get(id(side.listed), -1) for side in sides),
            listed=backend.small(b"".join(lists.values())),
            head_of=backend.whole(head_at.get(id(side.head_starts), -1) for side in sides),
            heads=backend.joined(
                [backend.real(()), *(self._head_column(each) for each in heads.values())]
            ),
            providers=self._providers,
        )

    def _head_column(self, head_starts: tuple[float, ...]) -> Column:
        key = id(head_starts)
        if key not in self._heads:
            self._heads[key] = self._backend.real(head_starts)
        return self._heads[key]
