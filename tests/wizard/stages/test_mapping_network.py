"""Custom domains and log drains: what is proposed, what a person may decide, and what is said of it."""

from pathlib import Path

import msgspec
import pytest

from screens.map_network import domain_options, drain_becomes, drain_options
from screens.map_rows import entries
from tests.pem_files import host_files
from tests.screens.example_system import BACKEND, FRONTEND, example_system
from tests.screens.fakes import fake_profile
from wizard.mapping.check import problems
from wizard.mapping.domains import A_WEEK
from wizard.mapping.drains import decide_drain, set_drain_databases, set_drain_handle
from wizard.mapping.edit import decide_domain, keep_decisions
from wizard.mapping.rules import propose
from wizard.model.mapping import DrainChoice, Mapping
from wizard.model.network import Certificate, Domain, Drain, Space
from wizard.model.noun import decode, encode
from wizard.model.system import System
from wizard.ports import Profile

HOST = "www.acme.example"
PAPERTRAIL = "syslog+tls://logs7.papertrailapp.com:41234"


def profile(*, able: bool = True, own: bool = False) -> Profile:
    made = fake_profile()
    more = (
        {"managed_tls": True, "log_drains": ("https", "syslog+tls"), "own_certificates": own} if able else {}
    )
    return msgspec.structs.replace(made, capabilities=msgspec.structs.replace(made.capabilities, **more))


def system(
    *,
    domains: tuple[Domain, ...] = (),
    drains: dict[str, tuple[Drain, ...]] | None = None,
    certificates: tuple[Certificate, ...] = (),
    space: Space | None = None,
) -> System:
    made = example_system()
    apps = tuple(
        msgspec.structs.replace(
            app,
            drains=(drains or {}).get(app.id, ()),
            domains=domains if app.id == FRONTEND and domains else app.domains,
            certificates=certificates if app.id == FRONTEND else (),
            space=space.name if space and app.id == FRONTEND else app.space,
        )
        for app in made.apps
    )
    return msgspec.structs.replace(made, apps=apps, spaces=(space,) if space else ())


def custom(hostname: str, **more: str) -> Domain:
    return Domain(hostname=hostname, kind="custom", cname="x.herokudns.com", **more)


def codes(read: System, mapping: Mapping, able: Profile, *hosts: str) -> dict[str, bool]:
    return {
        problem.code: problem.blocks
        for problem in problems(read, mapping, able)
        if problem.component in hosts or "log drain" in problem.component
    }


def test_a_domain_becomes_an_endpoint_where_the_target_makes_certificates() -> None:
    read = system()
    (choice,) = propose(read, profile()).domains
    assert choice.action == "endpoint" and "before traffic moves" in choice.reason
    (choice,) = propose(read, profile(able=False)).domains
    assert choice.action == "by-hand"
    assert codes(read, propose(read, profile()), profile(), HOST) == {}


def test_what_is_to_be_known_of_a_domain_is_said() -> None:
    own = Certificate(id="1", name="tyrannosaurus-1", domains=(HOST,))
    read = system(
        domains=(custom(HOST, certificate="tyrannosaurus-1"), custom("acme.example")), certificates=(own,)
    )
    able = profile()
    mapping = propose(read, able)
    assert "never gives the key" in mapping.domains[0].reason
    assert codes(read, mapping, able, HOST) == {"own-certificate": False}
    assert codes(read, mapping, able, "acme.example") == {"apex": False}
    managed = msgspec.structs.replace(own, managed=True)
    read = system(domains=(custom(HOST, certificate="tyrannosaurus-1"),), certificates=(managed,))
    assert codes(read, propose(read, able), able, HOST) == {}


def test_an_endpoint_needs_a_web_service_and_a_target_that_can() -> None:
    read, able = system(), profile()
    mapping = propose(read, able)
    assert codes(read, mapping, profile(able=False), HOST) == {"no-managed-tls": True}
    without = msgspec.structs.replace(
        mapping, processes=tuple(one for one in mapping.processes if one.type != "web")
    )
    assert codes(read, without, able, HOST) == {"no-web": True}
    late = msgspec.structs.replace(
        mapping, apps=tuple(msgspec.structs.replace(one, way="image", image="a/b:c") for one in mapping.apps)
    )
    assert codes(read, late, able, HOST) == {"late-certificate": False}


def test_a_domain_belongs_to_one_endpoint() -> None:
    read, able = system(), profile()
    mapping = propose(read, able)
    twice = msgspec.structs.replace(
        mapping, domains=(*mapping.domains, msgspec.structs.replace(mapping.domains[0], app_id=BACKEND))
    )
    assert codes(read, twice, able, HOST)["domain-twice"]


def test_more_domains_than_certificates_in_a_week_are_counted() -> None:
    hosts = [f"w{number}.acme.example" for number in range(A_WEEK + 1)]
    read, able = system(domains=tuple(custom(host) for host in hosts)), profile()
    assert codes(read, propose(read, able), able, *hosts) == {"certificate-limit": False}
    assert codes(read, propose(read, able), able, *hosts[1:]) == {}, "said once"


def test_drains_with_one_address_become_one_and_what_is_lost_is_said() -> None:
    read = system(
        drains={
            BACKEND: (
                Drain(id="d1", address=PAPERTRAIL),
                Drain(id="d2", address="https://logs.acme.example"),
                Drain(id="d3", address="syslog://10.0.0.1:514"),
                Drain(id="d4", address="https://x.example", add_on_id="gone"),
            ),
            FRONTEND: (Drain(id="d5", address=PAPERTRAIL),),
        }
    )
    able = profile()
    mapping = propose(read, able)
    by_id = {choice.drain_id: choice for choice in mapping.drains}
    assert [by_id[f"d{n}"].action for n in range(1, 6)] == ["move", "move", "undecided", "leave", "move"]
    assert by_id["d1"].handle == by_id["d5"].handle == f"{mapping.environment}-papertrailapp"
    assert by_id["d2"].handle == f"{mapping.environment}-acme" and "JSON" in by_id["d2"].reason
    assert "without TLS" in by_id["d3"].reason and "ends with it" in by_id["d4"].reason
    assert "one drain gets the logs" in by_id["d5"].reason
    assert codes(read, mapping, able) == {"undecided": True}
    decided = decide_drain(mapping, BACKEND, "d3", "leave", "nobody reads it")
    assert codes(read, decided, able) == {}
    assert keep_decisions(decided, mapping).drains == decided.drains
    assert all(choice.action == "leave" for choice in propose(read, profile(able=False)).drains)


def test_a_name_is_given_to_all_that_are_one_drain() -> None:
    read = system(
        drains={
            BACKEND: (
                Drain(id="d1", address=PAPERTRAIL),
                Drain(id="d2", address="https://logs.acme.example"),
            ),
            FRONTEND: (Drain(id="d5", address=PAPERTRAIL),),
        }
    )
    able = profile()
    mapping = set_drain_handle(propose(read, able), FRONTEND, "d5", "logs")
    assert [choice.handle for choice in mapping.drains] == ["logs", f"{mapping.environment}-acme", "logs"]
    quiet = set_drain_databases(mapping, BACKEND, "d1", False)
    assert [choice.databases for choice in quiet.drains] == [False, True, False]
    assert drain_becomes(quiet.drains[0]) == "log drain logs, apps only"
    same = set_drain_handle(mapping, BACKEND, "d2", "logs")
    assert codes(read, same, able) == {"handle-twice": True}
    assert codes(read, set_drain_handle(mapping, BACKEND, "d2", "Not good"), able) == {"handle": True}
    with pytest.raises(KeyError):
        decide_drain(mapping, BACKEND, "none", "leave")


def spaced(address: str) -> System:
    drain = Drain(id="d9", address=address)
    return system(
        drains={BACKEND: (Drain(id="d1", address=PAPERTRAIL),)},
        space=Space(id="s1", name="acme-eu", drain=drain),
    )


def test_the_drain_of_a_private_space_is_one_like_those_of_apps() -> None:
    read, able = spaced("https://logs.acme.example"), profile()
    mapping = propose(read, able)
    of_app, of_space = mapping.drains
    assert (of_space.app_id, of_space.space_id, of_space.action) == ("", "s1", "move")
    assert of_space.handle == f"{mapping.environment}-acme" and "every app of the" in of_space.reason
    assert codes(read, mapping, able) == {}
    rows = {entry.component: entry for entry in entries(read, mapping, able, (), ())}
    row = rows["drain", "", "d9"]
    assert (row.depth, row.name, row.before) == (0, "https://logs.acme.example", "log drain of acme-eu")
    assert row.after == f"log drain {mapping.environment}-acme"
    quiet = set_drain_databases(mapping, "", "d9", False)
    assert [one.databases for one in quiet.drains] == [True, False]
    left = drain_options("", "d9", mapping, able)[-1].change(mapping, "nobody reads it")
    assert left.drains == (
        of_app,
        msgspec.structs.replace(of_space, action="leave", reason="nobody reads it"),
    )
    assert keep_decisions(left, mapping).drains == left.drains
    shared = propose(spaced(PAPERTRAIL), able)
    assert shared.drains[0].handle == shared.drains[1].handle, "one address is one drain"
    assert not propose(system(space=Space(id="s2", name="x", drain=None)), able).drains
    empty = msgspec.structs.replace(read, spaces=(msgspec.structs.replace(read.spaces[0], name="empty"),))
    assert propose(empty, able).drains == (of_app,), "a space without apps of ours has no log of ours"


def test_an_older_mapping_knows_no_certificates_and_no_spaces() -> None:
    old = """{"domains": [{"app_id": "a", "hostname": "h", "action": "endpoint", "reason": ""}],
        "drains": [{"app_id": "a", "drain_id": "d", "action": "move", "handle": "x", "reason": "",
                    "databases": true}]}"""
    mapping = decode(old, Mapping, what="the mapping")
    assert mapping.domains[0].fingerprint == mapping.drains[0].space_id == ""
    assert not mapping.domains[0].late


def test_a_certificate_of_ones_own_is_two_files(tmp_path: Path) -> None:
    read, able = system(domains=(custom("*.acme.example"), custom("a.acme.example"))), profile(own=True)
    mapping = propose(read, able)
    chain, key = host_files(tmp_path, "*.acme.example")
    option = next(
        one
        for one in domain_options(FRONTEND, "*.acme.example", mapping, able)
        if one.id == "own-certificate"
    )
    assert option.check(str(key)).startswith(f"{key} holds no certificate")
    assert option.check(str(chain)) == "" and option.then is not None
    asked = option.then(str(chain))
    assert "not that of" in asked.check(str(host_files_of_another(tmp_path)))
    assert asked.check("") and asked.check(str(key)) == ""
    changed = asked.change(mapping, str(key))
    choice = changed.domains[0]
    assert (choice.action, choice.chain_file, choice.key_file) == ("endpoint", str(chain), str(key))
    assert (
        len(choice.fingerprint) == 64
        and choice.good_until in choice.reason
        and "you renew it" in choice.reason
    )
    assert not any(line in encode(changed) for line in key.read_text().splitlines()[1:-1])
    rows = {entry.component: entry for entry in entries(read, changed, able, (), ())}
    assert rows["domain", FRONTEND, "*.acme.example"].after == "endpoint + own certificate"
    assert codes(read, changed, able, "*.acme.example") == {}
    assert codes(read, changed, profile(), "*.acme.example") == {"no-own-certificates": True}
    assert keep_decisions(changed, mapping).domains == changed.domains
    managed = decide_domain(changed, FRONTEND, "*.acme.example", "endpoint", "the target's").domains[0]
    assert not managed.fingerprint and not managed.key_file and not managed.good_until


def host_files_of_another(folder: Path) -> Path:
    other = folder / "other"
    other.mkdir()
    return host_files(other, "*.acme.example")[1]


def test_an_endpoint_may_be_made_after_the_first_deploy() -> None:
    read, able = system(), profile()
    mapping = propose(read, able)
    when = next(one for one in domain_options(FRONTEND, HOST, mapping, able) if one.id == "when")
    late = when.change(mapping, "")
    assert "within the cut-over" in when.words and late.domains[0].late
    assert codes(read, late, able, HOST) == {"late-certificate": False}
    rows = {entry.component: entry for entry in entries(read, late, able, (), ())}
    assert rows["domain", FRONTEND, HOST].after == "endpoint in the cut-over"
    back = next(one for one in domain_options(FRONTEND, HOST, late, able) if one.id == "when")
    assert back.change(late, "") == mapping


def test_plain_syslog_cannot_be_made_by_deciding_so() -> None:
    read = system(drains={BACKEND: (Drain(id="d3", address="syslog://10.0.0.1:514"),)})
    able = profile()
    mapping = decide_drain(propose(read, able), BACKEND, "d3", "move", "please")
    mapping = set_drain_handle(mapping, BACKEND, "d3", "logs")
    assert codes(read, mapping, able) == {"no-such-drain": True}


def test_the_map_shows_and_offers_both() -> None:
    read, able = system(drains={FRONTEND: (Drain(id="d5", address=PAPERTRAIL),)}), profile()
    mapping = propose(read, able)
    rows = {entry.component: entry for entry in entries(read, mapping, able, (), ())}
    assert rows["domain", FRONTEND, HOST].after == "endpoint + new certificate"
    drain = rows["drain", FRONTEND, "d5"]
    assert (drain.name, drain.before, drain.state) == (PAPERTRAIL, "log drain", "good")
    assert drain.after == f"log drain {mapping.environment}-papertrailapp"
    assert [one.id for one in domain_options(FRONTEND, HOST, mapping, able)] == [
        "endpoint",
        "when",
        "by-hand",
        "leave",
    ]
    poor = domain_options(FRONTEND, HOST, mapping, fake_profile())
    assert [one.id for one in poor] == ["by-hand", "leave"]
    changes = {one.id: one.change for one in domain_options(FRONTEND, HOST, mapping, able)}
    assert (
        changes["by-hand"](mapping, "").domains
        == decide_domain(mapping, FRONTEND, HOST, "by-hand", "a person chose it").domains
    )
    offers = {one.id: one.change for one in drain_options(FRONTEND, "d5", mapping, able)}
    assert list(offers) == ["move", "databases", "leave"]
    left = offers["leave"](mapping, "why not").drains
    assert left == (
        DrainChoice(
            app_id=FRONTEND,
            drain_id="d5",
            action="leave",
            handle=f"{mapping.environment}-papertrailapp",
            reason="why not",
        ),
    )
