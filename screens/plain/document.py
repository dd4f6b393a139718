"""Document, in lines: what stands on Heroku, what no API tells, and the folders with the code."""

from collections.abc import Callable

from screens.plain.cloning import clone_code, without_folder
from screens.plain.desk import Deed, Desk, do_one_of, heading
from screens.plain.exporting import export_document
from screens.plain.gaps import DEPLOYED, ask_deploy, ask_open, change_answer
from screens.plain.question import Answer, Help, ask_hidden, ask_name, ask_one, ask_text
from screens.plain.reading import read_everything
from screens.plain.things import config_vars, find_one
from screens.plain.views import tell_changes, tell_cost, tell_limits, tell_what_follows
from screens.quantities import clock, size
from wizard.document.index import Index
from wizard.document.pages.delivery import WAYS
from wizard.document.pages.page import counted, joined
from wizard.document.summary import counts, dollars
from wizard.model.secret import Secret
from wizard.model.system import App, System
from wizard.session.parts import SYSTEM

HELP = Help(
    "Reads everything that stands on Heroku: apps, what they run, add-ons and their data, config vars and "
    "where each comes from, domains. Nothing is changed there, and no value of a config var is kept.",
    "with every question answered, targets are compared for this very system.",
)
CODE = Help(
    "The folder with the code of an app: the git clone that is pushed to Heroku. It is read only; the target "
    "is deployed from it later. Without it a target cannot say what has to change in the code."
)
FACTOR = Help("The code goes to Heroku only, with this one reading, and is written nowhere.")


def document(desk: Desk) -> None:
    """Read, answer, name the folders; then go on.

    Raises:
        Back, GoTo, Leave, EndOfInput, Interrupted.
    """
    heading(desk, "document")
    do_one_of(
        desk,
        lambda: _summary(desk),
        lambda: _deeds(desk),
        help_=HELP,
        stage="document",
        also=lambda: [*_closer(desk), *_code(desk)] if desk.session.load(SYSTEM) else [],
    )


def _deeds(desk: Desk) -> list[Deed]:
    system, why = desk.system(), desk.read_only()
    words = "Read everything again" if system is not None else "Read everything from Heroku"
    read = Deed(words, lambda: _read(desk), why, action="read")
    factor = Deed("Read with the code of a second factor", lambda: _with_factor(desk), why, action="factor")
    if system is None or not system.apps:
        return [read, factor]
    return [
        *_on(desk, system, why),
        Deed("Find one thing, read it in full, write a note on it", lambda: find_one(desk), action="note"),
        Deed("List the apps", lambda: _list_apps(desk), action="open"),
        Deed("Look closer: what it costs, what follows, what changed", lambda: _look_closer(desk)),
        Deed("The code of the apps: name a folder, or clone from Heroku", lambda: _ask_code(desk)),
        Deed("Correct how an app is deployed", lambda: _correct_deploy(desk), why, action="deploy"),
        Deed("Write the document to a file", lambda: export_document(desk), action="export"),
        read,
        factor,
    ]


def _on(desk: Desk, system: System, why: str) -> list[Deed]:
    """What leads on: the questions that are open, or the next stage."""
    if system.gaps:
        words = f"Answer what no API tells: {counted(len(system.gaps), 'open question')}"
        return [Deed(words, lambda: ask_open(desk), why, action="answer")]
    read = desk.session.load(SYSTEM)
    change = Deed("Change an answer", lambda: change_answer(desk), why, action="answer")
    on = Deed("Go on to choosing a target", lambda: True, action="next")
    return [on, change] if read is not None and read.gaps else [on]


def _closer(desk: Desk) -> list[Deed]:
    return [
        Deed("What a month on Heroku costs, line by line", lambda: tell_cost(desk), action="cost"),
        Deed("What follows from what points at what", lambda: tell_what_follows(desk), action="follows"),
        Deed("What changed since the reading before", lambda: tell_changes(desk), action="changes"),
        Deed("What is not in this document", lambda: tell_limits(desk), action="limits"),
        Deed("The config vars of an app; one value can be printed", lambda: _vars(desk), action="vars"),
    ]


def _code(desk: Desk) -> list[Deed]:
    why = desk.read_only()
    none = "" if without_folder(desk) else "every app has a folder with its code"
    return [
        Deed("Name the folder with the code of an app", lambda: _name_folder(desk), why, action="code"),
        Deed("Clone code from Heroku's git, where no folder has it", lambda: clone_code(desk), why or none),
    ]


def _look_closer(desk: Desk) -> None:
    do_one_of(desk, lambda: "What do you want to know? b goes back.", lambda: _closer(desk), help_=HELP)


def _ask_code(desk: Desk) -> None:
    do_one_of(desk, lambda: "The code of the apps. b goes back.", lambda: _code(desk), help_=CODE)


def _vars(desk: Desk) -> None:
    system = desk.system()
    assert system is not None
    question = "The config vars of which app?"
    config_vars(
        desk, _which(desk, system, question, HELP, lambda app: counted(len(app.config), "config var"))
    )


def _summary(desk: Desk) -> str:
    system = desk.system()
    if system is None:
        return "Nothing is read from Heroku yet. What now?"
    if not system.apps:
        return "This token shows no app that could move: sign in as somebody who sees them. What now?"
    said, all_of, cost = desk.console, counts(system), Index(system).cost
    data = "" if all_of.database_bytes is None else f" with {size(all_of.database_bytes)}"
    over = "over " if cost.unknown else ""
    said.say(
        f"{counted(all_of.apps, 'app')}, {counted(all_of.processes, 'process', 'processes')}, "
        f"{counted(all_of.config_vars, 'config var')}, {counted(all_of.databases, 'database')}{data}; "
        f"{over}{dollars(cost.cents)} a month. Read at {clock(system.taken_at)[:5]}."
    )
    folders = desk.answers().checkouts
    without = [app.name for app in system.apps if app.id not in folders]
    if without:
        said.say(f"Without a code folder: {', '.join(without[:8])}{' and more' if without[8:] else ''}.")
    return "What now?"


def _read(desk: Desk) -> None:
    read_everything(desk)


def _with_factor(desk: Desk) -> None:
    """Send the code with one reading; or, where a person wants that, have Heroku open apps to the token."""
    system = desk.session.load(SYSTEM)
    wanting = Index(system).second_factor_wanted if system is not None else ()
    opened: tuple[str, ...] = ()
    if wanting:
        names = ", ".join(name for _, name in wanting[:3]) + (" and more" if wanting[3:] else "")
        question = (
            f"{counted(len(wanting), 'app')} want a second factor before Heroku tells of them: {names}."
        )
        answers = [
            Answer("send", "Send the code with this reading. Nothing is changed on Heroku"),
            Answer("open", "Let Heroku open them to this token for a while. This writes"),
        ]
        if ask_one(desk.console, question, answers, help_=FACTOR) == "open":
            desk.console.say(
                f"Offramp writes to Heroku: a pre-authorisation for {counted(len(wanting), 'app')}. For a "
                "short time this token may then read and change what wants a code without one; that ends by "
                "itself. No app, no setting and no release is changed."
            )
            if not ask_name(desk.console, desk.session.name, "go on", help_=FACTOR):
                return
            opened = tuple(id_ for id_, _ in wanting)
    code = ask_hidden(desk.console, "The code that your second factor shows now.", "code", help_=FACTOR)
    read_everything(desk, code=Secret(code.reveal(), "one-time code"), opened=opened)


def _list_apps(desk: Desk) -> None:
    system = desk.session.load(SYSTEM)
    index = Index(desk.system() or system) if system else None
    if index is None:
        return
    for app in index.system.apps:
        desk.console.say(f"{app.name}: region {app.region}, {app.stack}, {WAYS[app.deploy.kind]}.")
        for process in app.processes:
            desk.console.say(
                f"{process.type}: {process.quantity} x {process.size}, {process.command}", indent="  "
            )
        add_ons = [f"{one.name} ({one.plan})" for one, _ in index.add_ons_of(app)]
        domains = [one.hostname for one in app.domains if one.kind == "custom"]
        for what, names in (("add-ons", add_ons), ("domains", domains)):
            if names:
                desk.console.say(f"{what}: {', '.join(names)}", indent="  ")
        folder = desk.answers().checkouts.get(app.id)
        told = f"code in {folder}" if folder else "no code folder"
        desk.console.say(f"{counted(len(app.config), 'config var')}; {told}", indent="  ")


def _which(desk: Desk, system: System, question: str, help_: Help, about: Callable[[App], str]) -> App:
    """Ask for an app; `about` says of each what matters to the question, "" for nothing."""
    told = {one.id: about(one) for one in system.apps}
    answers = [Answer(one.id, joined((one.name, told[one.id]), by=": ")) for one in system.apps]
    return system.app(ask_one(desk.console, question, answers, help_=help_))


def _name_folder(desk: Desk) -> None:
    system = desk.system()
    assert system is not None
    folders = desk.answers().checkouts
    app = _which(desk, system, "Of which app?", CODE, lambda app: folders.get(app.id, "no folder yet"))
    known = folders.get(app.id, "")
    typed = ask_text(
        desk.console, f"The folder with the code of {app.name}, as in ~/src/my-app", help_=CODE, default=known
    )
    app_id, path = desk.wait(f"Reading the code of {app.name}", desk.code.read_one(app.id, typed))
    desk.keep_code_folder(app_id, path)
    desk.console.say(f"The code of {app.name} is read from {path}.")


def _correct_deploy(desk: Desk) -> None:
    system = desk.system()
    assert system is not None
    question = "Of which app is the way to be corrected by which it is deployed?"
    ask_deploy(desk, _which(desk, system, question, DEPLOYED, lambda app: WAYS[app.deploy.kind]))
