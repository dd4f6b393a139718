"""Connect: tokens are checked before they are kept, and where they are kept is said."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from textual.pilot import Pilot

from screens.app import OfframpApp
from screens.connect import ConnectScreen
from screens.demo_help import DemoHelp
from screens.document import DocumentScreen
from screens.stages import standing
from screens.widgets.field import Field
from tests.screens.conftest import Begun
from tests.screens.example_system import example_system
from tests.screens.fake_heroku import GOOD_TOKEN
from tests.screens.fakes import OTP, PASSWORD, TARGET_TOKEN, FakeWorld
from tests.screens.seen import seen, settled
from wizard.credentials import CredentialRef, StoreState, Vault
from wizard.credentials.state import _in_words
from wizard.model.mapping import TargetChoice
from wizard.model.secret import Secret
from wizard.model.trouble import Unreachable
from wizard.ports import FoundToken
from wizard.session.parts import CONNECTIONS, SYSTEM, TARGET, Connection, Connections
from wizard.session.store import Session, create

HEROKU = CredentialRef(vendor="heroku", account="user-1")
APTIBLE = CredentialRef(vendor="aptible", account="t-1")


@asynccontextmanager
async def shown(
    session: Session, vault: Vault, demo: DemoHelp | None = None
) -> AsyncIterator[tuple[OfframpApp, Pilot[str]]]:
    app = OfframpApp(session=session, vault=vault, demo=demo)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        assert isinstance(app.screen, ConnectScreen)
        yield app, pilot


def target_wanted(begun: Begun) -> Session:
    """Aptible is chosen and nobody signed in there yet."""
    session = begun.documented()
    session.save(TARGET, TargetChoice(provider="aptible"))
    return session


async def test_a_found_token_is_one_enter_away(world: FakeWorld, begun: Begun) -> None:
    world.heroku.found = [FoundToken("HEROKU_API_KEY", Secret(GOOD_TOKEN))]
    session, vault = begun.new(), Vault()
    async with shown(session, vault) as (app, pilot):
        assert "Use the token of HEROKU_API_KEY" in seen(app)
        assert GOOD_TOKEN not in seen(app)
        await pilot.press("enter")
        await settled(pilot)
        text = " ".join(seen(app).split())
        assert "Signed in to Heroku as ada@example.com." in text
        assert "held in the memory of this process only" in text
        connections = session.load(CONNECTIONS)
        assert connections is not None and connections.by_provider["heroku"].email == "ada@example.com"
        assert vault.get(HEROKU) == Secret(GOOD_TOKEN)
        await pilot.press("enter")
        await settled(pilot)
        assert isinstance(app.screen, DocumentScreen)


async def test_a_wrong_token_is_refused_and_not_kept(world: FakeWorld, begun: Begun) -> None:
    session, vault = begun.new(), Vault()
    async with shown(session, vault) as (app, pilot):
        await pilot.press("p")
        await settled(pilot)
        await pilot.press(*"wrong-token", "enter")
        await settled(pilot)
        assert "✗ Heroku refused the token." in seen(app) and "Paste another one." in seen(app)
        assert "wrong-token" not in seen(app)
    assert vault.get(HEROKU) is None


async def test_a_pasted_token_is_dots(world: FakeWorld, begun: Begun) -> None:
    session, vault = begun.new(), Vault()
    async with shown(session, vault) as (app, pilot):
        await pilot.press("p")
        await settled(pilot)
        await pilot.press("enter")
        assert "Paste the token, or press esc." in seen(app)
        app.screen.query_one(Field).value = f"  {GOOD_TOKEN} "
        await pilot.pause()
        assert GOOD_TOKEN not in seen(app) and "•••" in seen(app)
        await pilot.press("enter")
        await settled(pilot)
        assert "Signed in to Heroku" in seen(app)
        assert session.load(CONNECTIONS) is not None


async def test_heroku_that_is_not_there_changes_nothing(world: FakeWorld, begun: Begun) -> None:
    world.heroku.found = [FoundToken("HEROKU_API_KEY", Secret(GOOD_TOKEN))]
    world.heroku.trouble = Unreachable("Heroku does not answer.", remedy="Try again in a minute.")
    session = begun.new()
    async with shown(session, Vault()) as (app, pilot):
        await pilot.press("enter")
        await settled(pilot)
        assert "Heroku does not answer." in seen(app) and "Try again in a minute." in seen(app)
        assert session.load(CONNECTIONS) is None
        await pilot.press("enter")
        await settled(pilot)
        assert "✗" not in seen(app) and session.load(CONNECTIONS) is not None


async def test_a_mistake_of_ours_is_logged_without_the_secret(world: FakeWorld, begun: Begun) -> None:
    world.heroku.found = [FoundToken("HEROKU_API_KEY", Secret(GOOD_TOKEN))]
    world.heroku.trouble = ValueError(f"met {GOOD_TOKEN}")
    session = begun.new()
    async with shown(session, Vault()) as (app, pilot):
        await pilot.press("enter")
        await settled(pilot)
        assert "Offramp made a mistake (ValueError)." in seen(app)
        assert GOOD_TOKEN not in seen(app)
    log = session.folder.parent.parent / "mistakes.log"
    assert "ValueError" in log.read_text() and GOOD_TOKEN not in log.read_text()
    assert log.stat().st_mode & 0o077 == 0


async def test_no_keyring_says_so_with_what_to_do(world: FakeWorld, begun: Begun) -> None:
    state = StoreState(
        state="absent",
        backend="",
        title="the keyring",
        sentence="There is no keyring in this login.",
        remedy="Start Offramp from a login with one.",
    )
    async with shown(begun.new(), Vault(None, state)) as (app, _):
        text = " ".join(seen(app).split())
        assert "⚠ There is no keyring in this login." in text
        assert "Start Offramp from a login with one." in text


async def test_the_way_out_is_read_in_full_where_both_tokens_are_gone_and_there_is_no_keyring(
    world: FakeWorld, begun: Begun
) -> None:
    session = target_wanted(begun)
    there = Connection(provider="aptible", account_id="b", email="long.name@acme.example", kept_in="memory")
    here = Connection(provider="heroku", account_id="a", email="long.name@acme.example", kept_in="memory")
    session.save(CONNECTIONS, Connections(by_provider={"heroku": here, "aptible": there}))
    app = OfframpApp(session=session, vault=Vault(None, _in_words("absent", "", "")))
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("1")
        await settled(pilot)
        lines = seen(app).splitlines()
        text = " ".join(" ".join(lines).split())
        assert "w tells what to type." in text
        gone = [line for line in lines if "the token is not at hand any more" in line]
        assert len(gone) == 2, "a line for each"


async def test_an_example_names_the_vendor_that_is_asked_for(world: FakeWorld, begun: Begun) -> None:
    session = target_wanted(begun)
    vault = Vault()
    vault.hold(HEROKU, Secret(GOOD_TOKEN))
    async with shown(session, vault) as (app, pilot):
        assert "Sign in to Aptible." in seen(app)
        for row, example in (("by a command", "op://Work/Aptible/token"), ("variable", "ACME_APTIBLE_TOKEN")):
            for _ in range(9):
                if row in seen(app).splitlines()[app.cursor_position.y]:
                    break
                await pilot.press("down")
            await pilot.press("enter")
            await settled(pilot)
            assert example in seen(app)
            await pilot.press("escape")
            await settled(pilot)


async def test_a_token_that_is_gone_is_asked_for_again(world: FakeWorld, begun: Begun) -> None:
    session = begun.documented()
    app = OfframpApp(session=session, vault=Vault())
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("1")
        await settled(pilot)
        assert "the token is not at hand any more" in seen(app)
        assert "Sign in to Heroku." in seen(app)


async def test_the_target_is_signed_in_to_with_a_one_time_code(world: FakeWorld, begun: Begun) -> None:
    world.aptible.wants_otp = True
    session = target_wanted(begun)
    vault = Vault()
    vault.hold(HEROKU, Secret(GOOD_TOKEN))
    async with shown(session, vault) as (app, pilot):
        assert "Sign in to Aptible." in seen(app)
        await pilot.press("enter")
        await settled(pilot)
        assert "One-time code" not in seen(app)
        await pilot.press(*"ada@example.com", "enter", *PASSWORD.replace(" ", "_"), "enter")
        await settled(pilot)
        assert "does not know this e-mail with this password" in " ".join(seen(app).split())
        app.screen.query_one("#password", Field).value = PASSWORD
        await pilot.press("enter")
        await settled(pilot)
        assert "One-time code" in seen(app) and PASSWORD not in seen(app)
        await pilot.press(*OTP, "enter")
        await settled(pilot)
        assert "Signed in to Aptible as ada@example.com." in " ".join(seen(app).split())
        connections = session.load(CONNECTIONS)
        assert connections is not None
        assert connections.by_provider["aptible"].expires_at == "2036-11-09T14:02:11+00:00"
        assert vault.get(APTIBLE) == Secret(TARGET_TOKEN)
        assert standing(session).current == "map" and "Go on: map" in seen(app)
    assert world.aptible.sign_ins[-1].resume == {"step": "2"}


async def test_a_vendor_without_tokens_asks_for_none_and_says_what_is_kept(
    world: FakeWorld, begun: Begun, vault: Vault
) -> None:
    words = "Aptible has no tokens: Offramp keeps the password."
    world.aptible.token_page = ""
    world.aptible.sign_in_words = words  # type: ignore[attr-defined]
    async with shown(target_wanted(begun), vault) as (app, pilot):
        text = seen(app)
        assert words in text and "A token is made" not in text and "Paste a token" not in text
        assert "no token was found" not in text
        await pilot.press("p")
        await settled(pilot)
        assert "Aptible has no tokens for programs" in " ".join(seen(app).split())
        await pilot.press("enter")
        await settled(pilot)
        assert "Sign in to Aptible" in seen(app) and words in seen(app) and "E-mail" in seen(app)


async def test_the_demo_brings_its_credentials(world: FakeWorld, begun: Begun) -> None:
    demo = DemoHelp(
        target="aptible",
        source_token=Secret(GOOD_TOKEN),
        target_email="demo@example.com",
        target_password=Secret(PASSWORD),
    )
    session = begun.new()
    async with shown(session, Vault(), demo) as (app, pilot):
        assert "Use the example's token" in seen(app)
        await pilot.press("enter")
        await settled(pilot)
        assert "Signed in to Heroku" in seen(app)
        session.save(SYSTEM, example_system())
        session.save(TARGET, TargetChoice(provider="aptible"))
        await app.show_stage("connect")
        await settled(pilot)
        await pilot.press("enter")
        await settled(pilot)
        assert "demo@example.com" in seen(app) and PASSWORD not in seen(app)
        await pilot.press("enter")
        await settled(pilot)
        assert "Signed in to Aptible as demo@example.com." in seen(app)


async def test_another_account_takes_the_inventory_away(world: FakeWorld, begun: Begun, vault: Vault) -> None:
    session = begun.documented()
    other = Connection(provider="heroku", account_id="somebody", email="bob@example.com", kept_in="memory")
    session.save(CONNECTIONS, Connections(by_provider={"heroku": other}))
    vault.hold(CredentialRef(vendor="heroku", account="somebody"), Secret("old-token"))
    app = OfframpApp(session=session, vault=vault)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("1")
        await settled(pilot)
        await pilot.press("down", "enter")
        await settled(pilot)
        await pilot.press("p")
        await settled(pilot)
        app.screen.query_one(Field).value = GOOD_TOKEN
        await pilot.press("enter")
        await settled(pilot)
        assert "Signed in to Heroku as ada@example.com." in " ".join(seen(app).split())
    assert session_parts_gone(session)


def session_parts_gone(session: Session) -> bool:
    """Whether the inventory of the other account is gone; the session was closed with the application."""
    again = Session(session.folder)
    try:
        return again.load(SYSTEM) is None
    finally:
        again.close()


async def test_forgetting_wants_the_name(world: FakeWorld, begun: Begun, vault: Vault) -> None:
    session = begun.connected()
    app = OfframpApp(session=session, vault=vault)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("1")
        await settled(pilot)
        await pilot.press("f")
        await settled(pilot)
        await pilot.press(*"heroku", "enter")
        await settled(pilot)
        assert "The token of Heroku is gone." in seen(app)
        assert vault.get(HEROKU) is None
        connections = session.load(CONNECTIONS)
        assert connections is not None and not connections.by_provider


def signed_in_before(begun: Begun, vendor: str, account: str, **hosts: dict[str, str]) -> Session:
    """Another migration, whose token of `vendor` is in the keyring."""
    session = create("older", hosts=hosts)
    begun.made.append(session)
    known = Connection(provider=vendor, account_id=account, email="ada@example.com", kept_in="in the keyring")
    session.save(CONNECTIONS, Connections(by_provider={vendor: known}))
    return session


async def test_the_token_of_another_migration_is_offered_first(
    world: FakeWorld, begun: Begun, vault: Vault
) -> None:
    signed_in_before(begun, "heroku", "user-1")
    world.heroku.found = [FoundToken("HEROKU_API_KEY", Secret("another-token"))]
    session = begun.new()
    async with shown(session, vault) as (app, pilot):
        await settled(pilot)
        text = seen(app)
        assert text.index("Use the token in the keyring (ada@example.com)") < text.index("HEROKU_API_KEY")
        assert GOOD_TOKEN not in text
        await pilot.press("enter")
        await settled(pilot)
        assert "Signed in to Heroku as ada@example.com." in " ".join(seen(app).split())
        connections = session.load(CONNECTIONS)
        assert connections is not None and connections.by_provider["heroku"].account_id == "user-1"


async def test_the_targets_token_of_another_migration_is_offered_first(
    world: FakeWorld, begun: Begun, vault: Vault
) -> None:
    signed_in_before(begun, "aptible", "t-1")
    session = target_wanted(begun)
    async with shown(session, vault) as (app, pilot):
        await settled(pilot)
        text = seen(app)
        assert text.index("Use the token in the keyring (ada@example.com)") < text.index(
            "Sign in with e-mail"
        )
        await pilot.press("enter")
        await settled(pilot)
        assert "Signed in to Aptible as ada@example.com." in " ".join(seen(app).split())


async def test_a_token_is_not_offered_to_another_host_nor_when_it_is_gone(
    world: FakeWorld, begun: Begun, vault: Vault
) -> None:
    signed_in_before(begun, "heroku", "user-1", heroku={"api": "http://127.0.0.1:1"})
    signed_in_before(begun, "heroku", "user-9")
    async with shown(begun.new(), vault) as (app, pilot):
        await settled(pilot)
        assert "in the keyring (" not in seen(app)
        assert "no token was found on this machine" in seen(app)
