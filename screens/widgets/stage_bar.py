"""The stage bar: which stages are done, where one is, which cannot be entered yet."""

from textual.content import Content
from textual.widgets import Static

from screens.marks import ACCENT, GLYPHS, GOOD, MUTED
from screens.stages import NAMES, Standing

ROOMY = 78
"""Columns that the bar takes with every stage done."""


class StageBar(Static):
    """`connect ✓  document ●  choose  map  prepare  plan  run  report`."""

    def show(self, here: str, standing: Standing) -> None:
        """Draw the bar for the stage `here`; without blanks that are not needed where it would not fit."""
        joined, apart = (" ", "  ") if self.app.size.width >= ROOMY else ("", " ")
        parts: list[tuple[str, str]] = []
        for name in NAMES:
            if name == here:
                parts.append((f"{name}{joined}{GLYPHS['now']}", f"bold {ACCENT}"))
            elif name in standing.done:
                parts.append((f"{name}{joined}{GLYPHS['done']}", GOOD))
            else:
                parts.append((name, MUTED if standing.why_not[name] else ""))
            parts.append((apart, ""))
        self.update(Content.assemble(*parts[:-1]))
