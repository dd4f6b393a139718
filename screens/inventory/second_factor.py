"""Apps that want a second factor: its code is asked for, and everything is read again with it."""

from textual.content import Content

from screens.inventory.reading import ReadingScreen
from screens.widgets.ask_text import AskText
from screens.widgets.confirm_typing import ConfirmTyping
from screens.widgets.pick_one import PickOne
from wizard.document.pages.page import counted
from wizard.model.secret import Secret
from wizard.model.trouble import SecondFactorNeeded, Trouble


class SecondFactorScreen(ReadingScreen):
    """The code is held in memory for one reading. It goes to Heroku with the reads that want it."""

    def wanting(self) -> tuple[tuple[str, str], ...]:
        """Id and name of the apps that want it."""
        index = self.index()
        return index.second_factor_wanted if index is not None else ()

    def read_failed(self, trouble: Trouble) -> None:
        """Asked at once when nothing can be read without it."""
        if isinstance(trouble, SecondFactorNeeded):
            self._ask_code(())

    def action_factor(self) -> None:
        """Ask by which way the code is to be used."""
        apps = self.wanting()
        if len(apps) == 0:
            self._ask_code(())
            return
        names = ", ".join(name for _, name in apps[:3]) + (" and more" if len(apps) > 3 else "")
        about = Content(
            f"{counted(len(apps), 'app')} {'wants' if len(apps) == 1 else 'want'} a second factor before "
            f"Heroku tells of {'it' if len(apps) == 1 else 'them'}: {names}. "
            "A code is good for half a minute."
        )
        ways = [
            ("send", "Send the code with this reading. Nothing is changed on Heroku."),
            ("open", "Let Heroku open what wants it to this token for a while (this writes)."),
        ]

        def picked(way: str | None) -> None:
            if way == "send":
                self._ask_code(())
            elif way == "open":
                self._confirm(apps)

        self.ask(PickOne("Second factor", about, ways), picked)

    def _confirm(self, apps: tuple[tuple[str, str], ...]) -> None:
        lines = [
            Content(f"Offramp writes to Heroku: a pre-authorisation for {counted(len(apps), 'app')}."),
            Content(
                "For a short time this token may then read and change what wants a code without one; that "
                "ends by itself. No app, no setting and no release is changed."
            ),
        ]

        def confirmed(yes: bool | None) -> None:
            if yes:
                self._ask_code(tuple(id_ for id_, _ in apps))

        self.ask(ConfirmTyping("Write to Heroku", lines, word=self.session.name, verb="to go on"), confirmed)

    def _ask_code(self, opened: tuple[str, ...]) -> None:
        question = (
            "The code that your authenticator shows now. It goes to Heroku only, is held in memory for this "
            "one reading, and is written nowhere."
        )

        def typed(code: str | None) -> None:
            if code:
                self.action_read(code=Secret(code, label="one-time code"), pre_authorise=opened)

        def check(code: str) -> str:
            good = code.isascii() and code.isalnum()
            return "" if good else "A code has letters and digits only. It was not sent anywhere."

        self.ask(AskText("Second factor", question, placeholder="123456", check=check), typed)
