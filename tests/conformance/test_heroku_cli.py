"""Heroku's own command line against the sandbox: it must understand every answer, and say the same about the
system as Offramp's inventory, by count, name and value.

Slow, and its own command: `python -m pytest -m slow tests/conformance/test_heroku_cli.py` (half a minute,
once npm has the command line). Commands share two processes of node, but for those
of the last test, which are started as a person does.
"""

import asyncio
import json
import os
import re
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from providers.heroku.client import Client
from providers.heroku.source import HerokuSource
from providers.sandbox.faults import Faults
from providers.sandbox.heroku import HerokuSandbox
from providers.sandbox.heroku.systems.description import zoo
from providers.sandbox.heroku.world.world import World
from providers.sandbox.tls import Certificates
from tests.conformance.heroku_cli import Cli, NotHereError, installed
from tests.conformance.heroku_cli_checks import PLATFORM_CHECKS, Seen
from tests.conformance.heroku_cli_data_checks import DATA_CHECKS
from tests.conformance.heroku_cli_zoo_checks import REFUSED, ZOO, ZOO_CHECKS
from tests.conformance.heroku_shop import API, REVIEW, STAGING, WEB, shop
from wizard.model.secret import Secret

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

DUMP = b"PGDMP" + bytes(range(256)) * 400

CHECKS = {**PLATFORM_CHECKS, **DATA_CHECKS}
SHOP = (*CHECKS, f"labs -a {API} --json")
WRITTEN = (
    f"maintenance:on -a {API}",
    f"ps:scale web=3 worker=0 -a {API}",
    f"config:set NEW_FLAG=on -a {API}",
    f"pg:backups:capture DATABASE -a {STAGING}",
    f"pg:backups:download -a {STAGING}",
)
LOOKED_AT_AFTERWARDS = (f"apps:info -a {WEB} --json", f"ps:scale -a {API}", f"pg:backups -a {STAGING}")


@pytest.fixture(scope="module")
def program() -> Path:
    try:
        return installed()
    except NotHereError as missing:
        if os.environ.get("CI") == "true":
            pytest.fail(str(missing), pytrace=False)
        pytest.skip(f"Heroku's command line cannot be run here: {missing}")


@pytest.fixture(scope="module")
def seen(program: Path) -> Iterator[Seen]:
    """All that both say, once for all tests."""
    with tempfile.TemporaryDirectory(prefix="or-", dir="/tmp") as folder:
        yield asyncio.run(_see(program, Path(folder)))


async def _see(program: Path, folder: Path) -> Seen:
    here, there = _sandbox(folder / "shop", shop()), _sandbox(folder / "zoo", zoo())
    await asyncio.gather(here.start(), there.start())
    here.backups.content = DUMP
    source = HerokuSource(Client(here.hosts, Secret(here.credentials["token"])))
    other = HerokuSource(Client(there.hosts, Secret(there.credentials["token"])))
    cli, second = (Cli(program, folder / name, folder / name / "tls" / "ca.pem") for name in ("shop", "zoo"))
    try:
        await cli.join(here)
        await second.join(there)
        system, all_of_it = await source.read(lambda _: None), await other.read(lambda _: None)
        seen = Seen(system, all_of_it, system, fenced=bool(cli.fence))
        for app in system.apps:
            seen.config[app.name] = {k: v.reveal() for k, v in (await source.config(app.id)).items()}
        for one in system.add_ons:
            if one.service == "heroku-postgresql":
                seen.urls[one.name] = (await source.database_url(one.id)).reveal()
        seen.told, seen.told_of_zoo = await asyncio.gather(cli.run(SHOP), second.run(ZOO))
        await _write(seen, cli, source)
        return seen
    finally:
        await asyncio.gather(source.close(), other.close(), here.stop(), there.stop())


async def _write(seen: Seen, cli: Cli, source: HerokuSource) -> None:
    """Change the shop by the command line and by Offramp, and look at it with the other one each."""
    seen.written |= await cli.run(WRITTEN)
    await source.set_maintenance(seen.app(WEB).id, True)
    await source.scale(seen.app(API).id, {"clock": 1})
    seen.written |= await cli.run(LOOKED_AT_AFTERWARDS)
    seen.after = await source.read(lambda _: None)
    seen.downloaded = (cli.work / "latest.dump").read_bytes()
    seen.git_config = (cli.home / ".gitconfig").read_text()
    seen.outside = _outside(cli)


def _sandbox(folder: Path, world: World) -> HerokuSandbox:
    folder.mkdir()
    return HerokuSandbox(
        folder / "heroku", faults=Faults(), certificates=Certificates(folder / "tls"), world=world
    )


def _outside(cli: Cli) -> str:
    """What comes of a connection to an address that is nobody's (RFC 5737), from where commands run."""
    script = (
        "const s = require('net').connect(80, '192.0.2.1');"
        "s.on('error', e => console.log(e.code)).on('connect', () => console.log('connected'));"
        "s.setTimeout(3000, () => process.exit())"
    )
    line = cli.fenced("node", "-e", script)
    return subprocess.run(line, capture_output=True, text=True, check=False, timeout=30).stdout.strip()


@pytest.mark.parametrize("command", CHECKS)
def test_it_says_the_same_as_the_inventory(command: str, seen: Seen) -> None:
    ran = seen.told[command]
    assert ran.code == 0, ran.err
    offramp, heroku = CHECKS[command](seen, ran)
    assert heroku == offramp
    assert offramp, "nothing was compared"


@pytest.mark.parametrize("command", ZOO_CHECKS)
def test_it_says_the_same_about_a_system_with_everything(command: str, seen: Seen) -> None:
    ran = seen.told_of_zoo[command]
    assert ran.code == 0, ran.err
    offramp, heroku = ZOO_CHECKS[command](seen, ran)
    assert heroku == offramp
    assert offramp, "nothing was compared"


def test_what_it_may_not_read_offramp_names(seen: Seen) -> None:
    for command in REFUSED:
        name = command.partition("-a ")[2]
        assert seen.told_of_zoo[command].code != 0
        assert name in {one.name for one in seen.zoo.unread_apps}


def test_what_it_writes_is_in_the_next_inventory(seen: Seen) -> None:
    for ran in seen.written.values():
        assert ran.code == 0, f"{ran.command}: {ran.err}"
    before, after = seen.app(API), next(one for one in seen.after.apps if one.name == API)
    assert (before.maintenance, after.maintenance) == (False, True)
    quantities = {one.type: one.quantity for one in after.processes}
    assert quantities == {"web": 3, "worker": 0, "clock": 1, "release": 0}
    assert {one.name for one in after.config} - {one.name for one in before.config} == {"NEW_FLAG"}
    assert (after.release or 0) == (before.release or 0) + 1


def test_what_offramp_writes_is_what_it_sees(seen: Seen) -> None:
    said = json.loads(seen.written[f"apps:info -a {WEB} --json"].out)
    assert said["app"]["maintenance"] is True
    assert "clock=1:Standard-1X" in seen.written[f"ps:scale -a {API}"].out


def test_a_backup_is_captured_listed_and_downloaded(seen: Seen) -> None:
    assert "b001... done" in seen.written[f"pg:backups:capture DATABASE -a {STAGING}"].err
    store = next(one.postgres for one in seen.after.add_ons if one.name == "postgresql-staging")
    assert store is not None and store.backups is not None
    assert [(one.name, one.succeeded, one.bytes) for one in store.backups] == [("b001", True, len(DUMP))]
    assert re.search(r"^\s+b001\s", seen.written[f"pg:backups -a {STAGING}"].out, re.M)
    assert seen.downloaded == DUMP


def test_it_had_a_home_of_its_own_and_no_network_but_loopback(seen: Seen) -> None:
    assert "heroku git:credentials" in seen.git_config
    if not seen.fenced:
        pytest.skip("this machine has no network namespaces: what else was asked cannot be told")
    assert seen.outside == "ENETUNREACH"


def test_nothing_of_the_review_app_was_lost(seen: Seen) -> None:
    (line,) = seen.system.pipelines
    assert [(one.branch, one.pr_number) for one in line.review_apps] == [("feature/seven", 7)]
    rows = json.loads(seen.told["pipelines:info shop --json"].out)["apps"]
    assert [row["name"] for row in rows if row["pipelineCoupling"]["stage"] == "review"] == [REVIEW]


async def test_a_download_is_the_dump_of_a_real_database(program: Path, short_folder: Path) -> None:
    sandbox = HerokuSandbox(
        short_folder / "heroku",
        size="tiny",
        faults=Faults(),
        certificates=Certificates(short_folder / "tls"),
        cache=Path(tempfile.gettempdir()) / "offramp-tests-data",
    )
    try:
        await sandbox.start()
        cli = Cli(program, short_folder, short_folder / "tls" / "ca.pem")
        await cli.join(sandbox)
        captured = await cli.run_alone("pg:backups:capture -a migrate-backend")
        fetched = await cli.run_alone("pg:backups:download -a migrate-backend -o real.dump")
        assert (captured.code, fetched.code) == (0, 0), captured.err + fetched.err
        (transfer,) = sandbox.backups.transfers
        file = cli.work / "real.dump"
        assert transfer.file is not None and file.read_bytes() == transfer.file.read_bytes()
        assert sandbox.database.postgres is not None
        reader = str(sandbox.database.postgres.program("pg_restore"))
        listed = subprocess.run([reader, "--list", str(file)], capture_output=True, text=True, check=True)
        assert listed.stdout.count("TABLE DATA") > 3
    finally:
        await sandbox.stop()
