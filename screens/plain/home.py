"""The list of migrations, by numbers: open one, begin one, or try the example."""

from screens.home_entries import Entry, read_entries
from screens.plain.console import Console
from screens.plain.question import Answer, Help, ask_one, ask_text
from wizard.session.store import Session, create, find
from wizard.told_hosts import told_hosts

HELP = Help(
    "Every migration that was begun on this machine, newest first. A run that is under way goes on whether "
    "it is open or not. A migration holds your answers; credentials are kept in the keyring, never in it.",
    "a new migration begins with signing in to Heroku; one that exists opens where it stands.",
)
NEW, TRY = "+new", "+try"


class WantsExample(Exception):
    """The person wants the example system on this machine."""


def choose_session(console: Console) -> Session:
    """Ask which migration to open, or begin one.

    Raises:
        WantsExample: the example was chosen.
        Back, Leave, EndOfInput; Trouble: it cannot be opened.
    """
    console.say()
    console.say(
        "Offramp, plain: questions and lines. ? explains, b goes back, g goes to another stage, q leaves."
    )
    answers = [Answer(entry.id, _words(entry), entry.broken) for entry in read_entries()]
    answers += [
        Answer(NEW, "Begin a new migration"),
        Answer(TRY, "Try it: the example system on this machine, no accounts needed"),
    ]
    chosen = ask_one(console, "Which migration?", answers, help_=HELP)
    if chosen == TRY:
        raise WantsExample
    if chosen != NEW:
        return find(chosen)
    question = "A name for this migration: your product, or the system that moves."
    return create(ask_text(console, question, help_=HELP), hosts=told_hosts())


def _words(entry: Entry) -> str:
    if entry.broken:
        return entry.name
    # "acme-shop, Heroku → Aptible, restoring, 61 %, 2 d ago": signs are read out badly.
    route = entry.route.replace(" → ", " to ").replace("to ?", "no target yet")
    return ", ".join(filter(None, (entry.name, route, entry.state, entry.detail, entry.age)))
