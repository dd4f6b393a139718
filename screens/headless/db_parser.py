"""The command line of `offramp db`. Nothing else is imported before one of its commands is called."""

import argparse
import sys
import textwrap
from collections.abc import Callable
from typing import Any

from screens.headless.arguments import Parsers
from screens.headless.db_naming import NAMING
from screens.headless.exit_codes import INTERRUPTED


def add_db(commands: Parsers) -> None:
    """Add `db` and its commands."""
    db = commands.add_parser(
        "db",
        help="one database by itself: copy, verify, fetch Heroku's backup, restore",
        description="Work on one Postgres without the wizard: no session, no plan, no target\nplatform.",
        epilog=f"{NAMING}\n\n`offramp db COMMAND --help` explains each command.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    below = db.add_subparsers(title="commands", metavar="COMMAND", required=True, parser_class=_AnyOrder)
    _copy(below)
    _verify(below)
    _fetch(below)
    _restore(below)


def _command(
    below: Parsers,
    name: str,
    short: str,
    text: str,
    run: Callable[[argparse.Namespace], int],
    *,
    epilog: str = NAMING,
) -> Any:
    made = below.add_parser(
        name,
        help=short,
        description=_filled(text),
        epilog=epilog,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.set_defaults(command=lambda options: _ended(run, options))
    return made


def _ended(run: Callable[[argparse.Namespace], int], options: argparse.Namespace) -> int:
    """Run it. Ctrl+c may come while nothing is at work yet that could stop by itself, or no more."""
    try:
        return run(options)
    except KeyboardInterrupt:
        sys.stderr.write(
            "offramp: ended by ctrl+c, while no work was under way. What was done before stays.\n"
        )
        return INTERRUPTED


def _filled(text: str) -> str:
    """Paragraphs in lines of 78 characters; those that begin with a space stay as they are."""
    return "\n\n".join(
        part if part.startswith(" ") else textwrap.fill(part, 78, break_on_hyphens=False)
        for part in text.split("\n\n")
    )


def _yes(parser: Any) -> None:
    parser.add_argument("--yes", action="store_true", help="do it without asking, for scripts")


def _json(parser: Any) -> None:
    parser.add_argument(
        "--json",
        action="store_true",
        help="progress and result as JSON, one object a line, on standard output",
    )


def _workers(parser: Any) -> None:
    parser.add_argument(
        "--workers",
        type=_positive,
        metavar="N",
        help="pairs of connections side by side (default: as many as both servers and the line bear)",
    )


def _positive(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 3 and 1 <= int(text) <= 64):
        raise argparse.ArgumentTypeError("must be a number from 1 to 64")
    return int(text)


class _AnyOrder(argparse.ArgumentParser):
    """Takes options between positional arguments, also where one of these may be left out or repeated: of
    `fetch APP --yes DATABASE` argparse by itself does not know what the last word is."""

    _within = False

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        if self._within:
            return super().parse_known_args(args, namespace)
        self._within = True
        try:
            return self.parse_known_intermixed_args(args, namespace)
        finally:
            self._within = False


def _copy(below: Parsers) -> None:
    copy = _command(
        below,
        "copy",
        "copy a whole database into an empty one, and prove each table",
        """Copy a whole Postgres database into an empty one: schema, rows, indexes,
sequences, everything but what is listed before it begins. Both sides are shown
first, and you are asked.

The source is only read. The target must be empty, or hold the beginnings of this
very copy: after ctrl+c, a lost connection or a kill, the same command goes on where
it stopped, and copies nothing twice.

Each table is proven by the count of its rows and a digest, computed by both servers.
The copy is the source as it was at one moment; what is written to it later is not
in it. With --frozen you say that nobody writes to the source any more: then both
sides are proven as they are, and what had changed since an earlier copy is copied
again.

exit codes: 0 proven equal, 6 something differs (it is named), 1 something is in
the way, 130 ended by ctrl+c.""",
        _run_copy,
    )
    copy.add_argument("source", metavar="SOURCE", help="the database to copy, named as below")
    copy.add_argument("target", metavar="TARGET", help="the empty database to copy it into")
    copy.add_argument(
        "--frozen",
        action="store_true",
        help="nobody writes to the source any more: make it final, and prove all",
    )
    _workers(copy)
    copy.add_argument(
        "--no-proof", action="store_true", help="do not compare the rows; `offramp db verify` does it later"
    )
    copy.add_argument(
        "--keep-marker",
        action="store_true",
        help="leave the schema _offramp on the target, so that the same command brings it up to date later",
    )
    copy.add_argument(
        "--start-over",
        action="store_true",
        help="first empty the target of what an earlier run of this copy brought",
    )
    _yes(copy)
    _json(copy)


def _verify(below: Parsers) -> None:
    verify = _command(
        below,
        "verify",
        "prove that two databases hold the same, or say what differs",
        """Compare two Postgres databases: the count of rows and a digest of every table,
computed by both servers, the sequences, and every other object by its definition.
Both sides are only read. Works for any two databases, whoever copied them, also
from one version of Postgres to another.

exit codes: 0 equal, 6 something differs (it is named), 1 something is in the way,
130 ended by ctrl+c.""",
        _run_verify,
    )
    verify.add_argument("source", metavar="SOURCE", help="the database that is right, named as below")
    verify.add_argument("target", metavar="TARGET", help="the database that shall hold the same")
    _workers(verify)
    _json(verify)


def _fetch(below: Parsers) -> None:
    fetch = _command(
        below,
        "fetch",
        "have Heroku make a backup now, and download that very one",
        """Have Heroku make a backup of an app's Postgres now, follow it to its end, and
download that very backup (not merely the latest): a dump in pg_dump's custom format.
You are asked before, for a backup is something made on Heroku; --latest downloads
the newest one that is there instead.

The file is readable by you alone, appears under its name when it is whole, and
never replaces another. After a break the same command goes on with the same backup,
where the download stopped, and says how old that is; --start-over begins anew.

  offramp db fetch acme-shop
  offramp db fetch acme-shop DATABASE HEROKU_POSTGRESQL_PINK --output backups/
  offramp db fetch acme-shop -o - --yes | offramp db restore - env:TARGET --yes

exit codes: 0 downloaded, 1 something is in the way, 130 ended by ctrl+c.""",
        _run_fetch,
        epilog="Heroku is spoken to with HEROKU_API_KEY, or the token that the wizard keeps, or\n"
        "the Heroku CLI's; without any of them it is asked for on the terminal.",
    )
    fetch.add_argument("app", metavar="APP", help="the Heroku app")
    fetch.add_argument(
        "databases",
        metavar="DATABASE",
        nargs="*",
        default=[],
        help="attachments of the app, each by name (default: DATABASE)",
    )
    fetch.add_argument(
        "-o",
        "--output",
        metavar="FILE",
        help="a file that is not there yet, a folder, or - for standard output"
        " (default: APP-DATABASE-b012.dump here)",
    )
    fetch.add_argument(
        "--latest",
        action="store_true",
        help="make no backup: download the newest one there is, and say its age",
    )
    fetch.add_argument(
        "--start-over",
        action="store_true",
        help="forget the unfinished download of an earlier command, and begin anew",
    )
    _yes(fetch)
    _json(fetch)


def _restore(below: Parsers) -> None:
    restore = _command(
        below,
        "restore",
        "restore a dump into an empty database, and judge every error",
        """Restore a dump in pg_dump's custom format into an empty Postgres database: from a
file, from standard input (-), or straight from a Heroku backup (heroku:APP has one
made first, and streams it into the target without touching the disk).

Left out are what would fail or harm elsewhere: Heroku's own schema and event
triggers, owners, grants, publications, extensions that the target does not have.
Every error of pg_restore is judged: harmless, with the reason, or a loss, with the
name of the object.

To restore twice would double rows, so the target is marked while it is restored
into. After a break the same command says what is there; with --start-over it
empties the target of that, and begins anew.

  offramp db restore acme-shop-DATABASE-b012.dump env:TARGET
  offramp db restore heroku:acme-shop env:TARGET --verify heroku:acme-shop

exit codes: 0 nothing lost (with --verify: and equal), 6 something was lost or
differs (it is named), 1 something is in the way, 130 ended by ctrl+c.""",
        _run_restore,
    )
    restore.add_argument("dump", metavar="DUMP", help="a file, - for standard input, or heroku:APP[/NAME]")
    restore.add_argument("target", metavar="TARGET", help="the empty database, named as below")
    restore.add_argument(
        "--verify", metavar="SOURCE", help="afterwards prove the target against this database"
    )
    restore.add_argument(
        "--latest", action="store_true", help="with heroku:APP: use the newest backup there is, make none"
    )
    restore.add_argument(
        "--start-over", action="store_true", help="first empty the target of what an earlier restore brought"
    )
    _yes(restore)
    _json(restore)


def _run_copy(options: argparse.Namespace) -> int:
    from screens.headless.db_copy import CopyOptions, copy
    from wizard.database.standalone import Wishes

    wishes = Wishes(
        workers=options.workers,
        frozen=options.frozen,
        prove=not options.no_proof,
        keep_marker=options.keep_marker,
    )
    return copy(
        options.source,
        options.target,
        CopyOptions(wishes=wishes, yes=options.yes, start_over=options.start_over, json=options.json),
    )


def _run_verify(options: argparse.Namespace) -> int:
    from screens.headless.db_verify import verify

    return verify(options.source, options.target, json=options.json, workers=options.workers)


def _run_fetch(options: argparse.Namespace) -> int:
    from screens.headless.db_fetch import FetchOptions, fetch

    return fetch(
        options.app,
        options.databases,
        FetchOptions(
            output=options.output,
            latest=options.latest,
            start_over=options.start_over,
            yes=options.yes,
            json=options.json,
        ),
    )


def _run_restore(options: argparse.Namespace) -> int:
    from screens.headless.db_restore import RestoreOptions, restore

    return restore(
        options.dump,
        options.target,
        RestoreOptions(
            verify=options.verify,
            latest=options.latest,
            start_over=options.start_over,
            yes=options.yes,
            json=options.json,
        ),
    )
