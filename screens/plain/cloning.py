"""The code of the apps, in lines: cloned from Heroku's git. A clone is a read: nothing is pushed."""

from pathlib import Path

from screens.mistake import as_trouble
from screens.plain.desk import Desk
from screens.plain.question import Answer, Help, ask_one, ask_text
from wizard.document.pages.page import counted
from wizard.model.system import App
from wizard.model.trouble import SignInNeeded
from wizard.ports import Source
from wizard.registry import open_source

HELP = Help(
    "Heroku keeps the code that was last pushed to it. It is cloned into a new folder; nothing is pushed, "
    "and nothing on Heroku changes by it."
)


def without_folder(desk: Desk) -> list[App]:
    """The apps whose code is not known on this machine."""
    system, folders = desk.system(), desk.answers().checkouts
    return [app for app in system.apps if app.id not in folders] if system else []


def clone_code(desk: Desk) -> None:
    """Ask for which apps and where to, then clone one after the other.

    Raises:
        Back, Leave, EndOfInput, Interrupted; SignInNeeded: the token is refused.
    """
    missing = without_folder(desk)
    answers = [Answer("all", f"All {counted(len(missing), 'app')} without a folder")] if missing[1:] else []
    answers += [Answer(app.id, app.name) for app in missing]
    which = ask_one(desk.console, "Of which app?", answers, help_=HELP)
    apps = missing if which == "all" else [app for app in missing if app.id == which]
    one = apps[0] if len(apps) == 1 else None
    question = (
        f"The new folder for the clone of {one.name}."
        if one
        else "The folder that gets a new folder for each of them, called as the app is."
    )
    where = Path(ask_text(desk.console, question, help_=HELP, default=str(_here(one)))).expanduser()
    done = [app for app in apps if _clone(desk, app, where if one else where / app.name)]
    desk.console.say(f"{len(done)} of {counted(len(apps), 'app')} cloned.")


def _here(app: App | None) -> Path:
    try:
        folder = Path.cwd()
    except OSError:
        folder = Path.home()
    return folder / app.name if app else folder


def _clone(desk: Desk, app: App, folder: Path) -> bool:
    """Clone one; what is in the way is told, and the others are cloned all the same."""

    async def work() -> tuple[str, str]:
        source: Source = open_source(desk.session, desk.vault)
        try:
            await source.clone(app.id, folder, lambda line: None)
        finally:
            await source.close()
        return await desk.code.read_one(app.id, str(folder))

    try:
        desk.keep_code_folder(*desk.wait(f"Cloning {app.name}", work()))
    except SignInNeeded:
        raise
    except Exception as error:  # noqa: BLE001  said at the app; the others are cloned all the same
        desk.console.say(f"{app.name} is not cloned: {as_trouble(error).sentence()}")
        return False
    desk.console.say(f"The code of {app.name} is in the following folder.")
    desk.console.verbatim(str(folder))
    return True
