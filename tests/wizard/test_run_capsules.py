"""Steps of a run to a target of capsules: what a person does, what is made, what is built."""

import asyncio
import subprocess
from pathlib import Path

import msgspec
import pytest

from tests.wizard.capsule_world import COMMIT, SPACE, Capsules, FakeContext
from wizard.model.plan import Evidence, Step
from wizard.model.trouble import Trouble
from wizard.ports import CapsuleWish, Repository, TargetDeploy
from wizard.run.guide import GUIDE
from wizard.run.kinds.build import Build
from wizard.run.kinds.by_hand import ByHand
from wizard.run.kinds.capsule import CapsuleSettings, CapsuleStep
from wizard.run.kinds.linked import LinkRepository, PushBranch, remote_of
from wizard.run.watched import ACCEPTED

ADDRESS = "https://github.com/acme/shop"


def step(kind: str, /, **args: object) -> Step:
    return Step(key=f"{kind}:shop", kind=kind, title=f"{kind} of shop", phase="prepare", args=args)  # type: ignore[arg-type]


LINK = step("link-repository", repository=ADDRESS, page="https://app.example", team="acme")
CAPSULE = step(
    "capsule",
    app="a",
    handle="shop",
    service="web",
    name="shop",
    kind="backend",
    repository=ADDRESS,
    branch="offramp/acme",
    port=3000,
    memory_mb=512,
)
BUILD = step(
    "build", app="a", handle="shop", commit=COMMIT, branch="offramp/acme", capsules=("shop", "shop-worker")
)


def linked() -> Repository:
    return Repository(id="7", name="acme/shop", url="git@github.com:Acme/shop.git")


async def soon(condition: object) -> None:
    """Wait until `condition()` holds."""
    async with asyncio.timeout(10):
        while not condition():  # type: ignore[operator]
            await asyncio.sleep(0.01)


def quick(kind: type) -> object:
    made = kind()
    made.every = 0.02
    return made


# -- what a person does ------------------------------------------------------------------------------------


async def test_a_link_is_waited_for_and_goes_on_by_itself(tmp_path: Path) -> None:
    context = FakeContext(tmp_path, [LINK])
    kind = quick(LinkRepository)
    assert await kind.probe(context.as_context, LINK) is None
    doing = asyncio.create_task(kind.do(context.as_context, LINK))
    await soon(lambda: "not linked" in context.journal.shown.get(GUIDE, ""))
    assert context.journal.waiting == "you: link acme/shop"
    assert ADDRESS in context.journal.shown[GUIDE]
    context.target.linked.append(linked())
    await asyncio.wait_for(doing, 10)
    assert GUIDE not in context.journal.shown
    found = await kind.verify(context.as_context, LINK)
    assert found.summary == "acme/shop is linked"


async def test_a_link_is_never_taken_on_a_persons_word(tmp_path: Path) -> None:
    context = FakeContext(tmp_path, [LINK])
    context.accepted.add(LINK.key)
    assert await LinkRepository().probe(context.as_context, LINK) is None


async def test_a_look_that_fails_for_now_is_told_and_tried_again(tmp_path: Path) -> None:
    context = FakeContext(tmp_path, [LINK])
    kind = quick(LinkRepository)
    working, context.target.repositories = context.target.repositories, _unreachable  # type: ignore[method-assign]
    doing = asyncio.create_task(kind.do(context.as_context, LINK))
    await soon(lambda: "nobody answers" in context.journal.shown.get(GUIDE, ""))
    context.target.repositories = working  # type: ignore[method-assign]
    context.target.linked.append(linked())
    await asyncio.wait_for(doing, 10)


async def _unreachable(environment: object = None) -> list[Repository]:
    raise Trouble("nobody answers", remedy="Wait.", code="unreachable", retry=True)


async def test_what_nobody_can_see_is_done_when_a_person_says_so(tmp_path: Path) -> None:
    one = step("by-hand", waits="turn on backups", lines=("Open it.", "$ https://app.example"))
    context = FakeContext(tmp_path, [one])
    kind = quick(ByHand)
    doing = asyncio.create_task(kind.do(context.as_context, one))
    await soon(lambda: '"by_word":true' in context.journal.shown.get(GUIDE, ""))
    context.accepted.add(one.key)
    context.look_again.set()
    await asyncio.wait_for(doing, 10)
    found = await kind.verify(context.as_context, one)
    assert ACCEPTED in found.facts

    # Another worker, which was told nothing, believes the journal.
    later = FakeContext(tmp_path, [one])
    later.journal.records[one.key] = msgspec.structs.replace(
        later.journal.records[one.key], state="done", evidence=found
    )
    assert await ByHand().probe(later.as_context, one) == found


# -- the branch --------------------------------------------------------------------------------------------


def git(folder: Path, *words: str) -> str:
    done = subprocess.run(
        ["git", "-c", "user.name=a", "-c", "user.email=a@b.example", *words],
        cwd=folder,
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout.strip()


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with one commit, whose origin is a bare repository of this machine."""
    folder, bare = tmp_path / "shop", tmp_path / "bare.git"
    folder.mkdir()
    git(tmp_path, "init", "-q", "--bare", str(bare))
    git(folder, "init", "-q", "-b", "main")
    (folder / "Procfile").write_text("web: node server.js\n")
    git(folder, "add", ".")
    git(folder, "commit", "-q", "-m", "one")
    git(folder, "remote", "add", "origin", str(bare))
    return folder


def branch_step(folder: Path, branch: str = "offramp/acme") -> Step:
    commit = git(folder, "rev-parse", "HEAD")
    return step("push-branch", repository=ADDRESS, checkout=str(folder), branch=branch, commit=commit)


async def test_a_pushed_branch_is_seen(tmp_path: Path, checkout: Path) -> None:
    one = branch_step(checkout)
    context = FakeContext(tmp_path, [one])
    kind = quick(PushBranch)
    doing = asyncio.create_task(kind.do(context.as_context, one))
    await soon(lambda: "no branch offramp/acme there" in context.journal.shown.get(GUIDE, ""))
    guide = await PushBranch().guide(context.as_context, one)
    command = next(line.text for line in guide.lines if line.kind == "copy")
    subprocess.run(["sh", "-c", command], check=True, capture_output=True)
    await asyncio.wait_for(doing, 10)
    found = await kind.verify(context.as_context, one)
    assert "offramp/acme" in found.summary and ACCEPTED not in found.facts


async def test_another_commit_there_is_not_the_prepared_one(tmp_path: Path, checkout: Path) -> None:
    git(checkout, "push", "-q", "origin", "HEAD:refs/heads/offramp/acme")
    git(checkout, "commit", "-q", "--allow-empty", "-m", "two")
    one = branch_step(checkout)
    done, seen = await PushBranch().look(FakeContext(tmp_path, [one]).as_context, one)
    assert done is None and "at another commit" in seen


async def test_a_repository_that_cannot_be_looked_at_is_left_to_the_person(
    tmp_path: Path, checkout: Path
) -> None:
    git(checkout, "remote", "set-url", "origin", str(tmp_path / "gone"))
    one = branch_step(checkout)
    context = FakeContext(tmp_path, [one])
    with pytest.raises(Trouble) as told:
        await PushBranch().look(context.as_context, one)
    assert told.value.retry and told.value.code == "git-unseen"
    context.accepted.add(one.key)
    assert await PushBranch().probe(context.as_context, one) is not None


async def test_the_remote_is_the_one_that_leads_to_the_repository(checkout: Path) -> None:
    assert await remote_of(str(checkout), ADDRESS) == "origin"
    git(checkout, "remote", "add", "hub", "git@github.com:ACME/Shop.git")
    assert await remote_of(str(checkout), ADDRESS) == "hub"
    git(checkout, "remote", "remove", "origin")
    git(checkout, "remote", "remove", "hub")
    assert await remote_of(str(checkout), ADDRESS) == ADDRESS


# -- capsules ----------------------------------------------------------------------------------------------


async def test_a_capsule_is_made_stopped_once_its_repository_is_linked(tmp_path: Path) -> None:
    context = FakeContext(tmp_path, [CAPSULE, BUILD])
    with pytest.raises(Trouble) as told:
        await CapsuleStep().do(context.as_context, CAPSULE)
    assert told.value.code == "repository-not-linked" and not context.target.asked
    context.target.linked.append(linked())
    await CapsuleStep().do(context.as_context, CAPSULE)
    found = await CapsuleStep().verify(context.as_context, CAPSULE)
    assert "stopped" in found.summary
    assert context.target.asked == ["create shop"]
    assert context.target.there["shop"].url == linked().url, "as the target writes it"


async def test_a_capsule_that_starts_by_itself_is_stopped(tmp_path: Path) -> None:
    context = FakeContext(tmp_path, [CAPSULE, BUILD])
    context.target.linked.append(linked())
    context.target.starts_by_itself = True
    await CapsuleStep().do(context.as_context, CAPSULE)
    assert context.target.asked == ["create shop", "scale web 0"]
    assert await CapsuleStep().probe(context.as_context, CAPSULE) is not None


async def test_a_capsule_may_run_once_it_is_built_for_the_cut_over(tmp_path: Path) -> None:
    context = FakeContext(tmp_path, [CAPSULE, BUILD])
    context.target.linked.append(linked())
    await CapsuleStep().do(context.as_context, CAPSULE)
    context.target.there["shop"] = msgspec.structs.replace(context.target.there["shop"], replicas=2)
    assert await CapsuleStep().probe(context.as_context, CAPSULE) is None, "it is stopped, being ours"
    records = context.journal.records
    records[BUILD.key] = msgspec.structs.replace(records[BUILD.key], state="intent")
    assert await CapsuleStep().probe(context.as_context, CAPSULE) is not None


async def test_a_capsule_that_serves_since_a_move_that_is_final_is_not_stopped(tmp_path: Path) -> None:
    context = FakeContext(tmp_path, [CAPSULE, BUILD])
    await context.target.create_capsule(SPACE, wish("backend"), context.lines.append)
    context.target.there["shop"] = msgspec.structs.replace(context.target.there["shop"], replicas=2)
    context.journal.earlier.add("gate:finish")
    with pytest.raises(Trouble, match="may be in use") as told:
        await CapsuleStep().probe(context.as_context, CAPSULE)
    assert told.value.code == "capsule-serves" and context.target.there["shop"].replicas == 2


def wish(kind: str, branch: str = "offramp/acme") -> CapsuleWish:
    return CapsuleWish(name="shop", kind=kind, repository="7", url=ADDRESS, branch=branch)  # type: ignore[arg-type]


@pytest.mark.parametrize(("kind", "branch"), [("frontend", "offramp/acme"), ("backend", "main")])
async def test_a_capsule_of_that_name_that_is_another_is_left_alone(
    tmp_path: Path, kind: str, branch: str
) -> None:
    context = FakeContext(tmp_path, [CAPSULE, BUILD])
    await context.target.create_capsule(SPACE, wish(kind, branch), context.lines.append)
    with pytest.raises(Trouble) as told:
        await CapsuleStep().probe(context.as_context, CAPSULE)
    assert told.value.code == "capsule-differs" and "left as it is" in told.value.untouched


async def test_the_guide_for_a_docker_capsule_names_what_is_to_be_copied(tmp_path: Path) -> None:
    more = {"dockerfile": "/api/Dockerfile.worker", "context": "/api"}
    one = step("capsule-settings", name="shop", page="https://app.example", **more)
    context = FakeContext(tmp_path, [one])
    await context.target.create_capsule(SPACE, wish("docker"), context.lines.append)
    guide = await CapsuleSettings().guide(context.as_context, one)
    assert [line.text for line in guide.lines if line.kind == "copy"][1:] == [*more.values()]
    told = " ".join(line.text for line in guide.lines)
    assert "its tab Config; there Edit in Capsule Parameters" in told and "That begins a build" in told


async def test_a_setting_of_the_dashboard_is_seen_where_the_target_tells_it(tmp_path: Path) -> None:
    one = step("capsule-settings", name="shop", folder="backend", page="https://app.example")
    context = FakeContext(tmp_path, [one])
    made = await context.target.create_capsule(SPACE, wish("backend"), context.lines.append)
    kind = CapsuleSettings()
    untold = "Code Capsules does not tell the Project path: say when it is set"
    assert await kind.look(context.as_context, one) == (None, untold)
    assert (await kind.guide(context.as_context, one)).blind, "nothing but a person's word is waited for"
    context.target.there["shop"] = msgspec.structs.replace(made, folder="frontend")
    assert (await kind.look(context.as_context, one))[1] == "Project path is frontend"
    assert not (await kind.guide(context.as_context, one)).blind
    context.target.there["shop"] = msgspec.structs.replace(made, folder="/backend")
    assert (await kind.look(context.as_context, one))[0] is not None


# -- builds ------------------------------------------------------------------------------------------------


@pytest.fixture
async def built(tmp_path: Path) -> FakeContext:
    """A context with the capsules `shop` and `shop-worker`, whose builds have an old one each."""
    context = FakeContext(tmp_path, [CAPSULE, BUILD])
    target: Capsules = context.target
    for name in ("shop", "shop-worker"):
        await target.create_capsule(SPACE, msgspec.structs.replace(wish("backend"), name=name), print)
        target.built[name] = [TargetDeploy(number=1, state="succeeded", commit=COMMIT)]
    target.asked.clear()
    return context


async def test_builds_from_before_do_not_count(built: FakeContext) -> None:
    assert await Build().probe(built.as_context, BUILD) is None
    await Build().do(built.as_context, BUILD)
    assert sorted(built.target.asked) == ["build shop", "build shop-worker"]
    found = await Build().verify(built.as_context, BUILD)
    assert COMMIT[:10] in found.summary


async def test_what_runs_is_waited_for_to_be_of_the_build(built: FakeContext) -> None:
    """Else the version before would answer the health check."""
    for name in ("shop", "shop-worker"):
        built.target.there[name] = msgspec.structs.replace(built.target.there[name], replicas=1)
    facts = Evidence(summary="", facts={"before:shop": 1, "before:shop-worker": 1})
    built.journal.note(BUILD.key, facts)
    for name in ("shop", "shop-worker"):
        late = TargetDeploy(number=2, state="succeeded", commit=COMMIT, deployed=False)
        built.target.built[name].append(late)
    assert await Build().probe(built.as_context, BUILD) is None, "of another worker's, too"
    await Build().do(built.as_context, BUILD)
    assert (built.target.asked, sorted(built.target.awaited)) == ([], ["shop 2", "shop-worker 2"])
    assert await Build().probe(built.as_context, BUILD) is not None
    record = built.journal.records[BUILD.key]
    built.journal.records[BUILD.key] = msgspec.structs.replace(record, state="done")
    built.target.built["shop"][-1] = msgspec.structs.replace(built.target.built["shop"][-1], deployed=False)
    assert await Build().probe(built.as_context, BUILD) is not None, "a person's roll-back undoes no cut-over"


async def test_a_build_that_failed_does_not_cost_the_others_theirs(built: FakeContext) -> None:
    built.target.fails.add("shop")
    with pytest.raises(Trouble) as told:
        await Build().do(built.as_context, BUILD)
    assert told.value.code == "build-failed"
    assert await Build().probe(built.as_context, BUILD) is None
    built.target.fails.clear()
    built.target.asked.clear()
    await Build().do(built.as_context, BUILD)
    assert built.target.asked == ["build shop"], "the other one had been built by the try before"
    await Build().verify(built.as_context, BUILD)


async def test_what_another_worker_built_is_found(built: FakeContext) -> None:
    facts: Evidence = Evidence(summary="", facts={"before:shop": 1, "before:shop-worker": 1})
    built.journal.note(BUILD.key, facts)
    for name in ("shop", "shop-worker"):
        built.target.built[name].append(TargetDeploy(number=2, state="succeeded", commit=COMMIT[:7]))
    assert await Build().probe(built.as_context, BUILD) is not None
    assert built.target.asked == []


async def test_another_commit_than_the_prepared_one_is_not_taken(built: FakeContext) -> None:
    built.target.commit = "f" * 40
    with pytest.raises(Trouble) as told:
        await Build().do(built.as_context, BUILD)
    assert told.value.code == "commit-differs" and "not started" in told.value.untouched


async def test_a_commit_that_the_target_does_not_tell_is_said_to_be_so(built: FakeContext) -> None:
    built.target.commit = ""
    await Build().do(built.as_context, BUILD)
    assert "does not tell" in (await Build().verify(built.as_context, BUILD)).summary


async def test_on_the_way_back_all_capsules_of_the_app_are_stopped(built: FakeContext) -> None:
    for name in ("shop", "shop-worker"):
        built.target.there[name] = msgspec.structs.replace(built.target.there[name], replicas=2)
    said = await Build().undo(built.as_context, BUILD)
    assert said.startswith(
        "shop is stopped on the target. A push to the branch of a capsule has Code Capsules"
    )
    assert "Turn automatic deploys off in the dashboard" in said
    assert sorted(built.target.asked) == ["scale web 0", "scale worker 0"]
