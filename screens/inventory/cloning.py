"""The code of the apps: folders that a person names, or clones from Heroku's git."""

from collections.abc import Sequence
from pathlib import Path

from textual.content import Content

from screens.background import in_thread
from screens.inventory.base import here
from screens.inventory.reading import ReadingScreen
from screens.inventory.rows import shortened
from screens.mistake import as_trouble
from screens.widgets.ask_code import CLONE, AskCode
from screens.widgets.ask_text import AskText
from screens.widgets.pick_one import PickOne
from wizard.document.pages.page import counted
from wizard.model.system import App
from wizard.model.trouble import SignInNeeded
from wizard.ports import Source
from wizard.registry import open_source

SHOWN, FEW = 12, 3
"""Names of apps that are told before cloning, and of those that could not be cloned."""


class CloningScreen(ReadingScreen):
    """A clone is a read: nothing is pushed, and nothing on Heroku changes by it."""

    def __init__(self) -> None:
        super().__init__()
        self._clone: tuple[int, int, str, str] | None = None
        """The number of the app that is cloned now, of how many, its name, and git's last line."""

    def action_code(self) -> None:
        """Ask for the folder of the highlighted app."""
        app = self.current_app()
        if app is None:
            return
        question = f"The folder with the code of {app.name}: the git clone that is pushed to Heroku."
        known = self.answers().checkouts.get(app.id, "")
        dialog = AskCode("Code folder", question, value=known, placeholder="~/src/my-app")

        def named(path: str | None) -> None:
            if path == CLONE:
                self._pick_clones(app)
            elif path:
                self.behind(self.code.read_one(app.id, path), self.keep_folder, group="code-folder")

        self.ask(dialog, named)

    def _pick_clones(self, app: App) -> None:
        index = self.index()
        if index is None:
            return
        if self._clone is not None:  # another would end it half-way
            self.say(f"{self._clone_words()}. Let that end first.")
            return
        folders = self.answers().checkouts
        missing = [one for one in index.system.apps if one.id not in folders]
        if len(missing) < 2:
            self._ask_where((app,))
            return

        def picked(which: str | None) -> None:
            if which is not None:
                self._ask_where((app,) if which == "one" else tuple(missing))

        about = Content("Heroku keeps the code that was last pushed to it. Nothing is changed there.")
        rows = [("one", f"only {app.name}"), ("all", f"all {counted(len(missing), 'app')} without a folder")]
        self.ask(PickOne("Clone from Heroku", about, rows), picked)

    def _ask_where(self, apps: tuple[App, ...]) -> None:
        parent = here()
        one = apps[0] if len(apps) == 1 else None
        question = (
            f"The new folder for the clone of {one.name}."
            if one
            else f"The folder that gets a new folder for each of {counted(len(apps), 'app')}, called as the "
            f"app is: {some([app.name for app in apps], SHOWN)}."
        )

        def named(path: str | None) -> None:
            if not path:
                return
            where = Path(path).expanduser()
            wanted = [(app, where if one else where / app.name) for app in apps]
            self.behind(self._clone_all(wanted), self._cloned, group="clone", waiting=self._clone_words)

        value = str(parent / one.name) if one else str(parent)
        self.ask(AskText("Clone from Heroku", question, value=value), named)

    def _clone_words(self) -> str:
        """Which app is cloned, of how many, and what git said last."""
        if self._clone is None:
            return "Cloning"
        number, total, name, line = self._clone
        words = f"Cloning {name}" if total == 1 else f"Cloning {number} of {total}, {name}"
        return shortened(f"{words}: {line}" if line else words, max(20, self.size.width - 12))

    async def _clone_all(self, wanted: list[tuple[App, Path]]) -> tuple[int, dict[str, str]]:
        """Clone one after the other; how many there are now, and why the others are not, by name."""
        why: dict[str, str] = {}
        self._clone = (1, len(wanted), wanted[0][0].name, "")
        try:
            source = await in_thread(open_source, self.session, await self.offramp.vault())
            try:
                for number, (app, folder) in enumerate(wanted, 1):
                    self._clone = (number, len(wanted), app.name, "")
                    if trouble := await self._clone_one(source, app, folder):
                        why[app.name] = trouble
            finally:
                await source.close()
        finally:
            self._clone = None
        return len(wanted) - len(why), why

    async def _clone_one(self, source: Source, app: App, folder: Path) -> str:
        def said(line: str) -> None:
            if self._clone is not None:
                self._clone = (*self._clone[:3], line)

        try:
            await source.clone(app.id, folder, said)
            self.keep_code_folder(*await self.code.read_one(app.id, str(folder)))
        except SignInNeeded:
            raise
        except Exception as error:  # noqa: BLE001  said at the app; the others are cloned all the same
            trouble = self.code.known[app.id] = as_trouble(error)
            return trouble.sentence()
        return ""

    def _cloned(self, result: tuple[int, dict[str, str]]) -> None:
        done, why = result
        words = f"{counted(done, 'app')} cloned." if done else "Nothing was cloned."
        if why:
            words += f" Not cloned: {some(list(why), FEW)}. {next(iter(why.values()))}"
        self.say(words, good=not why)
        self.look_through()


def some(names: Sequence[str], most: int) -> str:
    """The first names, and how many there are besides."""
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more:,} more" if more > 0 else "")
