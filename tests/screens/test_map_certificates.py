"""A certificate of one's own on the map: two questions, complaints in words, and only paths kept."""

from pathlib import Path

import msgspec
from textual.pilot import Pilot

from screens.app import OfframpApp
from screens.map_rows import row_id
from screens.widgets.field import Field
from screens.widgets.pick_one import PickOne
from screens.widgets.row_list import RowList
from tests.pem_files import host_files
from tests.screens.conftest import Begun
from tests.screens.example_system import FRONTEND
from tests.screens.fakes import FakeWorld
from tests.screens.seen import seen
from wizard.credentials import Vault
from wizard.session.parts import MAPPING

HOST = "www.acme.example"


def words(app: OfframpApp) -> str:
    """What is seen, without the frames of dialogs and the ends of lines."""
    return " ".join(seen(app).replace("│", " ").split())


async def settle(pilot: Pilot[str]) -> None:
    await pilot.pause()
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()


async def test_the_two_files_are_asked_for_one_after_the_other(
    begun: Begun, world: FakeWorld, vault: Vault, tmp_path: Path
) -> None:
    profile = world.aptible.profile()
    can = msgspec.structs.replace(profile.capabilities, managed_tls=True, own_certificates=True)
    world.aptible._profile = msgspec.structs.replace(profile, capabilities=can)
    chain, key = host_files(tmp_path, HOST)
    session = begun.chosen()
    app = OfframpApp(session=session, vault=vault)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        app.screen.query_one(RowList).go_to(row_id(("domain", FRONTEND, HOST)))
        await pilot.press("enter")
        assert isinstance(app.screen, PickOne)
        assert "with a certificate of mine (two PEM files)" in seen(app)
        await pilot.press("down", "enter")
        assert "Which file holds the certificate (PEM)" in seen(app)
        field = app.screen.query_one(Field)
        field.value = str(key)
        await pilot.press("enter")
        assert "holds no certificate in PEM" in words(app)
        field.value = str(chain)
        await pilot.press("enter")
        await settle(pilot)
        assert "Only the path is kept" in words(app)
        app.screen.query_one(Field).value = str(key)
        await pilot.press("enter")
        await settle(pilot)
        assert "endpoint + own certificate" in seen(app)
        assert "your certificate by Example Trust, good until" in words(app)
        mapping = session.load(MAPPING)
        assert mapping is not None
        (choice,) = [one for one in mapping.domains if one.hostname == HOST]
        assert (choice.chain_file, choice.key_file, choice.action) == (str(chain), str(key), "endpoint")
        secret = key.read_text().splitlines()[1]
        assert not any(
            secret.encode() in path.read_bytes() for path in session.folder.rglob("*") if path.is_file()
        )
