"""The keys of ``[[notify]]``: a channel to persons, such as mail or a messenger."""

from typing import Annotated

from msgspec import Meta, Struct


class RawNotify(Struct, forbid_unknown_fields=True, kw_only=True):
    """One channel to which each change of a state is sent, in a file that the user has named."""

    name: Annotated[str | None, Meta(description="Id of the channel.")] = None
    url: Annotated[
        str | None, Meta(description="URL of apprise, such as ntfys://…; or env:NAME, file:PATH.")
    ] = None
    remind_min: Annotated[
        Annotated[float, Meta(ge=1, le=10_080)] | None,
        Meta(description="Minutes until an outage is sent again; absent: never."),
    ] = None
