"""What several command lines have in common. Imported whenever Offramp starts, so it imports little."""

import argparse
from collections.abc import Sequence
from typing import Any, Final

Parsers = Any  # argparse keeps the class of its sub-parsers to itself

SESSION: Final = "the migration, by its id or name; `offramp sessions` lists them"
"""The help for the argument that names a session."""

JSON: Final = "as JSON; the keys are the same in every state, and later versions only add to them"
"""The help for `--json` of the commands that only tell."""

WITH_COMMAND: Final = ("tunnel", "values")
"""The commands that take a COMMAND of the person's own, after --."""


def cut(arguments: Sequence[str]) -> tuple[list[str], list[str]]:
    """The arguments of `offramp` and, where it takes one, those of COMMAND: argparse would take the first of
    them for its own (DATABASE)."""
    given = list(arguments)
    if not given or given[0] not in WITH_COMMAND or "--" not in given:
        return given, []
    at = given.index("--")
    return given[:at], given[at + 1 :]


def new_command(
    commands: Parsers,
    name: str,
    short: str,
    *,
    about: str,
    epilog: str | None = None,
    usage: str | None = None,
) -> argparse.ArgumentParser:
    """A command whose `--help` keeps the line breaks of `about` and `epilog`."""
    made: argparse.ArgumentParser = commands.add_parser(
        name,
        usage=usage,
        help=short,
        description=about,
        epilog=epilog,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    return made


def add_terminal(command: argparse.ArgumentParser, *, default: Any = False) -> None:
    """What a full screen is told of its terminal. `default` is `argparse.SUPPRESS` below a command that has
    them, too."""
    command.add_argument(
        "--no-mouse",
        action="store_true",
        default=default,
        help="leave the mouse to the terminal, which then selects text with it",
    )
    command.add_argument(
        "--slow-link",
        action="store_true",
        default=default,
        help="draw seldom: for a slow way to this terminal (measured over ssh when not said)",
    )
