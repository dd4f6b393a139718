"""The command line of `offramp document`. Nothing else is imported before it is called."""

import argparse
import textwrap

from screens.headless.arguments import SESSION, Parsers, new_command

ABOUT = """Everything that stands on Heroku, as a file: from a session as it was read last, anew with --read,
or without a session with --heroku. Heroku is only read. Values of config vars are in it only with
--with-config-values."""

EPILOG = """formats:
  markdown  one file that reads well; printed when there is no --output
  json      for programs; `offramp document --schema` prints its schema
  xlsx      a spreadsheet with a sheet for each kind of object
  csv       a folder with a file for each of these

A file is new and for its owner only (0600); nothing is ever overwritten. When
--output is a folder that is there, a file named by system and time is made in
it. In CSV and XLSX no name becomes a formula; in CSV an apostrophe stands
before one that would.

--heroku uses HEROKU_API_KEY, else a token that the wizard keeps, else the
Heroku CLI's. Every night an inventory outside Heroku, and what changed since:
  0 2 * * *  offramp document --heroku --format json \\
               --output ~/inventory --since ~/inventory

With the values of config vars, never in the clear on this machine:
  offramp document --heroku --format json --with-config-values \\
    --yes-write-secrets --output - | age -r KEY > inventory.age

exit codes: 0 done; 1 something is in the way, or some values could not be read
(stderr says what); 2 the command line is wrong"""


def add_document(commands: Parsers) -> None:
    """Add `document`."""
    made = new_command(
        commands,
        "document",
        "write down everything that stands on Heroku: Markdown, XLSX, CSV, JSON",
        about="\n".join(textwrap.wrap(" ".join(ABOUT.split()), 79, break_on_hyphens=False)),
        epilog=EPILOG,
    )
    made.add_argument("session", metavar="SESSION", nargs="?", help=SESSION)
    made.add_argument("--heroku", action="store_true", help="read from Heroku, without a session")
    made.add_argument("--read", action="store_true", help="read anew from Heroku, and say what changed")
    made.add_argument(
        "--format", choices=("markdown", "xlsx", "csv", "json"), default="markdown", help="default: markdown"
    )
    made.add_argument("--output", metavar="FILE", help="a new file or folder; - is standard output")
    made.add_argument(
        "--since",
        metavar="FILE",
        help="a JSON document of before, or a folder of them: say what changed since",
    )
    made.add_argument(
        "--second-factor",
        action="store_true",
        help="ask for the code that your second factor shows, for apps that want one",
    )
    made.add_argument(
        "--with-config-values",
        action="store_true",
        help="read the values of all config vars and write them too; asks before it does",
    )
    made.add_argument("--yes-write-secrets", action="store_true", help="do not ask before values are written")
    made.add_argument("--schema", action="store_true", help="print the JSON schema of --format json and end")
    made.set_defaults(
        command=_document,
        interrupted="Heroku was only read; a file of the document is written whole or not at all.",
    )


def _document(options: argparse.Namespace) -> int:
    from screens.headless.document import DocumentOptions, run

    return run(
        DocumentOptions(
            session=options.session,
            heroku=options.heroku,
            read=options.read,
            format=options.format,
            output=options.output,
            since=options.since,
            second_factor=options.second_factor,
            with_values=options.with_config_values,
            yes=options.yes_write_secrets,
            schema=options.schema,
        )
    )
