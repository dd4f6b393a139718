"""What stands there when the terminal is too small for anything else."""

from textual import events
from textual.widgets import Static

MIN_WIDTH = 60
MIN_HEIGHT = 15


class TooSmall(Static):
    """Covers the screen below 60x15 (the style sheet shows it), and goes by itself."""

    def __init__(self) -> None:
        super().__init__(markup=False)

    def on_resize(self, event: events.Resize) -> None:
        """Say how large the terminal is now."""
        size = self.app.size
        self.update(
            f"This terminal is {size.width}x{size.height}; Offramp needs {MIN_WIDTH}x{MIN_HEIGHT}."
            " A run goes on."
        )
