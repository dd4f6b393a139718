"""Who may pull an image, typed in by a person: kept like a token, and handed to a run that waits for it."""

from collections.abc import Callable

from screens.background import in_thread
from screens.stage import StageScreen
from screens.widgets.ask_login import AskLogin
from wizard.credentials import Kept, Vault
from wizard.ports import RegistryLogin
from wizard.run.control import hand_over
from wizard.run.launch import running
from wizard.session.image_login import login_ref, pack
from wizard.session.store import Session


async def keep_login(session: Session, vault: Vault, registry: str, login: RegistryLogin) -> Kept:
    """Keep the login of a registry; a running worker gets it at once.

    Raises:
        Trouble: the worker does not take it.
    """
    ref, secret = login_ref(registry), pack(login)
    kept = await in_thread(vault.put, ref, secret)
    if await in_thread(running, session):
        await in_thread(hand_over, session, ref, secret)
    return kept


def ask_login(screen: StageScreen, registry: str, then: Callable[[], None]) -> None:
    """Ask for the login of a registry over a screen, keep it and say where; `then` what follows from it."""

    async def keep(login: RegistryLogin) -> None:
        kept = await keep_login(screen.session, await screen.offramp.vault(), registry, login)
        if screen.is_attached:
            then()
            screen.say(kept.sentence, good=True)

    def typed(login: RegistryLogin | None) -> None:
        if login is not None:
            screen.behind(keep(login), group="control")

    screen.ask(AskLogin(registry), typed)
