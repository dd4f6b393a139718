"""What is looked at before a run to a target of capsules: branches, domains, what is there already."""

from pathlib import Path

import msgspec

from tests.wizard.capsule_world import COMMIT, SPACE, Capsules, FakeContext
from tests.wizard.test_run_capsules import linked, wish
from wizard.mapping.edit_spaces import put_app
from wizard.model.mapping import (
    AppChoice,
    DatabaseChoice,
    DomainChoice,
    Mapping,
    ProcessChoice,
    StorageChoice,
    StoreChoice,
)
from wizard.model.plan import Finding
from wizard.plan.preflight_capsules import capsule_findings
from wizard.ports import Capsule, DomainEndpoint, Environment, StorageCapsule, TargetDatabase
from wizard.session.parts import Prepared, PreparedApp

ADDRESS = "https://github.com/acme/shop"


def code(app: str, **more: str) -> PreparedApp:
    given = {"app_id": app, "checkout": f"/code/{app}", "branch": "offramp/acme", "commit": COMMIT, **more}
    return PreparedApp(**given)


async def mapped(tmp_path: Path) -> tuple[Capsules, Mapping]:
    """Two apps of one repository; the first of them has a capsule, and a domain."""
    context = FakeContext(tmp_path, [])
    context.target.linked.append(linked())
    await context.target.create_capsule(SPACE, wish("backend"), print)
    apps = (
        AppChoice(app_id="a", handle="shop", way="linked", repository=ADDRESS),
        AppChoice(app_id="b", handle="mail", way="linked", repository="git@github.com:acme/Shop.git"),
    )
    domain = DomainChoice(app_id="a", hostname="www.acme.example", action="endpoint")
    return context.target, msgspec.structs.replace(context.mapping, apps=apps, domains=(domain,))


async def found(tmp_path: Path, *codes: PreparedApp) -> list[Finding]:
    target, mapping = await mapped(tmp_path)
    return await capsule_findings(target, SPACE, mapping, Prepared(apps=codes))


def blocking(findings: list[Finding]) -> list[str]:
    return [one.what for one in findings if one.state == "blocks"]


async def test_one_branch_is_asked_for_once(tmp_path: Path) -> None:
    findings = await found(tmp_path, code("a"), code("b"))
    assert blocking(findings) == []
    assert len([one for one in findings if "You push offramp/acme" in one.what]) == 1


async def test_two_commits_of_one_branch_block(tmp_path: Path) -> None:
    """The build of the second app would be of another commit, and end the cut-over."""
    (why,) = blocking(await found(tmp_path, code("a"), code("b", commit="f" * 40)))
    assert "shop and mail are built from one branch" in why


async def test_a_branch_of_ones_own_is_to_stay_where_it_is(tmp_path: Path) -> None:
    findings = await found(tmp_path, code("a", branch="", on="main"), code("b", branch="", on="main"))
    assert [one.remedy for one in findings if one.what.startswith("main of")] == [
        "Have nobody push to main until then."
    ]
    (why,) = blocking(await found(tmp_path, code("a", branch="", on="")))
    assert "no branch is checked out" in why


async def test_a_capsule_of_that_name_that_is_another_blocks(tmp_path: Path) -> None:
    target, mapping = await mapped(tmp_path)
    mapping = msgspec.structs.replace(mapping, domains=())
    made = target.there["shop"]
    code_of = Prepared(apps=(code("a"), code("b")))
    for other, words in (
        ({"kind": "docker"}, "it is a docker capsule"),
        ({"url": "https://github.com/acme/blog"}, "it is built from https://github.com/acme/blog"),
        ({"branch": "main"}, "it is built from the branch main"),
    ):
        target.there["shop"] = msgspec.structs.replace(made, **other)
        (why,) = blocking(await capsule_findings(target, SPACE, mapping, code_of))
        assert words in why
    target.there["shop"] = msgspec.structs.replace(made, replicas=2)
    findings = await capsule_findings(target, SPACE, mapping, code_of)
    assert blocking(findings) == []
    (look,) = [one for one in findings if "2 of it running" in one.what]
    assert "does not take it over while it runs" in look.detail and "Stop it" in look.remedy


async def test_a_space_of_another_team_is_not_taken_for_the_one_to_make(tmp_path: Path) -> None:
    target, mapping = await mapped(tmp_path)
    mapping = msgspec.structs.replace(mapping, create_environment=True, team="acme")
    theirs = msgspec.structs.replace(SPACE, team="others")
    (why,) = blocking(await capsule_findings(target, theirs, mapping, Prepared()))
    assert why == "acme is there already, and is of the team others"
    ours = msgspec.structs.replace(SPACE, team="acme")
    assert blocking(await capsule_findings(target, ours, mapping, Prepared())) == []


async def test_a_domain_of_another_capsule_blocks(tmp_path: Path) -> None:
    target, mapping = await mapped(tmp_path)
    domain = DomainEndpoint(id="1", service_id="id-shop", hostname="www.acme.example", state="provisioned")
    target.domains[domain.hostname] = domain
    assert blocking(await capsule_findings(target, SPACE, mapping, Prepared())) == []
    target.domains[domain.hostname] = msgspec.structs.replace(domain, service_id="id-other")
    (why,) = blocking(await capsule_findings(target, SPACE, mapping, Prepared()))
    assert "www.acme.example belongs to another capsule" in why


async def test_each_space_is_looked_at_for_what_goes_into_it(tmp_path: Path) -> None:
    target, mapping = await mapped(tmp_path)
    asked: list[str] = []
    looked = target.find_capsule

    async def find(environment: Environment, name: str) -> Capsule | None:
        asked.append(f"{environment.handle} {name}")
        return await looked(environment, name)

    target.find_capsule = find  # type: ignore[method-assign]
    apps = tuple(msgspec.structs.replace(one, repository=ADDRESS) for one in mapping.apps)
    job = ProcessChoice(app_id="b", type="job", service="job", capsule="backend")
    both = msgspec.structs.replace(mapping, apps=apps, processes=(*mapping.processes, job))
    apart = put_app(both, "b", "mail")
    there = {"mail": Environment(id="2", handle="mail")}
    findings = await capsule_findings(target, SPACE, apart, Prepared(apps=(code("a"), code("b"))), there)
    assert set(asked) == {"acme shop", "acme shop-worker", "mail mail"}
    # Whose a Space is that is to be made is looked at for each; what is true of both is said once.
    made = await capsule_findings(target, SPACE, apart, Prepared(apps=(code("a"), code("b"))))
    assert len([one for one in findings if one.what.endswith(" is linked")]) == 1
    assert any("The account belongs to no team" in one.what for one in made)


async def test_a_space_that_was_to_be_made_and_is_there_is_told(tmp_path: Path) -> None:
    target, mapping = await mapped(tmp_path)
    new = msgspec.structs.replace(mapping, create_environment=True)
    findings = await capsule_findings(target, SPACE, new, Prepared(apps=(code("a"), code("b"))))
    assert [one.state for one in findings if one.what.startswith("acme is there already")] == ["look"]
    chosen = await capsule_findings(target, SPACE, mapping, Prepared(apps=(code("a"), code("b"))))
    assert not [one for one in chosen if "is there already: what is made" in one.what]


async def test_a_database_that_is_there_with_another_size_is_told_and_a_larger_disk_stays(
    tmp_path: Path,
) -> None:
    target, mapping = await mapped(tmp_path)
    database = DatabaseChoice(add_on_id="d", handle="shop-db", memory_mb=1024, disk_gb=4)
    store = StoreChoice(add_on_id="r", type="redis", action="copy", handle="shop-redis", disk_gb=4)
    mapping = msgspec.structs.replace(mapping, databases=(database,), stores=(store,))
    there = TargetDatabase(
        id="9",
        handle="shop-db",
        environment_id="1",
        version="",
        state="provisioned",
        memory_mb=1024,
        disk_gb=4,
    )

    async def told(**sizes: int | None) -> list[Finding]:
        for handle in ("shop-db", "shop-redis"):
            target.databases[handle] = msgspec.structs.replace(there, handle=handle, **sizes)
        findings = await capsule_findings(target, SPACE, mapping, Prepared())
        return [one for one in findings if "shop-db" in one.what or "shop-redis" in one.what]

    assert await told() == [] and await told(memory_mb=None, disk_gb=None) == []
    assert [one.state for one in await told(disk_gb=5)] == ["look", "look"]
    files = StorageChoice(app_id="a", action="mount", handle="shop-db-files", disk_gb=1)
    with_files = msgspec.structs.replace(mapping, databases=(), stores=(), storages=(files,))
    for gigabytes, states in ((1, []), (2, ["look"])):
        target.storages[files.handle] = StorageCapsule(id="8", name=files.handle, disk_gb=gigabytes)
        findings = await capsule_findings(target, SPACE, with_files, Prepared())
        assert [one.state for one in findings if files.handle in one.what] == states
    assert "has 5 GB already, and keeps them" in (await told(disk_gb=5))[0].what
    both = await told(disk_gb=5, memory_mb=512)
    assert len(both) == 4 and "1024 MB of memory, 5 GB of disk" in both[1].what
    looks = await told(memory_mb=512, disk_gb=2)
    assert [one.state for one in looks] == ["look", "look"]
    assert "1024 MB of memory, 4 GB" in looks[0].what and "it has 512 MB and 2 GB" in looks[0].detail
