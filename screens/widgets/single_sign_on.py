"""Signing in over an organisation's own provider: the page that shows a token, then the token."""

from collections.abc import Callable

from textual import on
from textual.app import ComposeResult
from textual.widgets import Input, Static

from screens.widgets.dialog import Dialog
from screens.widgets.field import Field
from wizard.model.trouble import Trouble


class SingleSignOnDialog(Dialog[str]):
    """Result: the address to open, or the vendor's own page when no organisation was named.

    Args:
        page_of: gives the address for what was typed; raises Trouble when that names no organisation.
        otherwise: the page where a token can be made without knowing the organisation.
    """

    hint = "enter copies the address and goes on to paste the token   esc closes"

    def __init__(self, title: str, page_of: Callable[[str], str], otherwise: str) -> None:
        super().__init__(f"Single sign-on at {title}")
        self._vendor = title
        self._page_of = page_of
        self._otherwise = otherwise

    def compose_content(self) -> ComposeResult:
        """What it does, the organisation, the address."""
        yield Static(
            f"Your organisation signs you in and {self._vendor} then shows a token, good for as long as it "
            "allows. Name the organisation by its id; leave it empty when you do not know it.",
            markup=False,
        )
        yield Static("Id of the organisation", classes="label", markup=False)
        yield Field(compact=True, placeholder="01234567-89ab-cdef-0123-456789abcdef")
        yield Static("Open in a browser", classes="label", markup=False)
        yield Static(self._otherwise, id="address", markup=False)

    @on(Input.Changed)
    def _changed(self, message: Input.Changed) -> None:
        self.complain("")
        try:
            page = self._page(message.value)
        except Trouble:
            page = "…"
        self.query_one("#address", Static).update(page)

    @on(Input.Submitted)
    def _accept(self, message: Input.Submitted) -> None:
        try:
            self.dismiss(self._page(message.value))
        except Trouble as trouble:
            self.complain(trouble.brief())

    def _page(self, typed: str) -> str:
        return self._page_of(typed.strip()) if typed.strip() else self._otherwise
