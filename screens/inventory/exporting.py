"""Taking the document along: which format, where to, and whether with the values of config vars."""

import asyncio
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from textual.content import Content

from screens.background import in_thread
from screens.inventory.base import here
from screens.inventory.reading import ReadingScreen
from screens.marks import ATTENTION
from screens.mistake import as_trouble
from screens.widgets.ask_text import AskText
from screens.widgets.confirm_typing import ConfirmTyping
from screens.widgets.pick_one import PickOne
from wizard.document.export import ENDINGS, KINDS, Kind, Values, write
from wizard.document.pages.page import counted
from wizard.model.secret import Secret
from wizard.model.system import App, System
from wizard.model.trouble import SignInNeeded
from wizard.ports import Source
from wizard.registry import open_source
from wizard.session.parts import SYSTEM, SYSTEM_BEFORE

FORMATS: dict[Kind, str] = {
    "markdown": "Markdown: one file that reads well",
    "xlsx": "Spreadsheet (XLSX): a sheet each for apps, processes, config vars …",
    "csv": "CSV: a folder with a file for each sheet",
    "json": "JSON: for programs, with a published schema",
}


class ExportingScreen(ReadingScreen):
    """A file is always new, and 0600. Values are in it only when a person asked for exactly that."""

    def action_export(self) -> None:
        """Ask for the format, then the rest."""
        about = Content("The whole document, with your notes. Values of config vars are not in it.")
        rows: list[tuple[str, str]] = [(kind, FORMATS[kind]) for kind in KINDS]
        rows.append(("values", "One of these with the values of config vars: secrets in clear …"))

        def picked(choice: str | None) -> None:
            if choice == "values":
                self._pick_with_values()
            elif choice is not None:
                self._ask_path(_kind(choice), with_values=False)

        self.ask(PickOne("Export", about, rows), picked)

    def _pick_with_values(self) -> None:
        rows = [(kind, FORMATS[kind]) for kind in KINDS]

        def picked(choice: str | None) -> None:
            if choice is not None:
                self._confirm_values(_kind(choice))

        about = Content.styled("With the values of all config vars, in clear. In which format?", ATTENTION)
        self.ask(PickOne("Export with values", about, rows), picked)

    def _confirm_values(self, kind: Kind) -> None:
        index = self.index()
        if index is None:
            return
        every = [var for app in index.system.apps for var in app.config]
        secret = sum(var.secret for var in every)
        lines = [
            Content(
                f"The file will hold {counted(len(every), 'value')}, {secret:,} of them secrets: passwords "
                "of databases, keys of payment and mail services. Whoever reads it can act as these apps."
            ),
            Content(
                "Its first line says so, and only you may read it (0600). Heroku is asked for the values "
                "now; they are written into this one file and nowhere else. Delete it when you are done."
            ),
        ]

        def confirmed(yes: bool | None) -> None:
            if yes:
                self._ask_path(kind, with_values=True)

        self.ask(
            ConfirmTyping("Values in clear", lines, word=self.session.name, verb="to write them"), confirmed
        )

    def _ask_path(self, kind: Kind, *, with_values: bool) -> None:
        day = datetime.now(UTC).astimezone().strftime("%Y-%m-%d")
        name = "-".join(self.session.name.split()).replace("/", "-")
        path = here() / f"{name}-{day}{'-with-values' if with_values else ''}{ENDINGS[kind]}"
        what = "The folder" if kind == "csv" else "The file"
        question = f"{what} to write. It must be new: nothing is ever written over."

        def named(typed: str | None) -> None:
            if typed:
                self._export(kind, Path(typed), with_values=with_values)

        self.ask(AskText("Export", question, value=str(path)), named)

    def _export(self, kind: Kind, path: Path, *, with_values: bool) -> None:
        read = self.session.load(SYSTEM)
        if read is None:
            return

        def written(where: Path) -> None:
            self.say(f"Written: {where}", good=True)

        waiting = "Asking Heroku for the values" if with_values else "Writing the document"
        work = self._write(read, kind, path, with_values=with_values)
        self.behind(work, written, group="export", waiting=waiting)

    async def _write(self, read: System, kind: Kind, path: Path, *, with_values: bool) -> Path:
        index = self.index()
        apps = index.system.apps if index is not None else ()
        values = await self._values(apps) if with_values else None
        before = self.session.load(SYSTEM_BEFORE)
        return await in_thread(
            partial(
                write,
                read,
                self.answers(),
                kind=kind,
                path=path,
                title=self.session.name,
                checkouts=self.code.checkouts(),
                before=before,
                changes=self.changed if before is not None else None,
                values=values,
            )
        )

    async def _values(self, apps: tuple[App, ...]) -> Values:
        source = await in_thread(open_source, self.session, await self.offramp.vault())
        try:
            told = await asyncio.gather(*(_values_of(source, app) for app in apps))
        finally:
            await source.close()
        return Values(
            {app.id: one for app, one in zip(apps, told, strict=True) if isinstance(one, dict)},
            {app.id: one for app, one in zip(apps, told, strict=True) if isinstance(one, str)},
        )


async def _values_of(source: Source, app: App) -> dict[str, Secret] | str:
    """The values of an app, or why they could not be read."""
    try:
        return await source.config(app.id)
    except SignInNeeded:
        raise
    except Exception as error:  # noqa: BLE001  one app must not keep the others from being written
        return as_trouble(error).cause


def _kind(choice: str) -> Kind:
    return next(kind for kind in KINDS if kind == choice)
