"""The files of one app as they are to be, while several parts of a proposal change them."""

from wizard.document.checkout import Checkout
from wizard.prepare.file_change import FileChange

MARK = "Written by Offramp"
"""What stands at the top of every file that is ours."""


def ours(text: str) -> bool:
    """Whether a file was written by Offramp, or is a person's with something added by it."""
    return MARK in text


class Draft:
    """Starts as the code is. Paths are meant from the folder of the app."""

    def __init__(self, checkout: Checkout) -> None:
        self._checkout = checkout
        self._new: dict[str, str | None] = {}
        self._why: dict[str, list[str]] = {}

    def text(self, path: str) -> str | None:
        """A file as it is to be, None where there is none."""
        return self._new[path] if path in self._new else self._checkout.files.get(path)

    def foreign(self, path: str) -> bool:
        """Whether a file of that name is there, and was not written by Offramp."""
        text = self._checkout.files.get(path)
        if text is None:
            return path in self._checkout.names or path in self._checkout.unreadable
        return MARK not in text[:300]

    def write(self, path: str, text: str | None, why: str) -> None:
        """The file becomes `text`, or goes; nothing happens where it is so already."""
        if self.text(path) == text:
            return
        self._new[path] = text
        self._why.setdefault(path, []).append(why)

    def changes(self) -> list[FileChange]:
        """What is different, with all reasons; a path as in the repository."""
        folder = f"{self._checkout.folder}/" if self._checkout.folder else ""
        return [
            FileChange(
                path=folder + path,
                old=self._checkout.files.get(path),
                new=text,
                why="; ".join(dict.fromkeys(self._why[path])),
            )
            for path, text in self._new.items()
            if text != self._checkout.files.get(path)
        ]
