"""The picture goes with the screen where a terminal has no other one to come back to: mosh has none, and GNU
screen by default. What is typed next would stand between its lines there. A terminal that has two clears the
one that it leaves."""

from textual.drivers.linux_driver import LinuxDriver

_NOTHING = "\x1b[0m\x1b[2J\x1b[H"
"""No colours, an empty screen, and the cursor at its top."""


class ClearingDriver(LinuxDriver):
    """Textual's own driver, which clears the screen before it gives the terminal back."""

    def stop_application_mode(self) -> None:
        """To the shell for a while, or for good."""
        self.write(_NOTHING)
        super().stop_application_mode()
