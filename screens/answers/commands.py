"""What `offramp --answers` and `offramp answers` do. Textual is not imported by anything here."""

import sys

from screens import example
from screens.answers.unattended import Unattended, session_named
from screens.headless.exit_codes import DONE, INTERRUPTED, WAITS
from screens.headless.say import say
from screens.plain.console import Console, EndOfInput, Interrupted
from screens.plain.desk import Desk
from screens.plain.question import Leave
from screens.plain.start import demo_desk
from wizard.answers.file import read_answers, schema_text
from wizard.answers.of_session import answers_text
from wizard.answers.trace import TRACE, Trace, name_of
from wizard.model.text import clean
from wizard.model.trouble import Trouble
from wizard.report.export import export
from wizard.session.store import find


def unattended(file: str, *, asks: bool) -> int:
    """Make a migration as `file` says; the exit code. `asks`: what it leaves open is asked in lines.

    Raises:
        Trouble: the file cannot be read or does not fit, or a stage cannot be done.
    """
    given = read_answers(file)
    return _travel(Desk(session_named(given.name), Console()), file, asks=asks)


def unattended_demo(file: str, size: str, target: str, *, asks: bool) -> int:
    """The same over the example system on this machine, whose credentials need not stand in the file."""
    given = read_answers(file)
    if given.name != example.NAME:
        raise Trouble(
            f"{clean(file)} is for {clean(given.name)}; the example is called {example.NAME}.",
            untouched="Nothing was started.",
            remedy=f'Write name = "{example.NAME}", or leave the demo out: `offramp --answers`.',
            code="usage",
        )
    return _travel(demo_desk(Console(), size, target), file, asks=asks)


def _travel(desk: Desk, file: str, *, asks: bool) -> int:
    try:
        return Unattended(desk, read_answers(file), name_of(file), asks=asks).travel()
    except Leave:
        desk.console.say("Everything is saved; a run goes on by itself.")
        return DONE
    except (Interrupted, KeyboardInterrupt):
        desk.console.say("Left by ctrl+c. Everything is saved; a run goes on by itself.")
        return INTERRUPTED
    except EndOfInput:
        desk.console.say("The input has ended. Everything is saved; the same command asks on from here.")
        return WAITS
    finally:
        desk.session.close()


def answers(identity: str | None, output: str | None, *, schema: bool, trace: bool) -> int:
    """Print the answers of a migration as a file, its trace, or the schema.

    Raises:
        Trouble: there is no such migration, or the file is there already.
    """
    if schema:
        sys.stdout.write(schema_text())
        return DONE
    if identity is None:
        raise Trouble(
            "No migration is named.",
            untouched="Nothing was done.",
            remedy="`offramp sessions` lists them; or add --schema.",
            code="usage",
        )
    session = find(identity)
    try:
        if trace:
            for one in (session.load(TRACE) or Trace()).answers:
                say(f"{one.at} {one.key} = {one.what}, from {one.file}")
            return DONE
        text = answers_text(session)
    finally:
        session.close()
    if output is None:
        sys.stdout.write(text)
        return DONE
    say(f"The answers are in {export(text, output)}.")
    return DONE
