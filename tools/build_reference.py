"""Write the reference of the command line from the program: docs/cli.md and docs/dispatch.1.

    python tools/build_reference.py [--check]

With ``--check`` nothing is written: the exit code is 1 where a page is not what the program says.
"""

import argparse
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer
import typer.main

from dispatch_cli.cli import app

DOCS = Path(__file__).resolve().parents[1] / "docs"
COMMENT = "written by tools/build_reference.py from the program: change the help texts there"


def main() -> int:
    """Write both pages, or say which of them is not what the program says."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true")
    is_check = parser.parse_args().check
    stale = []
    for name, page in pages().items():
        path = DOCS / name
        if not is_check:
            path.write_text(page, encoding="utf-8")
        elif path.read_text(encoding="utf-8") != page:
            stale.append(name)
    for name in stale:
        print(f"docs/{name} is not what the program says: python tools/build_reference.py")
    return 1 if stale else 0


def pages() -> dict[str, str]:
    """Return the text of each page by its name."""
    command = typer.main.get_command(app)
    context = typer.Context(command, info_name="dispatch", **command.context_settings)
    return {
        "cli.md": "\n".join(_markdown(command, context)) + "\n",
        "dispatch.1": "\n".join(_manual(command, context)) + "\n",
    }


def _markdown(command: Any, context: Any) -> Iterator[str]:
    """Yield the page for people: each command with usage, sentence, example and options."""
    yield f"<!-- {COMMENT} -->"
    yield "\n# Command line\n"
    yield "Every command with its options. `dispatch COMMAND --help` prints the same.\n"
    yield f"{command.epilog}\n"
    yield "| command | does |\n|---|---|"
    found = [("dispatch", command, context), *_commands(command, context)]
    for name, each, _ in found:
        yield f"| [`{name}`](#{name.replace(' ', '-')}) | {_parts(each.help)[0]} |"
    for name, each, its in found:
        yield f"\n## {name}\n"
        for part in _parts(each.help):
            yield f"```\n{part}\n```\n" if part.startswith("dispatch ") else f"{part}\n"
        yield f"Usage: `{' '.join([name, *each.collect_usage_pieces(its)])}`\n"
        for option, text in _options(each, its):
            yield f"- `{option}`: {' '.join(text.split())}"


def _parts(text: str | None) -> list[str]:
    """Return the paragraphs of a help text, each on one line."""
    return [" ".join(part.split()) for part in re.split(r"\n\s*\n", (text or "").strip())]


def _manual(command: Any, context: Any) -> Iterator[str]:
    """Yield the page for man(1), in the macros of man(7)."""
    yield f'.\\" {COMMENT}'
    yield '.TH DISPATCH 1 "" "dispatch" "User Commands"'
    yield ".SH NAME"
    yield f"dispatch \\- {_escaped(command.help[:1].lower() + command.help[1:]).rstrip('.')}"
    yield ".SH SYNOPSIS"
    yield ".B dispatch"
    yield ".I COMMAND"
    yield "[OPTIONS]"
    yield ".SH OPTIONS"
    yield from _manual_options(command, context)
    yield ".SH COMMANDS"
    for name, each, its in _commands(command, context):
        yield f".SS {_escaped(' '.join([name, *each.collect_usage_pieces(its)]))}"
        yield from _paragraphs(each.help or "")
        yield from _manual_options(each, its)
    yield '.SH "EXIT STATUS"'
    yield _escaped(command.epilog)
    yield ".SH SEE ALSO"
    yield "README.md and the pages in docs/, which give exit codes, files and formats."


def _manual_options(command: Any, context: Any) -> Iterator[str]:
    for option, text in _options(command, context):
        yield ".TP"
        yield f".B {_escaped(option)}"
        yield from _paragraphs(text)


def _options(command: Any, context: Any) -> Iterator[tuple[str, str]]:
    """Yield the arguments and options of a command, each with its help."""
    for parameter in command.get_params(context):
        record = parameter.get_help_record(context)
        if record is not None:
            yield record[0], record[1] or ""


def _commands(command: Any, context: Any) -> Iterator[tuple[str, Any, Any]]:
    """Yield every command with its full name and context, a group before those in it."""
    for name in command.list_commands(context):
        each = command.get_command(context, name)
        its = typer.Context(each, info_name=name, parent=context)
        yield its.command_path, each, its
        if hasattr(each, "list_commands"):
            yield from _commands(each, its)


def _paragraphs(text: str) -> Iterator[str]:
    for number, part in enumerate(_parts(text)):
        if number:
            yield ".PP"
        yield _escaped(part)


def _escaped(text: str) -> str:
    """Make a text of which nothing is a request or an escape of roff."""
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return f"\\&{text}" if text[:1] in (".", "'") else text


if __name__ == "__main__":
    sys.exit(main())
