"""The shape of the tables about what the desk says, and how it names itself."""

from typing import Annotated

from msgspec import Meta, Struct


def documented(text: str) -> Meta:
    """Make the description of a key, which editors show."""
    return Meta(description=text)


class RawSay(Struct, forbid_unknown_fields=True, kw_only=True):
    """Texts to say in one language, instead of the built-in ones; {name} is a value."""

    ask: Annotated[str | None, documented("The question that ends the call to a provider.")] = None
    area: Annotated[str | None, documented("The place before an acceptance: {area}.")] = None
    person: Annotated[str | None, documented("One passenger: {count}.")] = None
    persons: Annotated[str | None, documented("Number of passengers: {count}.")] = None
    child: Annotated[str | None, documented("One child among them: {count}.")] = None
    children: Annotated[str | None, documented("Number of children among them: {count}.")] = None
    exit: Annotated[str | None, documented("The exit that was passed last: {exit}.")] = None
    desk: Annotated[str | None, documented("Name of the desk: {desk}.")] = None
    desk_number: Annotated[str | None, documented("Number of the desk: {number}.")] = None
    tell: Annotated[str | None, documented("To the caller: {name}, {clock}, {late}.")] = None
    tell_late: Annotated[str | None, documented("To the caller, later than said: as tell.")] = None
    drive: Annotated[str | None, documented("To the driver: {call_back}.")] = None


class RawDesk(Struct, forbid_unknown_fields=True, kw_only=True):
    """How the desk names itself, and the language of its screens."""

    name: Annotated[str | None, documented("Name of the centre, said to providers.")] = None
    number: Annotated[str | None, documented("Number to call again, said to callers.")] = None
    language: Annotated[str | None, documented("Language of the screens, as that of --lang.")] = (
        None
    )
    bell: Annotated[bool | None, documented("Ring for what is newly overdue; default true.")] = None
