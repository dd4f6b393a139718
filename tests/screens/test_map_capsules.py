"""The map where every process is a capsule of its own: its rows, every decision, and the code's word."""

from pathlib import Path
from types import SimpleNamespace
from typing import cast

import msgspec
import pytest

from screens.app import OfframpApp
from screens.map import MapScreen
from screens.map_options import leaving, options
from screens.map_rows import Entry, entries
from tests.screens.conftest import Begun
from tests.screens.example_system import BACKEND, EMAILER, FRONTEND, example_system
from tests.screens.fakes import FakeWorld, fake_profile
from tests.screens.seen import seen, settled
from tests.wizard.stages.capsule_target import SITE, code_of, pods_of, web, with_app
from wizard.choose.offer import Offer, with_offer
from wizard.credentials import Vault
from wizard.document.repository.code_nouns import CodeLine
from wizard.mapping import edit_capsules
from wizard.mapping.check import problems
from wizard.mapping.config_rules import follow
from wizard.mapping.edit import leave_undecided
from wizard.mapping.rules import propose
from wizard.model.mapping import Mapping
from wizard.model.system import System
from wizard.ports import Profile
from wizard.session.parts import ANSWERS, MAPPING, Answers

UPLOADS = CodeLine(kind="disk", name="uploads by multer", file="up.js", line=2, text="multer({dest: 'up'})")


@pytest.fixture
def profile() -> Profile:
    pods = pods_of(fake_profile())
    return with_offer(pods, Offer(provider="aptible", teams={"acme": "Acme Ltd", "ada": "Ada"}))


@pytest.fixture
def system() -> System:
    known = example_system()
    return with_app(known, FRONTEND, processes=web("npm start"), buildpacks=("heroku/nodejs",))


@pytest.fixture
def mapping(system: System, profile: Profile) -> Mapping:
    code = {
        BACKEND: code_of({"requirements.txt": "", "runtime.txt": "python-3.13.1\n"}, "b", lines=(UPLOADS,)),
        FRONTEND: code_of(SITE, "mono", inside="site"),
        EMAILER: code_of({"requirements.txt": ""}, "e"),
    }
    return propose(system, profile, code)


def rows(system: System, mapping: Mapping, profile: Profile) -> dict[tuple[str, ...], Entry]:
    found = entries(system, mapping, profile, problems(system, mapping, profile), ())
    return {entry.component: entry for entry in found}


def test_rows_say_what_each_thing_becomes(system: System, mapping: Mapping, profile: Profile) -> None:
    told = rows(system, mapping, profile)
    assert told["process", BACKEND, "web"].after == "backend, 1 x 512 MB 13 %"
    assert told["process", BACKEND, "release"].after == "before web starts"
    assert told["process", FRONTEND, "web"].after == "frontend, 1 x 128 MB 3 %"
    assert "built by `npm run build`, files in dist" in told["process", FRONTEND, "web"].why
    assert "runs `python worker.py`" in told["process", BACKEND, "worker"].why
    assert (told["way", FRONTEND].name, told["way", FRONTEND].after) == ("built from", "acme/mono, site")
    assert told["job", EMAILER, "job-1"].after == "clock in its own capsule"
    assert (told["files", BACKEND].after, told["files", BACKEND].state) == ("?", "open")
    assert (told[("team",)].after, told[("team",)].state) == ("?", "open")
    assert told["domain", FRONTEND, "www.acme.example"].after == "a domain of web"
    joined = edit_capsules.join(mapping, BACKEND, "worker", "web")
    assert rows(system, joined, profile)["process", BACKEND, "worker"].after == "in the capsule of web"
    assert rows(system, joined, profile)["process", BACKEND, "worker"].state == "open"


def test_what_can_be_decided(system: System, mapping: Mapping, profile: Profile) -> None:
    def ids(*component: str) -> list[str]:
        return [one.id for one in options(component, system, mapping, profile)]

    sizes = ["count", "memory", "cpu"]
    assert ids("process", BACKEND, "web") == [
        *("backend", "frontend", "docker", *sizes, "command", "build", "join worker", "leave")
    ]
    # Only a web process serves a site; a site has no command.
    assert ids("process", BACKEND, "worker")[:2] == ["backend", "docker"]
    assert ids("process", FRONTEND, "web") == [
        *("frontend", "backend", "docker", *sizes, "build", "output", "leave")
    ]
    assert ids("process", BACKEND, "release") == ["before-start", "command", "leave"]
    assert ids("job", EMAILER, "job-1") == ["in-process", "outside", "leave"]
    assert ids("way", BACKEND) == ["repository", "sub-folder"]
    assert ids("team") == ["team acme", "team ada"]
    assert ids("region") == [f"region {name}" for name in profile.capabilities.regions]
    assert ids("files", BACKEND) == ["mount", "leave"]
    assert ids("domain", FRONTEND, "www.acme.example") == ["endpoint", "by-hand", "leave"]
    assert "version" not in ids("database", mapping.databases[0].add_on_id)
    assert leaving(("files", BACKEND), system, mapping, profile) is not None


def test_every_option_makes_a_mapping(system: System, mapping: Mapping, profile: Profile) -> None:
    typed = {
        "repository": "https://gitlab.com/acme/other",
        "sub-folder": "apps/api",
        "command": "gunicorn app",
        "build": "make",
        "output": "./build/",
        "cpu": "150",
        "memory": "777",
        "count": "2",
        "handle": "other",
        "disk": "3",
        "version": "16",
        "port": "4000",
    }
    tried = 0
    for component in rows(system, mapping, profile):
        for option in options(component, system, mapping, profile):
            if option.folder or option.then:
                continue
            text = typed.get(option.id, "acme-two") if option.question else ""
            assert not option.question or option.check(text) == "", (component, option.id)
            after = follow(system, profile, mapping, option.change(mapping, text))
            assert isinstance(after, Mapping)
            tried += 1
    assert tried > 80


@pytest.mark.parametrize(
    ("component", "option", "text", "wrong"),
    [
        (("way", BACKEND), "repository", "git@github.com:acme/shop.git", "as a browser has it"),
        (("way", BACKEND), "repository", "https://git.acme.example/a/b", "GitHub or GitLab only"),
        (("way", BACKEND), "repository", "https://ada:pw@github.com/a/b", "Leave the login out"),
        (("way", BACKEND), "sub-folder", "../other", "below that of the app"),
        (("process", BACKEND, "web"), "memory", "8193", "from 128 to 8192"),
        (("process", BACKEND, "web"), "cpu", "201", "from 0 to 200"),
        (("process", BACKEND, "web"), "count", "4", "from 0 to 3"),
        (("process", FRONTEND, "web"), "output", "/etc", "below that of the app"),
    ],
)
def test_what_is_typed_is_checked(
    system: System,
    mapping: Mapping,
    profile: Profile,
    component: tuple[str, ...],
    option: str,
    text: str,
    wrong: str,
) -> None:
    one = next(one for one in options(component, system, mapping, profile) if one.id == option)
    assert wrong in one.check(text)


def test_a_decision_takes_what_follows_along(system: System, mapping: Mapping, profile: Profile) -> None:
    def take(before: Mapping, component: tuple[str, ...], option: str, text: str = "") -> Mapping:
        one = next(one for one in options(component, system, before, profile) if one.id == option)
        return follow(system, profile, before, one.change(before, text))

    backend = take(mapping, ("process", FRONTEND, "web"), "backend")
    chosen = next(one for one in backend.processes if one.app_id == FRONTEND)
    assert (chosen.capsule, chosen.memory_mb) == ("backend", 512)
    team = take(mapping, ("team",), "team acme")
    assert rows(system, team, profile)[("team",)].state == "good"
    mounted = take(mapping, ("files", BACKEND), "mount")
    assert rows(system, mounted, profile)["files", BACKEND].after == "migrate-backend-files · 1 GB"
    assert [one.id for one in options(("files", BACKEND), system, mounted, profile)] == [
        *("mount", "handle", "disk", "leave"),
    ]
    outside = take(mapping, ("job", EMAILER, "job-1"), "outside", "cron-job.example")
    assert rows(system, outside, profile)["job", EMAILER, "job-1"].after == "called from outside"


def test_what_is_no_component_and_open_all_the_same_is_told_in_the_head(
    system: System, mapping: Mapping, profile: Profile
) -> None:
    mapping = leave_undecided(mapping, "not wanted")

    def head(mapping: Mapping) -> str:
        offramp = SimpleNamespace(read_only_words=lambda: "")
        found = problems(system, mapping, profile)
        screen = SimpleNamespace(_parts=(system, mapping), offramp=offramp, _problems=found)
        return MapScreen.fact(cast(MapScreen, screen))

    assert head(mapping).endswith(" decided, 1 to settle"), "which team pays"
    assert head(edit_capsules.set_team(mapping, "acme")).endswith(" decided")


async def test_the_code_that_is_looked_through_decides_the_kind(
    begun: Begun,
    world: FakeWorld,
    vault: Vault,
    tmp_path: Path,
    system: System,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder = tmp_path / "site"
    folder.mkdir()
    for name, text in {**SITE, "save.js": "const m = multer({ dest: 'up' });\n"}.items():
        (folder / name).write_text(text)
    session = begun.chosen(system)
    session.save(ANSWERS, Answers(checkouts={FRONTEND: str(folder)}))
    profile = msgspec.structs.replace(pods_of(fake_profile()), name="aptible")
    monkeypatch.setattr(MapScreen, "_profile", lambda self: profile)
    app = OfframpApp(session=session, vault=vault)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await app.show_stage("map")
        for _ in range(4):
            await settled(pilot)
        mapping = session.load(MAPPING)
        assert mapping is not None
        chosen = next(one for one in mapping.processes if one.app_id == FRONTEND)
        assert (chosen.capsule, chosen.output) == ("frontend", "dist")
        assert "built from" in seen(app) and "backend, 1 x 512 MB" in seen(app)
