"""Report, in lines: printed or written to a file as it is handed in; and the tokens, forgotten at the end."""

from screens.plain.desk import Deed, Desk, do_one_of, heading
from screens.plain.question import Help, ask_name, ask_text
from screens.stages import newest_run
from wizard.report.export import export
from wizard.report.markdown import render
from wizard.report.report import build
from wizard.session.accounts import others_with
from wizard.session.forgetting import as_trouble, forget_all, given_to

HELP = Help(
    "What moved, with the proof of each table; what is left for you to do; what stayed behind and why. It is "
    "Markdown, and can be written to a file that is handed in."
)


def report(desk: Desk) -> None:
    """Print the report; it is the last stage.

    Raises:
        Back, Leave, EndOfInput.
    """
    heading(desk, "report")
    _print(desk)

    def deeds() -> list[Deed]:
        run = newest_run(desk.session)
        ended = run is not None and run.state in ("done", "taken-back")
        why = desk.held() or ("" if ended else "the run may still need them")
        return [
            Deed("Write it to a file", lambda: _export(desk)),
            Deed("Print it again", lambda: _print(desk)),
            Deed("Forget the tokens on this machine", lambda: _forget(desk), why),
            Deed("Back to the list of migrations", lambda: True),
        ]

    do_one_of(desk, lambda: "What now?", deeds, help_=HELP, stage="report")


def _print(desk: Desk) -> None:
    desk.console.verbatim(render(build(desk.session)))


def _export(desk: Desk) -> None:
    name = ask_text(
        desk.console,
        "The report is written to a new file. Its name?",
        help_=HELP,
        default=f"{desk.session.id}-report.md",
    )
    desk.console.say(f"The report is in {export(render(build(desk.session)), name)}.")


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
