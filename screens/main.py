"""The ways in: the full screen, and the commands that need none. Textual is imported only for a screen."""

import argparse
import codecs
import io
import os
import shutil
import signal
import sys
import textwrap
from collections.abc import Callable, Sequence
from importlib.metadata import version

from screens.answers.parser import add_answers
from screens.headless import help_words as words
from screens.headless.arguments import JSON, SESSION, Parsers, add_terminal, cut, new_command
from screens.headless.db_parser import add_db
from screens.headless.document_parser import add_document
from screens.headless.exit_codes import EXPLAINED, INTERRUPTED, TROUBLE, USAGE
from screens.headless.tunnel_parser import add_tunnel
from screens.headless.values_parser import add_values

Command = Callable[[argparse.Namespace], int]


def parser() -> argparse.ArgumentParser:
    """The command line."""
    top = argparse.ArgumentParser(
        prog="offramp",
        description=words.ABOUT,
        epilog=EXPLAINED,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    top.add_argument("--version", action="store_true", help="print the version and end")
    top.add_argument(
        "--plain",
        action="store_true",
        help="the wizard as numbered questions and lines, for screen readers and dumb terminals",
    )
    add_terminal(top)
    top.add_argument(
        "--answers",
        metavar="FILE",
        help="a migration without a person, as a TOML file says: `offramp answers --help`",
    )
    top.set_defaults(command=_screen)
    commands = top.add_subparsers(title="commands", metavar="COMMAND")

    _add_demo(commands)
    _add_run(commands)
    _add_tell(commands)
    _add_rollback(commands)

    status = new_command(
        commands,
        "status",
        "how a session's run stands",
        about="Says in a few lines how the run of a session stands; nothing is done to it.",
        epilog=words.STANDS,
    )
    status.add_argument("session", metavar="SESSION", help=SESSION)
    status.add_argument("--json", action="store_true", help=JSON)
    status.set_defaults(command=_status)

    report = new_command(commands, "report", "print a session's report as Markdown", about=words.REPORTS)
    report.add_argument("session", metavar="SESSION", help=SESSION)
    report.add_argument("--output", metavar="FILE", help="write it to a new file instead")
    report.set_defaults(command=_report)

    _add_forget(commands)

    sessions = new_command(
        commands, "sessions", "list all sessions, or carry one to another machine", about=words.LISTS
    )
    sessions.add_argument("--json", action="store_true", help=JSON)
    sessions.add_argument("--export", metavar="SESSION", help="write it to a new file (-o), without secrets")
    sessions.add_argument("-o", "--output", metavar="FILE", help="the new file, with --export")
    sessions.add_argument("--import", dest="taken", metavar="FILE", help="take in what --export has written")
    sessions.set_defaults(command=_sessions)

    add_document(commands)
    add_answers(commands)
    add_db(commands)
    add_tunnel(commands)
    add_values(commands)

    support = new_command(
        commands, "support", "write a file that is safe to send to whoever helps", about=words.HELPS
    )
    support.add_argument("session", metavar="SESSION", help=SESSION)
    support.add_argument("-o", "--output", metavar="FILE", required=True, help="the new file, a zip")
    support.add_argument("--hide-names", action="store_true", help="hide names of apps, domains and hosts")
    support.set_defaults(command=_support)

    doctor = new_command(
        commands, "doctor", "what is on this machine, and what that means", about=words.EXAMINES
    )
    doctor.add_argument("--json", action="store_true", help=JSON)
    doctor.set_defaults(command=_doctor)

    explain = new_command(commands, "explain", "what the code behind an error means", about=words.MEANS)
    explain.add_argument(
        "code", nargs="?", metavar="CODE", help="as in token-expired; without it all are listed"
    )
    explain.set_defaults(command=_explain)
    return top


def _add_forget(commands: Parsers) -> None:
    forget = commands.add_parser(
        "forget",
        help="remove a session's tokens and logins from this machine",
        description="Removes every credential that the session was given from the keyring, once its "
        "name was typed. At the vendors they stay valid.",
    )
    forget.add_argument("session", metavar="SESSION", help=SESSION)
    forget.add_argument("--yes", action="store_true", help="do not ask; for scripts")
    forget.set_defaults(command=_forget)


WISHES = ("pause", "resume", "retry", "more", "fewer", "accept", "sign-in", "stop", "back")


def _add_demo(commands: Parsers) -> None:
    demo = new_command(
        commands,
        "demo",
        "try it with the example system on this machine",
        about="An example system leaves a Heroku on this machine for a target on this machine.",
        epilog=words.TRIES,
    )
    demo.add_argument("--unattended", action="store_true", help="make the whole journey without a screen")
    demo.add_argument(
        "--size",
        choices=("tiny", "small", "standard", "large"),
        default="standard",
        help="how much data the example holds: 3 MB, 30 MB, 300 MB, 1 GB (default: standard)",
    )
    demo.add_argument(
        "--target",
        choices=("aptible", "code-capsules"),
        default="aptible",
        help="where it moves to; for code-capsules the example of that vendor's guide, which needs Node",
    )
    demo.add_argument(
        "--plain",
        action="store_true",
        default=argparse.SUPPRESS,
        help="the example as numbered questions and lines",
    )
    demo.add_argument(
        "--answers",
        metavar="FILE",
        default=argparse.SUPPRESS,
        help="the example without a person, as a TOML file says; its name there is example",
    )
    add_terminal(demo, default=argparse.SUPPRESS)
    demo.add_argument("--stop", action="store_true", help="end the example system and remove its data")
    demo.set_defaults(command=_demo)


def _add_run(commands: Parsers) -> None:
    run = new_command(
        commands,
        "run",
        "start or go on with a session's run, and follow it",
        about=words.STARTS,
        epilog=words.RUNS,
    )
    run.add_argument("session", metavar="SESSION", help=SESSION)
    run.add_argument(
        "--confirm",
        action="append",
        default=[],
        metavar="GATE=NAME",
        help="pass a gate when it opens: cut-over=NAME, finish=NAME; NAME is that of the session. May be "
        "given several times",
    )
    run.add_argument("--detach", action="store_true", help="start it and end; it goes on by itself")
    run.set_defaults(command=_run)


def _add_tell(commands: Parsers) -> None:
    tell = new_command(
        commands,
        "tell",
        "tell a running session: pause, resume, retry, more or fewer workers, accept (DNS), stop, back",
        about="Passes a wish on to the run of a session, and says whether it was taken.",
        epilog=words.TOLD,
    )
    tell.add_argument("session", metavar="SESSION", help=SESSION)
    tell.add_argument("what", nargs="+", metavar="WISH", help=words.WISHES)
    tell.set_defaults(command=_tell)


def _add_rollback(commands: Parsers) -> None:
    back = commands.add_parser(
        "rollback",
        help="after a bad deploy: an app on the target goes back to the release before",
        description="Deploys the code of the release before again, once the app's name was typed. Data, "
        "migrations and config vars stay as they are.",
    )
    back.add_argument("session", metavar="SESSION", help=SESSION)
    back.add_argument("app", metavar="APP", help="the app, by its name on Heroku or on the target")
    back.add_argument("--yes", action="store_true", help="do not ask; for scripts")
    back.set_defaults(command=_rollback)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; the exit codes are in `--help`. No traceback reaches the person."""
    _write_what_fits()
    given, beyond = cut(sys.argv[1:] if arguments is None else arguments)
    options = parser().parse_args(given)
    options.words = beyond
    if options.version:
        sys.stdout.write(f"offramp {version('offramp')}\n")
        return 0
    from wizard.model.trouble import Trouble
    from wizard.private_memory import keep_memory_private

    if arguments is None:
        # A process of its own, which may come to hold secrets; not that of a test which calls this.
        keep_memory_private()
    command: Command = options.command
    try:
        code = command(options)
        sys.stdout.flush()
        return code
    except Trouble as trouble:
        _complain(trouble.sentence())
        return USAGE if trouble.code == "usage" else TROUBLE
    except KeyboardInterrupt:
        words = getattr(options, "interrupted", "Everything is saved; a run goes on by itself.")
        sys.stderr.write(f"offramp: ended by ctrl+c. {words}\n")
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read us has enough (`offramp report X | head`).
        return 0
    except Exception as error:  # noqa: BLE001 - the last resort; written down, and told in words
        from screens.mistake import as_trouble

        _complain(as_trouble(error).sentence())
        return TROUBLE
    finally:
        if arguments is None:
            # While Python takes itself down, a late ctrl+c would end it by the signal and not with this code.
            signal.signal(signal.SIGINT, signal.SIG_IGN)
        _give_up_what_is_left()


def _complain(sentence: str) -> None:
    """Broken between words on a terminal; a pipe gets it in one line."""
    text = f"offramp: {sentence}"
    if sys.stderr.isatty():
        width = max(40, shutil.get_terminal_size().columns - 1)
        text = textwrap.fill(text, width, break_long_words=False, break_on_hyphens=False)
    sys.stderr.write(f"{text}\n")


def _write_what_fits() -> None:
    """Let a pipe or a terminal that takes no UTF-8 have the ASCII twin of what it does not take. A file or a
    pipe that takes it has all of it, whatever the terminal is."""
    from screens.marks import terminal_speaks_utf8

    def twin(error: UnicodeError) -> tuple[str, int]:
        from screens.marks import ascii_twins

        if not isinstance(error, UnicodeEncodeError):
            raise error
        return ascii_twins(error.object[error.start : error.end]), error.end

    codecs.register_error("offramp-twins", twin)
    # A shell may have closed them (`>&-`).
    sys.stdout = sys.stdout or open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115
    sys.stderr = sys.stderr or open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="offramp-twins")
            if stream.encoding == "utf-8" and stream.isatty() and not terminal_speaks_utf8():
                # Python writes UTF-8 in the locale C, which such a terminal shows as something else.
                stream.reconfigure(encoding="ascii", errors="offramp-twins")


def _give_up_what_is_left() -> None:
    """What cannot be written goes nowhere, or Python would complain about it when it ends."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _screen(options: argparse.Namespace) -> int:
    if options.answers is not None:
        from screens.answers import commands

        return commands.unattended(options.answers, asks=options.plain)
    if options.plain:
        from screens.plain import start

        return _left(start.show())
    from screens.full_screen import Terminal, show

    return _left(show(Terminal(mouse=not options.no_mouse, slow=options.slow_link)))


def _left(code: int) -> int:
    """The wizard was left with `code`; a run may go on, and logging out end it."""
    from screens.headless.logging_out import warn_of_logout

    warn_of_logout()
    return code


def _demo(options: argparse.Namespace) -> int:
    from screens.headless import demo

    if options.stop:
        return demo.stop()
    if options.unattended:
        return demo.unattended(options.size, options.target)
    if options.answers is not None:
        from screens.answers import commands

        return commands.unattended_demo(options.answers, options.size, options.target, asks=options.plain)
    if options.plain:
        from screens.plain import start

        return _left(start.show_demo(options.size, options.target))
    from screens.full_screen import Terminal, show_demo

    terminal = Terminal(mouse=not options.no_mouse, slow=options.slow_link)
    return _left(show_demo(options.size, options.target, terminal))


def _rollback(options: argparse.Namespace) -> int:
    from screens.headless import rollback

    return rollback.rollback(options.session, options.app, yes=options.yes)


def _forget(options: argparse.Namespace) -> int:
    from screens.headless import forget

    return forget.forget(options.session, yes=options.yes)


def _run(options: argparse.Namespace) -> int:
    from screens.headless import follow

    return follow.run(options.session, options.confirm, detach=options.detach)


def _tell(options: argparse.Namespace) -> int:
    from screens.headless import own_tunnel

    return own_tunnel.tell(options.session, options.what, WISHES)


def _status(options: argparse.Namespace) -> int:
    from screens.headless import tell

    return tell.status(options.session, as_json=options.json)


def _report(options: argparse.Namespace) -> int:
    from screens.headless import tell

    return tell.report(options.session, options.output)


def _sessions(options: argparse.Namespace) -> int:
    from screens.headless import tell

    if options.export or options.taken or options.output:
        from screens.headless import carry

        return carry.carry(options.export, options.output, options.taken)
    return tell.sessions(as_json=options.json)


def _support(options: argparse.Namespace) -> int:
    from screens.headless import support

    return support.support(options.session, options.output, hide_names=options.hide_names)


def _doctor(options: argparse.Namespace) -> int:
    from screens.headless import tell

    return tell.doctor(as_json=options.json)


def _explain(options: argparse.Namespace) -> int:
    from screens.headless import explain

    return explain.explain(options.code)


if __name__ == "__main__":
    sys.exit(main())
