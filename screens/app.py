"""The application: which session is open, where credentials are, and how screens follow each other."""

import asyncio
import gc
import os
from collections.abc import Iterable
from pathlib import PurePath
from typing import Any, ClassVar

for _name in ("TEXTUAL_LOG", "TEXTUAL", "TEXTUAL_DEBUG"):
    # Textual reads them when it is imported, and would write typed secrets into a log.
    os.environ.pop(_name, None)

from rich.console import RenderableType  # noqa: E402
from textual.app import SystemCommand  # noqa: E402
from textual.binding import Binding, BindingType  # noqa: E402
from textual.drivers.linux_driver import LinuxDriver  # noqa: E402
from textual.filter import Monochrome, NoColor  # noqa: E402
from textual.geometry import Offset  # noqa: E402
from textual.screen import Screen  # noqa: E402

from screens import clipboard  # noqa: E402
from screens.background import in_thread  # noqa: E402
from screens.clearing_driver import ClearingDriver  # noqa: E402
from screens.control_asked import Doorkeeper  # noqa: E402
from screens.demo_help import DemoHelp  # noqa: E402
from screens.hang_up import leave_when_gone, leave_when_told, stop_listening  # noqa: E402
from screens.hardware_cursor import cursor_on  # noqa: E402
from screens.keyed import KeyedScreen  # noqa: E402
from screens.keymap import Keymap  # noqa: E402
from screens.lean_wire import LeanApp  # noqa: E402
from screens.marks import terminal_speaks_utf8  # noqa: E402
from screens.private import QuietCrash  # noqa: E402
from screens.stages import stage_named, standing  # noqa: E402
from screens.styles import sheet  # noqa: E402
from screens.suspend import stop_when_told, suspend  # noqa: E402
from screens.themes import THEMES, first_theme, other_theme  # noqa: E402
from screens.widgets.leave import LeaveDialog  # noqa: E402
from screens.without_colour import WithoutColour  # noqa: E402
from wizard.credentials import Vault, open_vault  # noqa: E402
from wizard.session.lock import Holder  # noqa: E402
from wizard.session.store import Session  # noqa: E402
from wizard.settings import Settings, read_settings  # noqa: E402

DEMO = "demo"
"""The application's result when the person wants the guided demo."""


class OfframpApp(QuietCrash, LeanApp):
    """Shows one session at a time. Its result is `DEMO` or None."""

    CSS_PATH: ClassVar[str | PurePath | list[str | PurePath] | None] = [sheet("offramp")]
    TITLE = "Offramp"
    ENABLE_COMMAND_PALETTE = True
    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012  Textual's own declaration
        (0, "-tiny"),
        (60, "-narrow"),
        (100, "-wide"),
    ]
    VERTICAL_BREAKPOINTS = [  # noqa: RUF012  Textual's own declaration
        (0, "-flat"),
        (15, "-short"),
        (30, "-tall"),
    ]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+c", "leave", show=False, priority=True),
        Binding("ctrl+q", "leave", show=False, priority=True),
        # Without priority: where text is typed, it takes back the last change.
        Binding("ctrl+z", "suspend_process", show=False),
    ]

    def __init__(
        self,
        *,
        session: Session | None = None,
        vault: Vault | None = None,
        demo: DemoHelp | None = None,
        settings: Settings | None = None,
        slow_link: bool = False,
    ) -> None:
        self.settings = settings or read_settings()
        self.keymap = Keymap.of(self.settings.keys)
        self.slow_link = slow_link
        driver: type[ClearingDriver] = ClearingDriver
        if not terminal_speaks_utf8():
            from screens.ascii_driver import AsciiDriver

            driver = AsciiDriver
        super().__init__(driver_class=driver)
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = first_theme(self.console.color_system, self.settings.theme)
        if self.no_color:
            kept = [one for one in self._filters if not isinstance(one, Monochrome | NoColor)]
            self._filters = [*kept, WithoutColour(lambda: self.native_ansi_color)]
        self.session = session
        self.demo = demo
        self.holder: Holder | None = None
        self._vault = vault
        self._opening_vault = asyncio.Lock()
        self._doorkeeper = Doorkeeper(self)
        self.modes_before: list[Any] | None = None
        """Those of the terminal (termios) before anything was asked of it, where that differs."""

    async def on_mount(self) -> None:
        """Home below everything; the given session above it."""
        from screens.home import HomeScreen

        self.set_keymap(self.keymap.keys)
        driver = self._driver if isinstance(self._driver, LinuxDriver) else None
        if driver is None:
            leave_when_told(self.exit, None)
        else:
            driver.attrs_before = self.modes_before or driver.attrs_before
            leave_when_told(self.exit, driver.fileno, driver.attrs_before)
        if not self.is_headless:
            if driver is not None:
                leave_when_gone(self.exit, driver.exit_event.set, driver.fileno)
            stop_when_told(self.action_suspend_process, self.draw_anew)
        await self.push_screen(HomeScreen())
        self.set_interval(1.0, self._doorkeeper.look)
        self._tell_mistakes()
        if self.session is not None:
            await self.open(self.session)
        if not self.is_headless:
            # What is there now stays to the end. To look through all of it for circles takes a third of a
            # second, in which no key is heard; from now on only what was made later is looked through.
            gc.freeze()

    def _tell_mistakes(self) -> None:
        mistakes = (*self.settings.mistakes, *self.keymap.mistakes)
        if mistakes and isinstance(self.screen, KeyedScreen):
            more = f" {len(mistakes) - 1} more:" if len(mistakes) > 1 else ""
            first = mistakes[0].words(self.settings.file)
            self.screen.say(f"{first}{more or ''} `offramp doctor` shows the settings.")

    async def vault(self) -> Vault:
        """Where credentials are; the keyring is tried out once, in a thread, with a deadline."""
        async with self._opening_vault:
            if self._vault is None:
                self._vault = await in_thread(open_vault)
            return self._vault

    async def look_at_keyring_again(self) -> Vault:
        """Try the keyring out anew, after a person unlocked it."""
        fresh = await in_thread(open_vault)
        async with self._opening_vault:
            if self._vault is not None:
                fresh.take_over(self._vault)
            self._vault = fresh
        return fresh

    # -- sessions and stages ------------------------------------------------------------------------

    async def open(self, session: Session) -> None:
        """Open a session at the stage where it stands; read-only when another Offramp writes in it."""
        self.session = session
        self.holder = session.claim()
        await self.show_stage(standing(session).current)
        if self.holder is not None and isinstance(self.screen, KeyedScreen):
            self.screen.say(self.read_only_words())

    async def show_stage(self, name: str) -> None:
        """Show a stage, rebuilt from the session. What lay over the screens is closed."""
        screen = stage_named(name).make_screen()
        self._close_dialogs()
        self.shown.forget()
        if len(self.screen_stack) > 2:
            await self.switch_screen(screen)
        else:
            await self.push_screen(screen)

    async def go_home(self) -> None:
        """Close the session and show all migrations."""
        self._close_dialogs()
        if len(self.screen_stack) > 2:
            await self.pop_screen()
        self.close_session()

    def _close_dialogs(self) -> None:
        while self.screen.is_modal:
            self.pop_screen()

    def close_session(self) -> None:
        """Close the open session and give its claim back."""
        if self.session is not None:
            self.session.close()
        self.session = self.holder = None

    def on_unmount(self) -> None:
        """See `close_session`."""
        stop_listening()
        self.close_session()

    def read_only_words(self) -> str:
        """Who else has the session, as a sentence; "" when it is ours to write."""
        if self.holder is None:
            return ""
        screen = self.screen
        asks = isinstance(screen, KeyedScreen) and any(key.name == "control" for key in screen.all_keys())
        way = ", or ask for it with c." if asks else "; this one then takes over."
        return f"Read only: {self.holder.words()}, has this session. Close it there{way}"

    def read_only_fact(self) -> str:
        """The same, short enough for a corner."""
        if self.holder is None:
            return ""
        place = f", {self.holder.terminal}" if self.holder.terminal else ""
        return f"read only: process {self.holder.pid}{place}"

    @property
    def cursor_position(self) -> Offset:
        """Where the terminal's cursor stands; see `cursor_on`. Not what Textual's widgets set it to."""
        return cursor_on(self.screen)

    @cursor_position.setter
    def cursor_position(self, value: Offset) -> None:
        pass

    # -- leaving ------------------------------------------------------------------------------------

    def exit(
        self, result: str | None = None, return_code: int = 0, message: RenderableType | None = None
    ) -> None:
        """End the application; see `leaving`."""
        self.leaving = True
        super().exit(result, return_code, message)

    def exit_for_demo(self) -> None:
        """End with the result that makes the command line open the demo."""
        self.exit(DEMO)

    def action_leave(self) -> None:
        """Ask before leaving; asked again while the question stands, leave at once."""
        if isinstance(self.screen, LeaveDialog):
            self.exit()
            return
        screen = next(one for one in reversed(self.screen_stack) if isinstance(one, KeyedScreen))

        def decided(leave: bool | None) -> None:
            if leave:
                self.exit()

        self.push_screen(LeaveDialog(screen.leaving_words()), decided)

    def action_suspend_process(self) -> None:
        """Give the terminal back to the shell until it says `fg`."""
        why = suspend(self._driver) if self._driver is not None and self._driver.can_suspend else ""
        self.shown.forget()
        if why and isinstance(self.screen, KeyedScreen):
            self.screen.say(why)

    # -- copying ------------------------------------------------------------------------------------

    def copy_out(
        self, text: str, *, what: str, elsewhere: str = "", secret: bool = False
    ) -> clipboard.Copied:
        """Hand `text` to the terminal's clipboard; see `clipboard.copy`. The caller says what came of it."""
        copied = clipboard.copy(text, self.write_to_terminal, what=what, elsewhere=elsewhere, secret=secret)
        if copied.done:
            self._clipboard = text
        return copied

    def copy_to_clipboard(self, text: str) -> None:
        """What Textual's own widgets call for a selection."""
        copied = self.copy_out(text, what="what is selected")
        if isinstance(self.screen, KeyedScreen):
            self.screen.say(copied.words, good=copied.done)

    # -- the palette --------------------------------------------------------------------------------

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Only what is safe anywhere: Textual's own would write what is on the screen into a file."""
        yield SystemCommand("Light or dark", "Change between dark and light colours.", self.change_theme)

    def change_theme(self) -> None:
        """Dark to light, light to dark."""
        self.theme = other_theme(self.theme)
