"""What went wrong, in place: the cause, what was not touched, what to do."""

from collections.abc import Callable

from textual.content import Content
from textual.widgets import Static

from screens.marks import BAD, GLYPHS, MUTED
from wizard.model.trouble import Trouble, tag


class TroublePanel(Static):
    """Shows a Trouble, or nothing at all."""

    def __init__(self) -> None:
        super().__init__(markup=False)
        self.display = False

    def show(self, trouble: Trouble | None, words: Callable[[str], str] = str) -> None:
        """Show `trouble`, its sentences as `words` changes them; None takes the panel away."""
        self.display = trouble is not None
        if trouble is None:
            self.update("")
            return
        parts: list[tuple[str, str]] = [(f"{GLYPHS['failed']} {words(trouble.cause)}", f"bold {BAD}")]
        if trouble.untouched:
            parts.append((f"\n{words(trouble.untouched)}", MUTED))
        if trouble.remedy:
            parts.append((f"\n{words(trouble.remedy)}", ""))
        # Last and dim: it is for whoever looks it up or asks for help, not for who reads.
        parts.append((f" {tag(trouble.code)}", MUTED))
        self.update(Content.assemble(*parts))
