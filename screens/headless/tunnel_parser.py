"""The command line of `offramp tunnel`."""

import argparse

from screens.headless.arguments import SESSION, Parsers, new_command

_ABOUT = """Open the tunnel that a run uses, to a database of a session's target. It
reopens by itself when it breaks, which is told on stderr, and closes with the
command."""

_EPILOG = """examples:
  offramp tunnel acme-shop                   holds it open for your own program
  offramp tunnel acme-shop acme-db -- psql   psql in it; ends with psql
  offramp tunnel acme-shop -- sh -c 'pg_dump --schema-only > schema.sql'

what COMMAND finds in its environment:
  Postgres  PGHOST PGPORT PGUSER PGDATABASE PGSSLMODE PGPASSWORD
  MySQL     MYSQL_HOST MYSQL_TCP_PORT MYSQL_PWD
  Redis     REDISCLI_AUTH
  all       TUNNEL_HOST TUNNEL_PORT TUNNEL_USER TUNNEL_DATABASE

exit codes: that of COMMAND (128 and the signal's number when a signal ended
it); without COMMAND 0 after ctrl+c; 1 when the tunnel cannot be opened or kept
open (stderr says why), 2 when the command line is wrong."""


def add_tunnel(commands: Parsers) -> None:
    """Add `tunnel`."""
    tunnel = new_command(
        commands,
        "tunnel",
        "a tunnel to a database of the target, for psql or a program of your own",
        about=_ABOUT,
        epilog=_EPILOG,
        usage="offramp tunnel [-h] [--port N] [--show-url] SESSION [DATABASE]\n"
        "                      [-- COMMAND ...]",
    )
    tunnel.add_argument("session", metavar="SESSION", help=SESSION)
    tunnel.add_argument(
        "database",
        metavar="DATABASE",
        nargs="?",
        help="its handle on the target; needed when there are several",
    )
    tunnel.add_argument(
        "--port", type=_port, default=0, metavar="N", help="the local port (default: any that is free)"
    )
    tunnel.add_argument(
        "--show-url", action="store_true", help="print the URL with the password in it, on standard output"
    )
    tunnel.set_defaults(command=_tunnel)


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 65536):
        raise argparse.ArgumentTypeError(f"{text} is no port: a number from 1 to 65535")
    return int(text)


def _tunnel(options: argparse.Namespace) -> int:
    from screens.headless import tunnel

    return tunnel.tunnel(
        options.session,
        options.database,
        port=options.port,
        show_url=options.show_url,
        words=options.words,
    )
