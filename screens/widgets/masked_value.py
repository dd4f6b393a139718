"""A secret as dots; shown on demand, and hidden again by itself."""

from textual.content import Content
from textual.timer import Timer
from textual.widgets import Static

from screens.marks import ATTENTION, DOTS, MUTED
from wizard.model.secret import Secret
from wizard.model.text import clean_lines

SHOWN_SECONDS = 10.0


class MaskedValue(Static):
    """Dots of one length, whatever the value's is, until `reveal`."""

    def __init__(self, *, seconds: float = SHOWN_SECONDS) -> None:
        super().__init__(markup=False)
        self._seconds = seconds
        self._timer: Timer | None = None
        self.shown: Secret | None = None

    def on_mount(self) -> None:
        """Begin hidden."""
        self.hide()

    def reveal(self, value: Secret) -> None:
        """Show `value` for ten seconds."""
        text = clean_lines(value.reveal(), limit=4_000)
        self.update(Content.styled(text, "") if text else Content.styled("(empty)", MUTED))
        self.border_subtitle = f"hides after {self._seconds:.0f} s"
        self.shown = value
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(self._seconds, self.hide)

    def hide(self) -> None:
        """Show dots."""
        self.update(Content.styled(DOTS, ATTENTION))
        self.border_subtitle = ""
        self.shown = None
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
