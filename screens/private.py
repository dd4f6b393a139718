"""What is borrowed of Textual's private parts, in one place; tests/screens/test_private.py notices when an
upgrade takes it away."""

from rich.text import Text
from textual.app import App
from textual.css.query import NoMatches
from textual.events import Event, Key
from textual.widgets import Input
from textual.worker import WorkerFailed

from screens.mistake import as_trouble

BURST = 0.05
"""Seconds between two keys that no finger makes."""


def taken_apart(error: BaseException | None) -> bool:
    """Whether somebody looked for a widget that is gone: what the end of the application does to handlers and
    workers that are still at it."""
    return isinstance(error.error if isinstance(error, WorkerFailed) else error, NoMatches)


class QuietCrash(App[str]):
    """An error in a handler ends the application with a sentence. Textual would print the local variables
    of every frame, typed secrets among them."""

    leaving = False
    """Whether the application ends: screens draw nothing any more."""

    _entered = 0.0
    """When the last key came of a paste whose first line was a secret."""

    async def on_event(self, event: Event) -> None:
        """Take no keys from the rest of a paste, where a terminal tells nothing of pasting: behind the line
        break in a secret each letter would do what it does on the next screen."""
        if isinstance(event, Key) and not event.is_forwarded and not self.is_headless:
            rest = event.time - self._entered < BURST
            hidden = event.key == "enter" and isinstance(self.focused, Input) and self.focused.password
            if rest or hidden:
                self._entered = event.time
            if rest:
                return
        await super().on_event(event)

    def _handle_exception(self, error: Exception) -> None:
        if self.leaving and taken_apart(error):
            # The screens are being taken apart: what a handler looked for is gone, and nobody would see it.
            return
        super()._handle_exception(error)

    def _fatal_error(self) -> None:
        error = self._exception
        trouble = as_trouble(error if error is not None else RuntimeError("unknown"))
        self._exit_renderables.append(Text(trouble.sentence() + " Every answer is saved."))
        self._close_messages_no_wait()

    def write_to_terminal(self, sequence: str) -> None:
        """Send what is no picture (a bell, a text for the clipboard) between two pictures; nothing without a
        terminal."""
        if not self.is_headless and self._driver is not None:
            self._driver.write(sequence)
