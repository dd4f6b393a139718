"""Other ways to look at the document: as a picture, as a bill, as what changed; and to take it along."""

from collections.abc import Sequence

from textual.content import Content

from screens.background import in_thread
from screens.inventory.answering import AnsweringScreen
from screens.inventory.costs import cost_lines
from screens.inventory.details import hanging, what_changed, what_follows, wrapped
from screens.widgets.go_to import GoTo, Said
from screens.widgets.object_dialog import TextDialog
from wizard.document.drawing.picture import draw
from wizard.document.export.contents import NOT_READ
from wizard.session.parts import SYSTEM_BEFORE


class ViewsScreen(AnsweringScreen):
    """Nothing here changes an answer."""

    def action_picture(self) -> None:
        """Draw the system: of hundreds of apps that takes longer than a key may."""
        index = self.index()
        if index is None:
            return
        system, width = index.system, TextDialog.width_in(self.size.width)
        drawn: dict[int, tuple[str, ...]] = {}

        def make(wanted: int) -> Sequence[Content]:
            if wanted not in drawn:
                drawn[wanted] = draw(system, wanted)
            return [Content(line) for line in drawn[wanted]]

        def show(lines: tuple[str, ...]) -> None:
            drawn[width] = lines
            self.app.push_screen(TextDialog("Picture of the system", make))

        self.behind(in_thread(draw, system, width), show, group="picture")

    def action_follows(self) -> None:
        """Show what follows from what points at what."""
        index = self.index()
        said = what_follows(index) if index is not None else []
        if said:
            self._go_to("What follows from what points at what", said)
        else:
            self.say("Nothing points at anything in a way that needs care.", good=True)

    def action_cost(self) -> None:
        """Show what a month costs, line by line."""
        index = self.index()
        if index is not None:
            self.app.push_screen(TextDialog("A month on Heroku", lambda width: cost_lines(index, width)))

    def action_changes(self) -> None:
        """Show what changed since the reading before."""
        before = self.session.load(SYSTEM_BEFORE)
        if before is not None:
            title = self.changed_words() or f"Since {self.since(before)}"
            self._go_to(title, what_changed(self.changed))

    def _go_to(self, title: str, said: Sequence[Said]) -> None:
        def picked(key: str | None) -> None:
            if key is not None and not self.show_component(key):
                self.say("It is not there any more, and what it stood in neither.")

        self.ask(GoTo(title, said), picked)

    def action_limits(self) -> None:
        """Show what no reading looks at."""

        def make(width: int) -> Sequence[Content]:
            lines = wrapped("No reading of Offramp looks at these. Ask whoever knows.", width, "")
            for one in NOT_READ:
                lines += [Content(""), *hanging("· ", one, width, "")]
            return lines

        self.app.push_screen(TextDialog("What is not in this document", make))
