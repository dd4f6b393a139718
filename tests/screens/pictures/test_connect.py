"""Connect in pictures: every way to sign in, and what is said of tokens and of the keyring."""

from tests.screens.conftest import Begun
from tests.screens.example_system import example_system
from tests.screens.fake_heroku import GOOD_TOKEN
from tests.screens.fakes import PASSWORD, FakeWorld
from tests.screens.pictures.sessions import chosen
from tests.screens.pictures.studio import Studio
from tests.screens.seen import settled
from wizard.credentials import StoreState, Vault
from wizard.model.mapping import TargetChoice
from wizard.model.secret import Secret
from wizard.model.trouble import Unreachable
from wizard.ports import FoundToken
from wizard.session.parts import CONNECTIONS, SYSTEM, TARGET, Connection, Connections

ABSENT = StoreState(
    state="absent",
    backend="keyring.backends.fail.Keyring",
    title="no keyring",
    sentence="There is no keyring on this machine.",
    remedy="Tokens are held in memory until you end Offramp.",
)


async def test_a_new_migration(studio: Studio, begun: Begun, world: FakeWorld) -> None:
    studio.vault = Vault(None, ABSENT)
    async with studio.at(begun.new()) as pilot:
        await studio.take(pilot, "connect-new")
        await studio.press(pilot, "question_mark")
        await studio.take(pilot, "help-connect")
        await studio.press(pilot, "escape", "w")
        await studio.take(pilot, "connect-keyring")
        await studio.press(pilot, "escape", "n")
        await studio.take(pilot, "connect-next-refused")
        await studio.press(pilot, "p", *"wrong")
        await studio.take(pilot, "connect-token")
        await studio.press(pilot, "enter")
        await studio.take(pilot, "connect-token-refused")
        await studio.enter(pilot, "command")
        await studio.type(pilot, "no-such-program x")
        await studio.take(pilot, "connect-command")
        await studio.type(pilot, "/bin/cat /run/token")
        await studio.take(pilot, "connect-command-agree")
        await studio.press(pilot, "escape")
        await studio.enter(pilot, "variable")
        await studio.take(pilot, "connect-variable")


async def test_tokens_that_are_there(studio: Studio, begun: Begun, world: FakeWorld) -> None:
    world.heroku.found = [
        FoundToken("HEROKU_API_KEY", Secret(GOOD_TOKEN)),
        FoundToken("~/.netrc", Secret(GOOD_TOKEN)),
    ]
    world.heroku.trouble = Unreachable("Heroku does not answer.", remedy="Try again in a minute.")
    async with studio.at(begun.new()) as pilot:
        await studio.take(pilot, "connect-found")
        await studio.press(pilot, "enter")
        await studio.take(pilot, "connect-trouble")
        await studio.press(pilot, "enter")
        await studio.take(pilot, "connect-signed-in")


async def test_the_target(studio: Studio, begun: Begun, world: FakeWorld) -> None:
    session = begun.documented()
    session.save(TARGET, TargetChoice(provider="aptible"))
    world.aptible.wants_otp = True
    async with studio.at(session) as pilot:
        await studio.take(pilot, "connect-target")
        await studio.enter(pilot, "form")
        await studio.take(pilot, "connect-form")
        await studio.type(pilot, "ada@example.com", PASSWORD)
        await settled(pilot)
        await studio.take(pilot, "connect-form-code")
        await studio.press(pilot, "escape")
        await studio.enter(pilot, "single-sign-on")
        await studio.take(pilot, "connect-sso")


async def test_what_was_given(studio: Studio, begun: Begun, world: FakeWorld) -> None:
    session = chosen(begun)
    known = session.load(CONNECTIONS)
    assert known is not None
    ends = {"heroku": "2026-11-30T13:40:00+00:00", "aptible": "2026-11-30T15:05:00+00:00"}
    session.save(
        CONNECTIONS,
        Connections(
            by_provider={
                name: Connection(
                    provider=name,
                    account_id=one.account_id,
                    email=one.email,
                    kept_in="in the keyring",
                    expires_at=ends[name],
                )
                for name, one in known.by_provider.items()
            }
        ),
    )
    session.save(SYSTEM, example_system())
    async with studio.at(session, "connect") as pilot:
        await studio.take(pilot, "connect-expired")
        await studio.press(pilot, "f")
        await studio.take(pilot, "connect-forget-which")
        await studio.press(pilot, "enter")
        await studio.take(pilot, "connect-forget")
