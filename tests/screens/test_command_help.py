"""`offramp --help` and that of every command: read on 80 columns, each option and each command said."""

import argparse
from collections.abc import Iterator

import pytest

from screens.main import parser


def parsers(of: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    """A parser, and those of the commands below it."""
    yield of
    for action in of._actions:
        if isinstance(action, argparse._SubParsersAction):
            for below in action.choices.values():
                yield from parsers(below)


@pytest.mark.parametrize("command", list(parsers(parser())), ids=lambda one: one.prog)
def test_every_command_is_explained_in_lines_that_fit(
    command: argparse.ArgumentParser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert command.description
    assert [one for one in command.format_help().splitlines() if len(one) > 80] == []
    assert [
        one.dest for one in command._actions if not one.help and one.dest not in ("command", "==SUPPRESS==")
    ] == []


def test_a_session_is_called_the_same_by_every_command() -> None:
    named = {
        one.metavar for command in parsers(parser()) for one in command._actions if one.dest == "session"
    }
    assert named == {"SESSION"}
