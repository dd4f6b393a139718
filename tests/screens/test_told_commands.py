"""Commands that Offramp tells people to type: each option of them is one that the command has."""

import argparse
import re
from pathlib import Path

from screens.main import parser

ROOT = Path(__file__).parents[2]

TOLD = re.compile(r"offramp ([a-z]+)\b([^`\"'\n|]*)")


def options(of: argparse.ArgumentParser) -> set[str]:
    """All options of a parser, and of the commands below it."""
    known = set(of._option_string_actions)
    for action in of._actions:
        if isinstance(action, argparse._SubParsersAction):
            for below in action.choices.values():
                known |= options(below)
    return known


def commands() -> dict[str, argparse.ArgumentParser]:
    (action,) = [one for one in parser()._actions if isinstance(one, argparse._SubParsersAction)]
    return dict(action.choices)


def test_told_options_are_there() -> None:
    known = {name: options(one) for name, one in commands().items()}
    told = [
        (f"{path.relative_to(ROOT)}: {found[0].strip()}", found[1], option)
        for folder in ("screens", "wizard", "assets")
        for path in sorted((ROOT / folder).rglob("*"))
        if path.suffix in (".py", ".toml")
        for found in TOLD.finditer(path.read_text())
        for option in re.findall(r"(?<!\S)--[a-z][a-z-]*", found[2].partition(" -- ")[0])
        if found[1] in known
    ]
    assert len(told) > 10, "they are found at all"
    assert [where for where, command, option in told if option not in known[command]] == []
