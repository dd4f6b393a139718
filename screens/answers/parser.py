"""The command line of `offramp answers`. Nothing else is imported before it is called."""

import argparse

from screens.headless.arguments import SESSION, Parsers, new_command

ABOUT = """The answers of a migration as a TOML file, for `offramp --answers FILE`: the
same migration again, or another like it, without a person. No secret stands
in it; a file with one is refused."""

EPILOG = """credentials are named by where they are, under [sign_in.heroku] and so on:
  token = "env:HEROKU_API_KEY"           a variable of the environment
  token = "command:op read op://a/b/c"   what a command of yours prints
  token = "keyring:ada@example.com"      what Offramp kept for that account
  email = "ada@example.com", password = "env:NAME", otp = "env:NAME"

gates are passed by name only, as by `offramp run --confirm`:
  [run]
  start = true
  confirm = ["cut-over=acme-shop", "finish=acme-shop"]

`offramp --answers FILE` goes as far as the file says. What it leaves open, or
names wrongly, is listed by its key, with exit code 3; with --plain it is asked.
The same command goes on from there, also after it was killed; once the run has
begun it carries out its plan, whatever the file says of the map. Every answer
that was taken from a file is kept with the file's digest:
`offramp answers SESSION --trace`."""


def add_answers(commands: Parsers) -> None:
    """Add `answers`."""
    made = new_command(
        commands, "answers", "write the answers of a migration as a file", about=ABOUT, epilog=EPILOG
    )
    made.add_argument("session", metavar="SESSION", nargs="?", help=SESSION)
    made.add_argument("--output", metavar="FILE", help="write them to a new file instead of printing them")
    made.add_argument("--schema", action="store_true", help="print the JSON schema of the file and end")
    made.add_argument("--trace", action="store_true", help="list what was answered from a file, and when")
    made.set_defaults(command=_answers)


def _answers(options: argparse.Namespace) -> int:
    from screens.answers import commands

    return commands.answers(options.session, options.output, schema=options.schema, trace=options.trace)
