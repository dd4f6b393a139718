"""Report, in lines: the verdict and what is left to do, the rest by parts; a file of it as it is handed in;
and the tokens, forgotten at the end."""

from screens.plain.desk import Deed, Desk, do_one_of, heading
from screens.plain.question import Answer, Help, ask_name, ask_one, ask_text
from screens.plain.report_words import first, parts
from screens.plain.run_lists import read_or_find
from screens.plain.support import write_bundle
from screens.stages import newest_run
from wizard.report.export import export
from wizard.report.markdown import render
from wizard.report.report import Report, build
from wizard.session.accounts import others_with
from wizard.session.forgetting import as_trouble, forget_all, given_to

HELP = Help(
    "What moved, with the proof of each table; what is left for you to do; what stayed behind and why. It is "
    "Markdown, and can be written to a file that is handed in."
)


def report(desk: Desk) -> None:
    """Say the report; it is the last stage.

    Raises:
        Back, GoTo, Leave, EndOfInput, Interrupted; Trouble: nothing was run yet.
    """
    heading(desk, "report")
    _tell(desk)

    def deeds() -> list[Deed]:
        run = newest_run(desk.session)
        ended = run is not None and run.state in ("done", "taken-back")
        why = desk.held() or ("" if ended else "the run may still need them")
        return [
            Deed("Write it to a file", lambda: _export(desk), action="export"),
            Deed("Read a part of it: the proof, what moved, steps", lambda: _read_part(desk)),
            Deed("Find a text in it", lambda: _find(desk)),
            Deed("Look again", lambda: _tell(desk), action="again"),
            Deed("Print all of it, as Markdown", lambda: desk.console.verbatim(render(build(desk.session)))),
            Deed("Write a file for whoever helps, safe to send", lambda: write_bundle(desk)),
            Deed("Forget the tokens on this machine", lambda: _forget(desk), why, action="forget"),
            Deed("Back to the list of migrations", lambda: True),
        ]

    do_one_of(desk, lambda: "What now?", deeds, help_=HELP, stage="report")


def _tell(desk: Desk) -> None:
    for one in first(build(desk.session)):
        (desk.console.verbatim if one.verbatim else desk.console.say)(one.text)


def _read_part(desk: Desk) -> None:
    known = parts(build(desk.session))
    answers = [Answer(title, f"{title}, {len(lines):,} lines") for title, lines in known.items()]
    title = ask_one(desk.console, "Which part?", answers, help_=HELP)
    read_or_find(desk, title, known[title])


def _find(desk: Desk) -> None:
    made: Report = build(desk.session)
    wanted = ask_text(desk.console, "Which text?", help_=HELP).lower()
    everything = {"To do and addresses": [one.text for one in first(made)], **parts(made)}
    found = 0
    for title, lines in everything.items():
        for line in lines:
            if wanted in line.lower():
                found += 1
                desk.console.say(f"{title}: {line}", indent="  ")
    desk.console.say(f"{found:,} lines of the report contain it.")


def _export(desk: Desk) -> None:
    name = ask_text(
        desk.console,
        "The report is written to a new file. Its name?",
        help_=HELP,
        default=f"{desk.session.id}-report.md",
    )
    path = export(render(build(desk.session)), name)
    desk.console.say("The report is in this file:")
    desk.console.verbatim(str(path))


def _forget(desk: Desk) -> None:
    given = given_to(desk.session)
    if not given:
        desk.console.say("There is no token to forget.")
        return
    desk.console.say("Removed from this machine:")
    for one in given:
        desk.console.say(f"{one.whose}, {one.where}", indent="  ")
    others = others_with(desk.session, [one.connection for one in given if one.connection])
    if others:
        desk.console.say(f"Also used by {', '.join(others)}: you have to sign in again there.")
    desk.console.say("At the vendors themselves the tokens stay valid; revoke them there.")
    if not ask_name(desk.console, "forget", "remove them", help_=HELP):
        return
    done = forget_all(desk.session, desk.vault, given)
    if done.failed:
        raise as_trouble(done)
    desk.console.say("They are forgotten on this machine.")
