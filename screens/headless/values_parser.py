"""The command line of `offramp values`."""

import argparse

from screens.headless.arguments import SESSION, Parsers, new_command

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
    made = new_command(
        commands,
        "values",
        "values of config vars for Terraform, in its environment",
        about=_ABOUT,
        epilog=_EPILOG,
        usage="offramp values [-h] [--app NAME] SESSION -- COMMAND ...\n"
        "       offramp values [-h] [--app NAME] [--format FORMAT] [--yes-write-secrets]\n"
        "                      SESSION --output FILE",
    )
    made.add_argument("session", metavar="SESSION", help=SESSION)
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
    made.set_defaults(command=_values)


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
