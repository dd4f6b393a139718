"""The code of the apps: folders that a person names, or clones from Heroku's git."""

from pathlib import Path

from textual.content import Content

from screens.background import in_thread
from screens.inventory.base import here
from screens.inventory.reading import ReadingScreen
from screens.mistake import as_trouble
from screens.widgets.ask_code import CLONE, AskCode
from screens.widgets.ask_text import AskText
from screens.widgets.pick_one import PickOne
from wizard.document.pages.page import counted
from wizard.model.system import App
from wizard.model.trouble import SignInNeeded
from wizard.ports import Source
from wizard.registry import open_source


class CloningScreen(ReadingScreen):
    """A clone is a read: nothing is pushed, and nothing on Heroku changes by it."""

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
            "The new folder for the clone."
            if one
            else "The folder that gets a new folder for each app, called as the app is."
        )

        def named(path: str | None) -> None:
            if not path:
                return
            where = Path(path).expanduser()
            wanted = [(app, where if one else where / app.name) for app in apps]
            doing = f"Cloning {one.name}" if one else f"Cloning {len(apps)} apps"
            self.behind(self._clone(wanted), self._cloned, group="clone", waiting=doing)

        value = str(parent / one.name) if one else str(parent)
        self.ask(AskText("Clone from Heroku", question, value=value), named)

    async def _clone(self, wanted: list[tuple[App, Path]]) -> tuple[int, str]:
        """Clone one after the other; how many there are now, and why the first of the others is not."""
        source = await in_thread(open_source, self.session, await self.offramp.vault())
        done, why = 0, ""
        try:
            for app, folder in wanted:
                trouble = await self._clone_one(source, app, folder)
                done += not trouble
                why = why or trouble
        finally:
            await source.close()
        return done, why

    async def _clone_one(self, source: Source, app: App, folder: Path) -> str:
        try:
            await source.clone(app.id, folder, lambda line: None)
            self.keep_code_folder(*await self.code.read_one(app.id, str(folder)))
        except SignInNeeded:
            raise
        except Exception as error:  # noqa: BLE001  said at the app; the others are cloned all the same
            trouble = self.code.known[app.id] = as_trouble(error)
            return trouble.sentence()
        return ""

    def _cloned(self, result: tuple[int, str]) -> None:
        done, why = result
        words = f"{counted(done, 'app')} cloned." if done else "Nothing was cloned."
        self.say(f"{words} {why}".strip(), good=not why)
        self.look_through()
