"""Having Offramp sign in, without a screen, to the vendor's own program by which a tunnel goes."""

from screens.headless.follow import who
from screens.plain.desk import Desk
from wizard.run.control import ask, refused
from wizard.run.program_sign_in import LIMIT


def sign_in_there(desk: Desk) -> None:
    """Ask the worker for it, and say what came of it. Raises Trouble: it did not work, and why."""
    desk.console.say("Signing in; npx may fetch the program first.")
    answer = ask(desk.session, {"do": "sign-in", "who": who()}, timeout=LIMIT)
    if not answer.get("ok"):
        raise refused(answer, remedy="Sign in by hand, as it was said above.")
    desk.console.say(f"{answer.get('said', 'Signed in')}.")
