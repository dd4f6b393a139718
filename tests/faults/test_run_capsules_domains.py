"""Custom domains through a whole move to Code Capsules: their records watched, refused, and done without."""

import contextlib
import ssl
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import msgspec
import pytest

from providers.sandbox.control import ask as ask_sandbox
from tests.faults.capsules_run_world import FRONTEND, CapsulesWorld, capsules_world
from tests.faults.run_world import now, state_of
from tests.pem_files import authorities, host_files
from wizard.mapping.domains import propose_domain
from wizard.model.network import Domain
from wizard.registry import target_provider
from wizard.report.report import Report, build
from wizard.run.guide import Guide
from wizard.run.journal import Journal
from wizard.run.view import RunView
from wizard.session.parts import MAPPING, SYSTEM

WWW, ROOT = "www.acme.example", "acme.example"
TODAY = {WWW: "quiet-fjord.herokudns.com", ROOT: "shy-mesa.herokudns.com"}
HEROKUS = "192.0.2.7"

pytestmark = [pytest.mark.slow, pytest.mark.timeout(500)]


@pytest.fixture
def door(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], None]]:
    """Opens what answers for the domains over TLS, on a port of this machine in the place of 443. Workers
    take its authority for one of this machine's."""
    site, certificates = tmp_path / "site", tmp_path / "certificates"
    site.mkdir()
    certificates.mkdir()
    root, _ = authorities()
    (certificates / "root.pem").write_text(root.pem)
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(*host_files(certificates, WWW, ROOT))

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(204)
            self.end_headers()

        def log_message(self, *words: object) -> None:
            """Nothing is told."""

    server = HTTPServer(("127.0.0.1", 0), Answers, bind_and_activate=False)
    server.server_bind()  # and nothing listens yet
    server.socket = tls.wrap_socket(server.socket, server_side=True)
    (site / "sitecustomize.py").write_text(
        "from wizard.run.kinds.capsule_domain import answers_for\n"
        f"answers_for.__defaults__ = ({server.server_address[1]},)\n"
    )
    monkeypatch.setenv("PYTHONPATH", f"{site}:{Path(__file__).parents[2]}")
    monkeypatch.setenv("SSL_CERT_FILE", str(certificates / "root.pem"))
    serving = threading.Thread(target=server.serve_forever, daemon=True)

    def opened() -> None:
        server.server_activate()
        serving.start()

    yield opened
    if serving.is_alive():
        server.shutdown()
        serving.join()
    server.server_close()


@contextlib.contextmanager
def made(folder: Path, *hostnames: str) -> Iterator[CapsulesWorld]:
    """A plan with these domains of the frontend, whose DNS leads to Heroku."""
    with capsules_world(folder) as world:
        system, mapping = world.session.load(SYSTEM), world.session.load(MAPPING)
        assert system is not None and mapping is not None
        domains = tuple(Domain(hostname=one, kind="custom", cname=TODAY[one]) for one in hostnames)
        apps = tuple(
            msgspec.structs.replace(app, domains=domains) if app.name == FRONTEND else app
            for app in system.apps
        )
        world.session.save(SYSTEM, msgspec.structs.replace(system, apps=apps))
        app = next(one for one in apps if one.name == FRONTEND)
        profile = target_provider("code-capsules").profile()
        choices = tuple(propose_domain(app, one, profile) for one in domains)
        assert {one.action for one in choices} == {"endpoint"}
        world.plan_again(msgspec.structs.replace(mapping, domains=choices))
        for name in TODAY.values():
            dns(world, name, "A", HEROKUS)
        dns(world, WWW, "CNAME", TODAY[WWW])
        dns(world, ROOT, "A", HEROKUS)
        yield world


@pytest.fixture
def needed(needs_program: Callable[[str], str]) -> None:
    for program in ("git", "node", "npm"):
        needs_program(program)


def dns(world: CapsulesWorld, name: str, kind: str, *values: str) -> None:
    """As a person sets a record at their provider."""
    request = {"do": "aptible-dns", "name": name, "kind": kind, "values": list(values)}
    now(ask_sandbox(world.sandbox._socket, request))


def seen_of(world: CapsulesWorld, hostname: str, words: str) -> RunView:
    """Wait until the run tells `words` of the record of a domain."""
    key = f"traffic:{hostname}"

    def told(seen: RunView) -> bool:
        return seen.run.current == key and key in seen.dns and words in seen.dns[key].records[0].seen

    return world.wait(told, 150)


def reported(world: CapsulesWorld) -> tuple[Report, dict[str, str]]:
    report = build(world.session)
    return report, {one.what: one.how for one in report.todo}


def test_a_root_and_its_www_move_with_their_records_and_certificates(
    tmp_path: Path, needed: None, door: Callable[[], None]
) -> None:
    with made(tmp_path, WWW, ROOT) as world:
        # What only shows by its effect is looked at, no word for it is given.
        world.asked += [f"secured:{WWW}", f"secured:{ROOT}"]
        world.start()
        world.pass_gate("gate:cut-over")
        seen_of(world, WWW, "still")
        assert sorted(world.capsule(FRONTEND)["domains"]) == [ROOT, WWW]
        dns(world, WWW, "CNAME", "other.example")
        world.say("retry")
        seen = seen_of(world, WWW, "points at other.example")
        assert [one.name for one in seen.dns[f"traffic:{WWW}"].others] == [ROOT], "all can be set at once"
        own = seen.dns[f"traffic:{WWW}"].records[0].value
        assert own.startswith(FRONTEND) and own in seen.dns[f"traffic:{WWW}"].records[0].todo
        world.kill_worker()
        world.days_later()
        seen_of(world, WWW, "points at other.example")
        dns(world, WWW, "CNAME", own)
        world.say("retry")
        guide = world.wait_for_guide(f"secured:{WWW}")
        assert "minutes after" in guide.lines[0].text
        world.wait(lambda seen: seen.guide is not None and "nothing answers for" in seen.guide.seen)
        door()
        world.wait_for_step(f"secured:{WWW}", "done")

        seen_of(world, ROOT, "still")
        dns(world, ROOT, "A", "127.0.0.1", HEROKUS)
        world.say("retry")
        seen = seen_of(world, ROOT, "beside it")
        assert seen.dns[f"traffic:{ROOT}"].records[0].kind == "A"
        assert seen.dns[f"traffic:{ROOT}"].records[0].value == "127.0.0.1"
        dns(world, ROOT, "A", "127.0.0.1")
        world.say("retry")
        seen = world.finish()
        assert seen.run.state == "done", world.story(seen)
        world.assert_moved()
        assert world.there["posts"]["/capsules/*/domains"] == 2
        report, todo = reported(world)
        proofs = {one.what: one.proof for one in report.moved}
        for hostname in (WWW, ROOT):
            assert f"https://{hostname}/ answers 204 at 127.0.0.1" in proofs[hostname], proofs
        assert not [what for what in todo if WWW in what or ROOT in what], todo


def test_a_domain_that_is_refused_takes_nothing_back_and_is_left_to_be_done(
    tmp_path: Path, needed: None
) -> None:
    key = f"domain:{WWW}"
    with made(tmp_path, WWW) as world:
        # Nobody does anything by themselves here.
        world.asked.append(key)
        refused = world.fault("422", path="*/domains", method="POST", count=None)
        world.start()
        world.pass_gate("gate:cut-over")
        guide = _is_refused(world, key)
        assert guide.by_word and guide.without
        assert "refuses to add the domain" in guide.lines[0].text
        assert world.seen.run.state == "running" and world.seen.can_go_back
        assert state_of(world.seen, f"health:{FRONTEND}") == "done"
        assert world.page(FRONTEND).status_code == 200, "the apps serve at their own addresses"
        world.kill_worker()
        world.days_later()
        again = _is_refused(world, key)
        assert again.lines[1:] == guide.lines[1:] and "refuses to add the domain" in again.lines[0].text
        assert world.there["posts"]["/capsules/*/domains"] == 1, "another worker asks no second time"
        world.say("retry")
        world.wait(lambda seen: world.used(refused) == 2)
        _is_refused(world, key)
        assert world.say("accept", step=key) == {"ok": True}
        seen = world.finish()
        assert seen.run.state == "done", world.story(seen)
        world.assert_moved()
        assert world.there["posts"]["/capsules/*/domains"] == 2 and not world.capsule(FRONTEND)["domains"]
        records = Journal(world.session).steps()
        for one in (key, f"traffic:{WWW}", f"secured:{WWW}"):
            evidence = records[one].evidence
            assert evidence is not None and "a person went on without it" in evidence.summary
        told = "\n".join(event.text for event in Journal(world.session).events(limit=5000))
        assert "back to Heroku" not in told and "Gone on without it by a test" in told
        report, todo = reported(world)
        assert f"Give {WWW} to the capsule {FRONTEND}" in todo
        assert [one.became for one in report.moved if one.what == WWW] == ["not moved"]


def _is_refused(world: CapsulesWorld, key: str) -> Guide:
    """Wait until the person is told."""

    def told(seen: RunView) -> bool:
        guide = seen.guide
        return guide is not None and guide.step == key and "does not belong to" in guide.seen

    seen = world.wait(told, 150)
    assert seen.guide is not None
    return seen.guide
