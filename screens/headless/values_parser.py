"""The command line of `offramp values`."""

import argparse
from typing import Any

Parsers = Any  # argparse keeps the class of its sub-parsers to itself

NAME = "values"

_ABOUT = """Hand the values of config vars to Terraform: they are read from Heroku now, and
stand in no file unless --output asks for one."""

_EPILOG = """examples:
  offramp values acme-shop -- terraform -chdir=aptible plan
  offramp values acme-shop --output terraform.tfvars

COMMAND finds each value in its environment as TF_VAR_ and the name of its
variable in aptible/variables.tf. What Heroku cannot tell (new addresses, the
image) is named on stderr: give it yourself, with -var.

COMMAND takes the place of this process: signals reach it, and its exit code
is what you see. 0 when a file was written; 1 something is in the way (stderr
says what), such as config vars that changed on Heroku since the system was
read; 2 the command line is wrong"""


def add_values(commands: Parsers) -> None:
    """Add `values`."""
    made = commands.add_parser(
        NAME,
        usage="offramp values [-h] [--app NAME] SESSION -- COMMAND ...\n"
        "       offramp values [-h] [--app NAME] [--format FORMAT] SESSION --output FILE",
        help="values of config vars for Terraform, in its environment",
        description=_ABOUT,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.add_argument("session", metavar="SESSION", help="id or name; `offramp sessions` lists them")
    made.add_argument(
        "--app", metavar="NAME", help="an app of the folder that is meant, where Terraform has several"
    )
    made.add_argument("--output", metavar="FILE", help="write the values to a new file, for you only (0600)")
    made.add_argument(
        "--format",
        choices=("tfvars", "shell"),
        default="tfvars",
        help="of that file: for Terraform, or lines for a shell to source (default: tfvars)",
    )
    made.add_argument("--yes-write-secrets", action="store_true", help="write them without asking")
    made.set_defaults(command=_values, words=[])


def _values(options: argparse.Namespace) -> int:
    from screens.headless.values import ValuesOptions, run

    return run(
        ValuesOptions(
            session=options.session,
            app=options.app,
            format=options.format,
            output=options.output,
            yes=options.yes_write_secrets,
            command=tuple(options.words),
        )
    )
