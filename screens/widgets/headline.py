"""The first line of a screen: where one is on the left, one fact on the right."""

from textual.content import Content
from textual.widgets import Static

from screens.marks import MUTED, STRONG


class Headline(Static):
    """Name, route and a fact. The fact gives way first when the line is short."""

    def __init__(self) -> None:
        super().__init__(markup=False)
        self._parts = ("", "", "")

    def show(self, name: str, route: str, fact: str | Content) -> None:
        """Set what stands there."""
        said = (name, route, str(fact))
        if said == self._parts:
            return
        self._parts = said
        self.refresh()

    def render(self) -> Content:
        """One line, exactly as wide as the widget."""
        name, route, fact = self._parts
        width = self.size.width
        left = Content.assemble((name, STRONG), ("   " if route else "", ""), (route, ""))
        room = width - left.cell_length - 2
        right = Content.styled(fact, MUTED).truncate(max(0, room), ellipsis=True)
        gap = max(0, width - left.cell_length - right.cell_length)
        return left.truncate(width, ellipsis=True).append(" " * gap).append(right)
