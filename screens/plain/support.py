"""A file for whoever helps, in lines: what is in it is said before it is written."""

from screens.headless.settings_finding import of_settings
from screens.plain.desk import Desk
from screens.plain.question import Answer, Help, ask_one, ask_text
from wizard.machine import examine
from wizard.support.bundle import collect, write

HELP = Help(
    "The journal, the plan and what this machine is like, for whoever helps you. It holds no config vars, "
    "tokens, rows, build logs, and no mail addresses. Nothing is sent: you send it, after you looked at it."
)


def write_bundle(desk: Desk) -> None:
    """Ask whether names may be in it, say what it holds, and write it to a new file.

    Raises:
        Back, Leave, EndOfInput, Interrupted; Trouble: it cannot be written.
    """
    console = desk.console
    answers = [
        Answer("shown", "Names of apps, databases, domains and hosts may be in it"),
        Answer("hidden", "Hide them"),
    ]
    hide = ask_one(console, "May it name your apps?", answers, help_=HELP) == "hidden"
    pieces = collect(desk.session, (*examine(), of_settings()), hide_names=hide)
    console.say("It holds:")
    for piece in pieces:
        console.say(f"{piece.name}, {len(piece.text.encode()):,} bytes: {piece.what}", indent="  ")
    question = "The new file, a zip. Its name?"
    name = ask_text(console, question, help_=HELP, default=f"{desk.session.id}-support.zip")
    console.say("It is in the following file. Look at it before you send it; nothing was sent.")
    console.verbatim(str(write(pieces, name)))
