"""Having Offramp sign in, from its screen, to the vendor's own program by which a tunnel goes."""

from screens.background import in_thread
from screens.stage import StageScreen
from wizard.run.control import ask, said
from wizard.run.program_sign_in import LIMIT
from wizard.session.person import this_person


def have_signed_in(screen: StageScreen) -> None:
    """Ask the worker for it, and say what came of it."""
    if why := screen.read_only():
        screen.say(why)
        return
    screen.behind(_asked(screen), group="control", waiting="Signing in; npx may fetch the program first")


async def _asked(screen: StageScreen) -> None:
    request = {"do": "sign-in", "who": this_person()}
    answer = await in_thread(lambda: ask(screen.session, request, timeout=LIMIT))
    if not screen.is_attached:
        return
    if answer.get("ok"):
        screen.say(f"{answer.get('said', 'Signed in')}. The run goes on.", good=True)
    else:
        screen.say(said(answer))
