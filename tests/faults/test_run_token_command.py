"""A real run whose Heroku token comes from a person's command. Its worker is killed and started again while
the vault is locked, and goes on with nobody there once that is open."""

from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from tests.faults.run_world import RunWorld, make_world
from wizard.credentials import Origin, Vault
from wizard.run import waits
from wizard.run.journal import Journal
from wizard.run.launch import start_worker
from wizard.session.parts import CONNECTIONS, Connections

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]


@pytest.fixture
def world(
    tmp_path_factory: pytest.TempPathFactory, needs_program: Callable[[str], str]
) -> Iterator[RunWorld]:
    needs_program("ssh")
    with make_world(tmp_path_factory.mktemp("worlds")) as made:
        yield made


def test_it_goes_on_by_itself_when_the_vault_is_open_again(world: RunWorld, tmp_path: Path) -> None:
    content, runs, program = tmp_path / "content", tmp_path / "runs", tmp_path / "safe"
    program.write_text(
        f"#!/bin/sh\necho x >> {runs}\n"
        f'cat {content} 2>/dev/null || {{ echo "the safe is locked" >&2; exit 4; }}\n'
    )
    program.chmod(0o755)
    token = world.sandbox.credentials["heroku"]["token"]
    content.write_text(token + "\n")
    known = world.session.load(CONNECTIONS)
    assert known is not None
    heroku = msgspec.structs.replace(
        known.by_provider["heroku"], origin=Origin(command=(str(program),)), kept_in="from a command"
    )
    world.session.save(CONNECTIONS, Connections(by_provider={**known.by_provider, "heroku": heroku}))
    # Aptible's token is held as ever; Heroku's comes from the command and from nowhere else.
    aptible = world.vault.get(known.by_provider["aptible"].ref)
    assert aptible is not None

    def vault() -> Vault:
        made = Vault(None)
        made.hold(known.by_provider["aptible"].ref, aptible)
        return made

    start_worker(world.session, vault())
    world.wait_for_gate("gate:cut-over")
    assert runs.exists()

    content.unlink()
    world.kill_worker()
    start_worker(world.session, vault())
    seen = world.wait(lambda seen: seen.run.state == "waiting" and seen.secret is not None)
    assert seen.secret is not None and seen.secret.vendor == "heroku"
    told = [event.text for event in Journal(world.session).events(limit=500)]
    assert any("ended with code 4: the safe is locked" in text for text in told)
    assert not any(token in text for text in told)

    content.write_text(token + "\n")
    # Not to wait for the five minutes after which it tries by itself; no token is handed over.
    assert waits.AGAIN == 300
    world.say("retry")
    seen = world.wait_for_gate("gate:cut-over")
    assert seen.secret is None
    world.finish()
    world.assert_moved()
