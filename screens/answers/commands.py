"""What `offramp --answers` and `offramp answers` do. Textual is not imported by anything here."""

import sys

from screens import example
from screens.answers.unattended import Unattended, session_named
from screens.headless.exit_codes import DONE, INTERRUPTED, WAITS
from screens.headless.follow import gate_words
from screens.headless.say import say
from screens.plain.console import Console, EndOfInput, Interrupted
from screens.plain.desk import Desk
from screens.plain.question import Leave
from screens.plain.start import demo_desk
from wizard.answers.file import read_answers, schema_text
from wizard.answers.nouns import AnswersFile
from wizard.answers.of_session import answers_text
from wizard.answers.trace import TRACE, Trace, name_of
from wizard.model.text import clean
from wizard.model.trouble import Trouble
from wizard.report.export import export
from wizard.session.store import SessionInfo, find, infos


def unattended(file: str, *, asks: bool) -> int:
    """Make a migration as `file` says; the exit code. `asks`: what it leaves open is asked in lines.

    Raises:
        Trouble: the file cannot be read or does not fit, or a stage cannot be done.
    """
    given = _read(file)
    return _travel(Desk(session_named(given.name), Console()), file, asks=asks)


def unattended_demo(file: str, size: str, target: str, *, asks: bool) -> int:
    """The same over the example system on this machine, whose credentials need not stand in the file."""
    given = _read(file)
    if given.name != example.NAME:
        raise Trouble(
            f"{clean(file)} is for {clean(given.name)}; the example is called {example.NAME}.",
            untouched="Nothing was started.",
            remedy=f'Write name = "{example.NAME}", or leave the demo out: `offramp --answers`.',
            code="usage",
        )
    console = Console()
    code = _travel(demo_desk(console, size, target), file, asks=asks)
    console.say("The example system goes on; `offramp demo --stop` ends it and removes its data.")
    return code


def _read(file: str) -> AnswersFile:
    """The file, looked at before anything is started; raises Trouble: it does not fit."""
    given = read_answers(file)
    try:
        words = gate_words(given.run.confirm)
    except Trouble as trouble:
        trouble.advise(f"It stands at run.confirm in {clean(file)}.")
        raise
    # A file may name a migration by its id, too.
    names = {info.name for path, info in infos() if isinstance(info, SessionInfo) and path.name == given.name}
    for key, word in words.items():
        gate = key.partition(":")[2]
        if word not in (names or {given.name}):
            name = clean(min(names, default=given.name))
            raise Trouble(
                f"run.confirm in {clean(file)} does not pass {gate}: its word is the name of the migration, "
                f"{name}.",
                untouched="Nothing was done.",
                remedy=f'Write "{gate}={name}", once you mean it.',
                code="usage",
            )
    return given


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
