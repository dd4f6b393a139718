"""Other ways to look at the document: as a picture, as a bill, as what changed; and to take it along."""

from textual.content import Content

from screens.document_answering import AnsweringScreen
from screens.document_costs import cost_lines
from screens.document_details import changed_lines, text_of
from screens.widgets.object_dialog import TextDialog
from wizard.session.parts import SYSTEM_BEFORE


class ViewsScreen(AnsweringScreen):
    """Nothing here changes an answer."""

    def action_picture(self) -> None:
        """Draw the system."""
        index = self.index()
        if index is not None:
            from wizard.document.picture import draw

            system = index.system
            self.app.push_screen(
                TextDialog("Picture of the system", lambda width: text_of(map(Content, draw(system, width))))
            )

    def action_cost(self) -> None:
        """Show what a month costs, line by line."""
        index = self.index()
        if index is not None:
            self.app.push_screen(
                TextDialog("A month on Heroku", lambda width: text_of(cost_lines(index, width)))
            )

    def action_changes(self) -> None:
        """Show what changed since the reading before."""
        before = self.session.load(SYSTEM_BEFORE)
        if before is not None:
            title = self.changed_words() or f"Since {self.since(before)}"
            self.app.push_screen(TextDialog(title, lambda width: text_of(changed_lines(self.changed, width))))
