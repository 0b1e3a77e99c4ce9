"""The short welcome of ``dispatch`` and of its groups without a command."""

from collections.abc import Mapping
from typing import Any

from ..messages import marked

Example = tuple[str, str]
"""A command line, and what it does."""

EXAMPLES: Mapping[str, tuple[Example, Example, Example]] = {
    "dispatch": (
        ("cascade breakdown --at 86150 --vehicle car", marked("rank the firms to call")),
        ("desk", marked("open the desk: new calls and all open cases")),
        ("doctor", marked("show which files and settings are used")),
    ),
    "dispatch case": (
        ("open breakdown --at 86150 --vehicle car", marked("open a case; asks for missing facts")),
        ("list --open", marked("list the open cases, the most urgent first")),
        ("show 17", marked("show a case with its calls and deadlines")),
    ),
    "dispatch providers": (
        ("list --service tow", marked("list the firms for a service")),
        ("validate", marked("find all mistakes of the provider file")),
        ("init", marked("start a provider file of your own")),
    ),
    "dispatch report": (
        ("fairness --since 2026-11", marked("show how often each firm was asked")),
        ("forecast --since 2026-11", marked("show whether the stated chances came true")),
        ("fairness --since 2026-11 --json", marked("print the same for a program")),
    ),
    "dispatch places": (
        ("import DE.zip", marked("replace the built-in names of places by those of GeoNames")),
        ("import DE.txt --json", marked("print the result of the import for a program")),
        ("import --help", marked("show which files can be imported")),
    ),
    "dispatch osm": (
        (
            "import region.osm.pbf --output region.toml",
            marked("make a provider file and motorway kilometres of a map"),
        ),
        (
            "import region.osm.pbf --output region.toml --radius-km 50",
            marked("give each firm a larger area"),
        ),
        ("import --help", marked("show which files can be imported")),
    ),
    "dispatch travel": (
        (
            "compare --router osrm=http://localhost:5000",
            marked("measure the estimates against an engine"),
        ),
        (
            "calibrate --router osrm=http://localhost:5000",
            marked("print the speeds that fit the engine"),
        ),
        ("compare --help", marked("show the size of the sample and other options")),
    ),
    "dispatch log": (
        ("verify", marked("verify the case log")),
        ("backup cases.backup", marked("back the case log up")),
        ("restore cases.backup", marked("restore the case log from a backup")),
    ),
}
"""Three commands of each group, without the name of the group."""


def welcome(path: str, summary: str) -> str:
    """Return the welcome of a group: its summary, three commands, and where the others are."""
    from ..render.wording import say, word

    lines = [summary, ""]
    for command, purpose in EXAMPLES[path]:
        lines += [f"  {path} {command}", f"      {word(purpose)}"]
    return "\n".join([*lines, "", say("All commands: {command} --help", command=path)])


def is_welcomed(error: Any) -> bool:
    """Return whether an error of the parser only says that a group has no command."""
    return type(error).__name__ == "NoArgsIsHelpError"


def print_welcome(error: Any) -> None:
    """Print the welcome of the group of such an error."""
    from ..render.wording import word

    print(welcome(error.ctx.command_path, word(error.ctx.command.help or "")))
