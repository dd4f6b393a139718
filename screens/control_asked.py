"""Somebody at another terminal asks for the session that is open here: the question, and its answer."""

from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.widgets import Input, Static

from screens.background import in_thread
from screens.keyed import KeyedScreen
from screens.widgets.dialog import Dialog
from screens.widgets.field import Field
from wizard.run.handover import Wish, answer, wished
from wizard.session.store import Session

if TYPE_CHECKING:
    from screens.app import OfframpApp


class ControlAsked(Dialog[bool]):
    """Result: True to give control away, False to keep it; None when nobody asks any more.

    A word, never a key: the question may come up while something else is typed.
    """

    hint = "esc keeps it"

    def __init__(self, wish: Wish) -> None:
        super().__init__("Somebody asks for control")
        self.wish = wish

    def compose_content(self) -> ComposeResult:
        """Who asks, and what each answer means."""
        yield Static(f"{self.wish.asker.person()} asks to control this migration.", markup=False)
        yield Static(
            "With yes that terminal answers and controls from now on, and this one watches. With no all "
            "stays as it is. The journal says who did what.",
            markup=False,
        )
        yield Static("Type yes or no", classes="asked", markup=False)
        yield Field(compact=True)

    @on(Input.Submitted)
    def _typed(self, message: Input.Submitted) -> None:
        word = message.value.strip().lower()
        if word in ("yes", "no"):
            self.dismiss(word == "yes")
        else:
            self.complain("Neither yes nor no. Nothing was given away.")

    def action_close(self) -> None:
        """Escape keeps it."""
        self.dismiss(False)


class Doorkeeper:
    """Looks once a second whether somebody asks for the open session, and shows the question."""

    def __init__(self, app: "OfframpApp") -> None:
        self._app = app
        self._looking = False

    def look(self) -> None:
        """One look, behind; nothing while another is under way or the session is not ours."""
        if not self._looking and self._app.session is not None and self._app.holder is None:
            self._looking = True
            self._app.run_worker(self._look(self._app.session), group="wish", exit_on_error=False)

    async def _look(self, session: Session) -> None:
        try:
            wish = await in_thread(wished, session)
            if self._app.session is session:
                self._show(session, wish)
        except Exception as error:  # noqa: BLE001  shown in the panel, logged when it is our mistake
            if self._app.session is session:
                self._trouble(error)
        finally:
            self._looking = False

    def _show(self, session: Session, wish: Wish | None) -> None:
        top = self._app.screen
        if isinstance(top, ControlAsked):
            if wish is None or wish.id != top.wish.id:
                top.dismiss(None)
        elif wish is not None:
            self._app.bell()
            self._app.push_screen(ControlAsked(wish), lambda yes: self._answered(session, wish, yes))

    def _answered(self, session: Session, wish: Wish, yes: bool | None) -> None:
        if yes is None or self._app.session is not session:
            self._say(f"{wish.asker.person()} asks no more. You keep control.")
            return
        try:
            heard = answer(session, wish, yes=yes)
        except Exception as error:  # noqa: BLE001  shown in the panel, logged when it is our mistake
            self._trouble(error)
            return
        if not heard:
            self._say(f"{wish.asker.person()} asks no more. You keep control.")
        elif yes:
            # Until the other has taken it, it is the one who is next.
            self._app.holder = session.claim() or wish.asker
            self._close_dialogs()
            self._say(f"{wish.asker.person()} has control now; you watch.")
        else:
            self._say(f"You keep control; {wish.asker.person()} was told.")

    def _close_dialogs(self) -> None:
        """What they asked is for the other to answer now."""
        while isinstance(top := self._app.screen, Dialog):
            top.dismiss(None)

    def _keyed(self) -> KeyedScreen | None:
        return next((one for one in reversed(self._app.screen_stack) if isinstance(one, KeyedScreen)), None)

    def _say(self, sentence: str) -> None:
        if (screen := self._keyed()) is not None:
            screen.renew()
            screen.say(sentence)

    def _trouble(self, error: Exception) -> None:
        if (screen := self._keyed()) is not None:
            screen.show_trouble(error)
