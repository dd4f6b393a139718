"""Other ways to look at the document: as a picture, as a bill, as what changed; and to take it along."""

from collections.abc import Sequence

from textual.content import Content

from screens.background import in_thread
from screens.inventory.costs import cost_lines
from screens.inventory.details import hanging, what_changed, what_follows, wrapped
from screens.inventory.reading import ReadingScreen
from screens.widgets.go_to import GoTo, Said
from screens.widgets.object_dialog import TextDialog
from screens.widgets.pick_one import PickOne
from wizard.document.drawing.picture import draw, parts
from wizard.document.export.contents import NOT_READ
from wizard.document.index import Index
from wizard.session.parts import SYSTEM_BEFORE

WHOLE = "whole"
"""The row that stands for the whole system, in the list of what can be drawn."""


class ViewsScreen(ReadingScreen):
    """Nothing here changes an answer."""

    def action_picture(self) -> None:
        """Draw the system, or, of one too large for a box for each app, what the person picks."""
        index = self.index()
        if index is None:
            return
        pipelines = parts(index.system)
        if not pipelines:
            self._draw_picture(index, "", "Picture of the system")
            return
        app = self.current_app()
        rows = [(WHOLE, "The whole system, a box for each pipeline")]
        rows += [(f"app:{app.id}", f"{app.name}, with what is connected to it")] if app else []
        rows += [(key, f"{title}, with what is connected to it") for key, title in pipelines]
        names = {WHOLE: "the system", **dict(pipelines), **({f"app:{app.id}": app.name} if app else {})}

        def picked(key: str | None) -> None:
            if key is not None:
                self._draw_picture(index, "" if key == WHOLE else key, f"Picture of {names[key]}")

        self.ask(PickOne("Picture", Content("What is to be drawn?"), rows), picked)

    def _draw_picture(self, index: Index, only: str, title: str) -> None:
        """Of hundreds of apps that takes longer than a key may."""
        width = TextDialog.width_in(self.size.width)
        drawn: dict[int, tuple[str, ...]] = {}

        def draw_in(wanted: int) -> tuple[str, ...]:
            return draw(index.system, wanted, only, index.connections)

        def make(wanted: int) -> Sequence[Content]:
            if wanted not in drawn:
                drawn[wanted] = draw_in(wanted)
            return [Content(line) for line in drawn[wanted]]

        def show(lines: tuple[str, ...]) -> None:
            drawn[width] = lines
            self.app.push_screen(TextDialog(title, make))

        self.behind(in_thread(draw_in, width), show, group="picture")

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
