"""What Heroku warns of in the headers of its answers: a route that ends, a stack that is deprecated."""

from typing import Final

from providers.heroku.answers import Answer
from wizard.model.text import clean

MOST: Final = 20
_HEADERS: Final = ("x-heroku-warning", "warning-message")


class Warnings:
    """Each once, in the order in which they came."""

    def __init__(self) -> None:
        self.texts: tuple[str, ...] = ()

    def note(self, answer: Answer) -> None:
        """Keep what the answer warns of."""
        for name in _HEADERS:
            said = answer.headers.get(name)
            if said and len(self.texts) < MOST:
                text = clean(said.strip(), limit=300)
                if text and text not in self.texts:
                    self.texts = (*self.texts, text)
