"""Warn of personal data on the command line, which other programs and the shell can read."""

from collections.abc import Mapping

from ...messages import Message


def warn_of_typed_data(values: Mapping[str, str | None]) -> list[Message]:
    """Return a warning with the options whose values were typed; none if there are none.

    ``-`` and an empty value expose nothing. The warning does not have the values.
    """
    typed = [name for name, value in values.items() if value and value != "-"]
    if not typed:
        return []
    return [
        Message(
            "{options}: other programs and the shell's history can read the typed text;"
            " write {first_option} - to be asked for it"
            if typed[0].startswith("-")
            else "{options}: other programs and the shell's history can read the typed text;"
            " write - in its place to be asked for it",
            options=", ".join(typed),
            first_option=typed[0],
        )
    ]


def option_name(field: str) -> str:
    """Return the option of a field: ``--call-back`` for call_back."""
    return f"--{field.replace('_', '-')}"
