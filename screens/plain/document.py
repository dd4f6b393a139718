"""Document, in lines: what stands on Heroku, what no API tells, and the folders with the code."""

from screens.plain.desk import Deed, Desk, do_one_of, heading
from screens.plain.gaps import ask_deploy, ask_open
from screens.plain.question import Answer, Help, ask_hidden, ask_one, ask_text
from screens.plain.reading import read_everything
from screens.quantities import clock, size
from wizard.document.index import Index
from wizard.document.pages.delivery import WAYS
from wizard.document.pages.page import counted
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
        Back, Leave, EndOfInput.
    """
    heading(desk, "document")

    def deeds() -> list[Deed]:
        system = desk.system()
        why = desk.read_only()
        read = Deed("Read everything from Heroku", lambda: _read(desk), why)
        if system is None:
            return [read, Deed("Read with the code of a second factor", lambda: _with_factor(desk), why)]
        again = Deed("Read everything again", lambda: _read(desk), why)
        factor = Deed("Read with the code of a second factor", lambda: _with_factor(desk), why)
        show = Deed("List the apps", lambda: _list_apps(desk))
        code = Deed("Name the folder with the code of an app", lambda: _name_folder(desk), why)
        way = Deed("Correct how an app is deployed", lambda: _correct_deploy(desk), why)
        if not system.apps:
            return [again, factor]
        if system.gaps:
            known = Deed(
                f"Answer what no API tells: {counted(len(system.gaps), 'open question')}",
                lambda: ask_open(desk),
                why,
            )
            return [known, show, code, way, again, factor]
        return [Deed("Go on to choosing a target", lambda: True), show, code, way, again, factor]

    do_one_of(desk, lambda: _summary(desk), deeds, help_=HELP, stage="document")


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
    said.say("The whole document as a file (Markdown, XLSX, CSV, JSON):")
    said.verbatim(f"  offramp document {desk.session.id} --output FILE")
    folders = desk.answers().checkouts
    without = [app.name for app in system.apps if app.id not in folders]
    if without:
        said.say(f"Without a code folder: {', '.join(without[:8])}{' and more' if without[8:] else ''}.")
    return "What now?"


def _read(desk: Desk) -> None:
    read_everything(desk)


def _with_factor(desk: Desk) -> None:
    code = ask_hidden(desk.console, "The code that your second factor shows now.", "code", help_=FACTOR)
    read_everything(desk, code=Secret(code.reveal(), "one-time code"))


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


def _which(desk: Desk, system: System, question: str, help_: Help) -> App:
    folders = desk.answers().checkouts
    answers = [
        Answer(one.id, f"{one.name}{': ' + folders[one.id] if one.id in folders else ''}")
        for one in system.apps
    ]
    return system.app(ask_one(desk.console, question, answers, help_=help_))


def _name_folder(desk: Desk) -> None:
    system = desk.system()
    assert system is not None
    app = _which(desk, system, "Of which app?", CODE)
    known = desk.answers().checkouts.get(app.id, "")
    typed = ask_text(
        desk.console, f"The folder with the code of {app.name}, as in ~/src/my-app", help_=CODE, default=known
    )
    app_id, path = desk.wait(f"Reading the code of {app.name}", desk.code.read_one(app.id, typed))
    desk.keep_code_folder(app_id, path)
    desk.console.say(f"The code of {app.name} is read from {path}.")


def _correct_deploy(desk: Desk) -> None:
    system = desk.system()
    assert system is not None
    ask_deploy(desk, _which(desk, system, "How is which app deployed?", CODE))
