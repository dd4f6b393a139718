"""The folders with the code of the apps, read in threads since git is asked."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from screens.background import in_thread
from screens.mistake import as_trouble
from wizard.document.checkout import Checkout, read_checkout
from wizard.document.repository.code_place import WHOLE, place_in
from wizard.model.system import System
from wizard.model.trouble import Trouble


class CodeFolders:
    """What was read, or why it could not be, by app id. `system` gives the inventory, which knows the part of
    a repository that Heroku builds as an app."""

    def __init__(self, system: Callable[[], System | None]) -> None:
        self.known: dict[str, Checkout | Trouble] = {}
        self._system = system

    async def read(self, folders: Mapping[str, str]) -> None:
        """Read every folder; one that cannot be read is kept as its trouble."""
        for app_id, folder in folders.items():
            try:
                self.known[app_id] = await self._read(app_id, folder)
            except Exception as error:  # noqa: BLE001  one folder must not keep the others from being read
                self.known[app_id] = as_trouble(error)

    async def read_one(self, app_id: str, folder: str) -> tuple[str, str]:
        """Read one folder that a person named; returns the app id and the folder's full path.

        Raises:
            Trouble: there is no such folder, or it cannot be read.
        """
        checkout = await self._read(app_id, folder)
        self.known[app_id] = checkout
        return app_id, checkout.path

    async def _read(self, app_id: str, folder: str) -> Checkout:
        system = self._system()
        app = next((app for app in system.apps if app.id == app_id), None) if system else None
        return await in_thread(partial(read_checkout, folder, place=place_in(app) if app else WHOLE))

    async def look_through(self, names: Mapping[str, Sequence[str]]) -> None:
        """Add what all files of the folders say to those that were read; takes seconds for a large one.

        Args:
            names: the config vars of each app, by its id.
        """
        # Only now: it brings parsers along that nothing needs before.
        from wizard.document.repository.code import add_code

        for app_id, known in list(self.known.items()):
            if isinstance(known, Checkout) and known.look is None:
                try:
                    whole: Checkout | Trouble = await in_thread(add_code, known, names.get(app_id, ()))
                except Exception as error:  # noqa: BLE001  as above
                    whole = as_trouble(error)
                # Another folder may have been named for the app meanwhile.
                if self.known.get(app_id) is known:
                    self.known[app_id] = whole

    def checkouts(self) -> dict[str, Checkout]:
        """Those that could be read."""
        return {app_id: one for app_id, one in self.known.items() if isinstance(one, Checkout)}
