"""The frame of the Markdown document: headings with their places in the contents, and what stands below."""

import re
from collections.abc import Iterable

from wizard.document.export.escape import plain


class Frame:
    """Takes the document part by part. Each section begins with links to the sections inside it, so that the
    contents of hundreds of apps stay as long as a page."""

    def __init__(self) -> None:
        self._slugs: dict[str, int] = {}
        self._contents: list[str] = []
        self._parts: list[list[str]] = []
        self._inside: list[str] = []

    def section(self, title: str, *, level: int = 2, note: str = "") -> None:
        """A heading of level 2, or of level 3 inside the last of those. `note` stands behind its link."""
        slug = _slug(title)
        count = self._slugs.get(slug, 0)
        self._slugs[slug] = count + 1
        shown = plain(title)
        link = f"- [{shown}](#{slug}-{count})" if count else f"- [{shown}](#{slug})"
        line = link + (f", {plain(note)}" if note else "")
        if level == 2:
            self._contents.append(line)
            self._inside = []
            self._parts.append([f"## {shown}"])
            self._parts.append(self._inside)
        else:
            self._inside.append(line)
            self._parts.append([f"{'#' * level} {shown}"])

    def say(self, *parts: str) -> None:
        """Paragraphs, tables, lists; empty ones are left out."""
        self._parts += [[part] for part in parts if part]

    def captioned(self, caption: str, *parts: str) -> None:
        """The same under a caption, which is left out with them."""
        if any(parts):
            self.say(f"**{plain(caption)}**", *parts)

    def contents(self) -> str:
        """The links to all sections of level 2 so far."""
        return "\n".join(self._contents)

    def text(self) -> str:
        """All that was said so far."""
        return "\n\n".join("\n".join(part) for part in self._parts if part)


def bullets(lines: Iterable[str]) -> str:
    """A list; the lines are Markdown already."""
    return "\n".join(f"- {line}" for line in lines)


def _slug(title: str) -> str:
    """The anchor that GitHub gives a heading: lower case, spaces as hyphens, other signs left out."""
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")
