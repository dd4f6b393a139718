"""Telling a run that a tunnel is one's own, in lines: which database, and the port."""

from screens.headless.own_tunnel import LIMIT
from screens.plain.desk import Desk
from screens.plain.question import Answer, Help, ask_one, ask_text
from wizard.run.control import ask, refused
from wizard.run.view import RunView
from wizard.session.own_tunnels import own_port
from wizard.session.person import this_person

HELP = Help(
    "You keep a tunnel to the database open yourself, in another terminal; Offramp uses it and never ends "
    "it. What is behind the port is checked before it is used."
)


def use_own_tunnel(desk: Desk, view: RunView) -> None:
    """Ask which tunnel, where there are several, and for the port; then tell the worker.

    Raises:
        Back, Leave, EndOfInput, Interrupted; Trouble: the worker refuses, and why.
    """
    handles = sorted(view.tunnels)
    answers = [Answer(one, one) for one in handles]
    handle = (
        handles[0]
        if len(handles) == 1
        else ask_one(desk.console, "The tunnel to which database?", answers, help_=HELP)
    )
    known = own_port(desk.session, handle)
    now = f" Now it is {known}; off has Offramp open the tunnel itself again." if known else ""
    question = f"The port of this machine at which your tunnel to {handle} is open, as in 5433.{now}"
    typed = ask_text(desk.console, question, help_=HELP, check=_wrong)
    port = None if typed == "off" else int(typed)
    desk.console.say(f"Looking what is behind port {port} …" if port else "Opening the tunnel again …")
    request = {"do": "port", "where": handle, "port": port, "who": this_person()}
    answer = ask(desk.session, request, timeout=LIMIT)
    if not answer.get("ok"):
        raise refused(answer, remedy="Look at the port, then tell it again.")
    desk.console.say("Your own tunnel is used." if port else "Offramp opens it itself.")


def _wrong(text: str) -> str:
    good = text == "off" or (text.isascii() and text.isdigit() and 0 < int(text) < 65536)
    return "" if good else "A port is a number between 1 and 65535; off for none. b goes back."
