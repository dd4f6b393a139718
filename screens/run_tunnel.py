"""Telling a run from its screen that a tunnel is one's own: which database, and the port."""

from textual.content import Content

from screens.background import in_thread
from screens.marks import MUTED
from screens.stage import StageScreen
from screens.widgets.ask_text import AskText
from screens.widgets.pick_one import PickOne
from wizard.run.control import ask, said
from wizard.run.view import RunView
from wizard.session.own_tunnels import own_port
from wizard.session.person import this_person

LIMIT = 120.0
"""Seconds for the worker to look what is behind the port."""


def ask_port(screen: StageScreen, view: RunView) -> None:
    """Ask which tunnel, where there are several; then for the port."""
    handles = sorted(view.tunnels)
    if len(handles) == 1:
        _ask_port_of(screen, handles[0])
        return

    def picked(handle: str | None) -> None:
        if handle is not None:
            _ask_port_of(screen, handle)

    about = Content.styled("You keep the tunnel open yourself; Offramp uses it and never ends it.", MUTED)
    screen.ask(PickOne("Your own tunnel", about, [(handle, handle) for handle in handles]), picked)


def _ask_port_of(screen: StageScreen, handle: str) -> None:
    known = own_port(screen.session, handle)

    def typed(text: str | None) -> None:
        if text is not None:
            port = int(text) if text else None
            words = f"Looking what is behind port {port}" if port else "Opening the tunnel again"
            screen.behind(_told(screen, handle, port), group="control", waiting=words)

    screen.ask(
        AskText(
            f"Your own tunnel to {handle}",
            "The port of this machine at which it is open, while you keep it open. What is behind it is "
            "checked first. Nothing typed: Offramp opens the tunnel itself.",
            value=str(known or ""),
            placeholder="5433",
            check=_wrong,
        ),
        typed,
    )


def _wrong(text: str) -> str:
    good = not text or (text.isascii() and text.isdigit() and 0 < int(text) < 65536)
    return "" if good else "A port is a number between 1 and 65535."


async def _told(screen: StageScreen, handle: str, port: int | None) -> None:
    request = {"do": "port", "where": handle, "port": port, "who": this_person()}
    answer = await in_thread(lambda: ask(screen.session, request, timeout=LIMIT))
    if not screen.is_attached:
        return
    if answer.get("ok"):
        screen.say("Your own tunnel is used." if port else "Offramp opens it itself.", good=True)
    else:
        screen.say(said(answer))
