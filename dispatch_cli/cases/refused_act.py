"""The error of an act that an earlier act has made impossible."""

from datetime import datetime
from typing import Any

from ..errors import ConflictError
from ..messages import Clock


class RefusedActError(ConflictError):
    """An act that an earlier act has made impossible; ``at`` is the moment of that one.

    The moment is a value of its own, because the core does not know the time zone of the centre.
    """

    def __init__(self, template: str, /, *, at: datetime, **values: Any) -> None:
        self.template, self.at, self.values = template, at, values
        super().__init__(template, at=f"{at:%H:%M}", **values)

    def worded_at(self, at: Clock) -> ConflictError:
        """Return the same error with its moment in the time zone of the centre."""
        return ConflictError(self.template, at=at, hint=self.hint, **self.values)
