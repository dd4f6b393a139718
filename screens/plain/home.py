"""The list of migrations, by numbers: open one, begin one, or try the example."""

from collections.abc import Sequence

from screens.deleting import delete_session
from screens.home_entries import Entry, read_entries
from screens.plain.console import Console
from screens.plain.letters import letter_of
from screens.plain.plainly import without_keys
from screens.plain.question import BEGIN, Answer, Back, Help, ask_name, ask_one, ask_text
from wizard.session.store import Session, create, find
from wizard.told_hosts import told_hosts

HELP = Help(
    "Every migration that was begun on this machine, newest first. A run that is under way goes on whether "
    "it is open or not. A migration holds your answers; credentials are kept in the keyring, never in it.",
    "a new migration begins with signing in to Heroku; one that exists opens where it stands.",
)
NEW, TRY, DELETE = "+new", "+try", "+delete"


DELETING = Help(
    "Its answers, its journal and its proof are deleted from this machine. Nothing on Heroku or on the "
    "target is touched. Credentials in the keyring stay. There is no way back."
)


class WantsExample(Exception):
    """The person wants the example system on this machine."""


def choose_session(console: Console) -> Session | None:
    """Ask which migration to open, or begin one; None when one was deleted.

    Raises:
        WantsExample: the example was chosen.
        Back, Leave, EndOfInput; Trouble: it cannot be opened.
    """
    console.say()
    console.say(BEGIN)
    known = read_entries()
    answers = [Answer(entry.id, _words(entry), _why_not(entry)) for entry in known]
    answers += [
        Answer(NEW, "Begin a new migration", letter=letter_of("home", "new")),
        Answer(
            TRY,
            "Try it: the example system on this machine, no accounts needed",
            letter=letter_of("home", "demo"),
        ),
    ]
    if known:
        words = "Delete a migration from this machine"
        answers.append(Answer(DELETE, words, letter=letter_of("home", "delete")))
    chosen = ask_one(console, "Which migration?", answers, help_=HELP)
    if chosen == TRY:
        raise WantsExample
    if chosen == DELETE:
        _delete(console, known)
        return None
    if chosen != NEW:
        return find(chosen)
    question = "A name for this migration: your product, or the system that moves."
    return create(ask_text(console, question, help_=HELP), hosts=told_hosts())


def _delete(console: Console, known: Sequence[Entry]) -> None:
    """Ask which, and for its name; then delete it.

    Raises:
        Leave, EndOfInput, Interrupted; Trouble: it cannot be deleted, and why.
    """
    answers = [Answer(entry.id, _words(entry)) for entry in known]
    try:
        chosen = ask_one(console, "Which one is to be deleted?", answers, help_=DELETING, default="")
        entry = next(one for one in known if one.id == chosen)
        console.say(DELETING.purpose)
        if ask_name(console, entry.name, "delete it", help_=DELETING):
            console.say(f"{delete_session(entry.id)} is deleted.")
    except Back:
        return


def _why_not(entry: Entry) -> str:
    return without_keys(f"{entry.broken} {entry.way_out}".strip()) if entry.broken else ""


def _words(entry: Entry) -> str:
    if entry.broken:
        return entry.name
    # "acme-shop, Heroku → Aptible, restoring, 61 %, 2 d ago": signs are read out badly.
    route = entry.route.replace(" → ", " to ").replace("to ?", "no target yet")
    # What coming to a run that is under way means: who has it, at which step.
    attach = entry.attach.replace(" · ", ", ").replace("enter ", "opening it ")
    return ", ".join(filter(None, (entry.name, route, entry.state, entry.detail, entry.age, attach)))
