"""Warn of personal data on the command line, which other programs and the shell can read."""

from collections.abc import Mapping


def warn_of_typed_data(said: Mapping[str, str | None]) -> list[str]:
    """Return one warning that names the options whose values were typed, or none.

    ``-`` and an empty value expose nothing. The values themselves are never repeated.
    """
    typed = [name for name, value in said.items() if value and value != "-"]
    if not typed:
        return []
    return [
        f"{', '.join(typed)}: what is typed on the command line can be read in the list of"
        f" processes and in the shell's history; write - ({typed[0]} -) to be asked for it"
    ]


def option_name(field: str) -> str:
    """The option of a field: ``--call-back`` for call_back."""
    return f"--{field.replace('_', '-')}"
