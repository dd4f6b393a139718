"""A terminal without UTF-8 gets the ASCII twin of every glyph, in the one place all output goes through."""

from screens.clearing_driver import ClearingDriver
from screens.marks import ascii_twins


class AsciiDriver(ClearingDriver):
    """The driver whose output is ASCII."""

    def write(self, data: str) -> None:
        """Write `data` to the terminal, glyphs replaced one by one."""
        super().write(ascii_twins(data))
