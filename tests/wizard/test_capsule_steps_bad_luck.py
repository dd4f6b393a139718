"""Steps of a run to a target of capsules where a look fails, another was there before, or it ran early."""

import asyncio
from pathlib import Path

import msgspec
import pytest

from tests.wizard.capsule_world import COMMIT, SPACE, FakeContext
from tests.wizard.test_run_capsules import (
    BUILD,
    CAPSULE,
    LINK,
    branch_step,
    checkout,
    git,
    linked,
    quick,
    soon,
    step,
    wish,
)
from wizard.choose.price import CLOCK_MB
from wizard.model.mapping import JobChoice
from wizard.model.plan import Evidence
from wizard.model.trouble import Trouble
from wizard.ports import Repository, StorageCapsule, TargetDeploy
from wizard.run.guide import GUIDE
from wizard.run.kinds.build import Build
from wizard.run.kinds.capsule import CapsuleStep, StorageStep, stop_what_runs
from wizard.run.kinds.guided import pause_after
from wizard.run.kinds.linked import LinkRepository, PushBranch
from wizard.run.kinds.serve import Configure, Scale, wanted_services
from wizard.run.kinds.stop_early import StopEarly

__all__ = ["checkout"]


def done(context: FakeContext, key: str, evidence: Evidence) -> None:
    record = context.journal.records[key]
    context.journal.records[key] = msgspec.structs.replace(record, state="done", evidence=evidence)


# -- the branch --------------------------------------------------------------------------------------------


async def test_a_person_is_asked_where_git_cannot_look(tmp_path: Path, checkout: Path) -> None:
    """The probe before the step must not be where it ends: their word would never be asked for."""
    git(checkout, "remote", "set-url", "origin", str(tmp_path / "gone"))
    one = branch_step(checkout)
    context = FakeContext(tmp_path, [one])
    kind = quick(PushBranch)
    assert await kind.probe(context.as_context, one) is None
    doing = asyncio.create_task(kind.do(context.as_context, one))
    await soon(lambda: "could not look" in context.journal.shown.get(GUIDE, ""))
    context.accepted.add(one.key)
    context.look_again.set()
    await asyncio.wait_for(doing, 10)


async def test_what_was_pushed_is_not_lost_where_git_cannot_look_later(
    tmp_path: Path, checkout: Path
) -> None:
    one = branch_step(checkout)
    context = FakeContext(tmp_path, [one])
    pushed = Evidence(summary="pushed", facts={"commit": COMMIT})
    done(context, one.key, pushed)
    git(checkout, "remote", "set-url", "origin", str(tmp_path / "gone"))
    assert await PushBranch().probe(context.as_context, one) == pushed


async def test_a_branch_that_goes_on_after_the_first_build_asks_nobody(
    tmp_path: Path, checkout: Path
) -> None:
    one = branch_step(checkout)
    context = FakeContext(tmp_path, [one, BUILD])
    pushed = Evidence(summary="pushed", facts={"commit": COMMIT})
    done(context, one.key, pushed)
    assert await PushBranch().probe(context.as_context, one) is None, "not there any more"
    records = context.journal.records
    records[BUILD.key] = msgspec.structs.replace(records[BUILD.key], state="intent")
    assert await PushBranch().probe(context.as_context, one) == pushed


async def test_a_link_that_cannot_be_seen_to_be_there_is_looked_for_again(tmp_path: Path) -> None:
    context = FakeContext(tmp_path, [LINK])
    context.target.linked.append(linked())
    assert (await LinkRepository().verify(context.as_context, LINK)).summary == "acme/shop is linked"
    context.target.linked.clear()
    with pytest.raises(Trouble) as told:
        await LinkRepository().verify(context.as_context, LINK)
    assert told.value.retry, "in a cut-over it must not be the reason to go back"

    async def nobody(environment: object = None) -> list[Repository]:
        raise Trouble("nobody answers", remedy="Wait.", code="unreachable", retry=True)

    context.target.repositories = nobody  # type: ignore[method-assign]
    with pytest.raises(Trouble) as told:
        await LinkRepository().verify(context.as_context, LINK)
    assert told.value.code == "unreachable"


async def test_a_branch_of_the_persons_own_is_not_called_harmless(tmp_path: Path, checkout: Path) -> None:
    one = branch_step(checkout, "main")
    context = FakeContext(tmp_path, [one])
    own = msgspec.structs.replace(one, args={**one.args, "own": True})
    words = " ".join(line.text for line in (await PushBranch().guide(context.as_context, own)).lines)
    assert "nothing on Heroku is deployed" not in words
    assert "deploy main" in words and "do not force" in words


async def test_a_token_in_an_address_is_not_told(tmp_path: Path, checkout: Path) -> None:
    token = "ghp_" + "a1B2" * 9
    git(checkout, "remote", "set-url", "origin", f"http://{token}@127.0.0.1:9/acme/shop.git")
    one = branch_step(checkout)
    with pytest.raises(Trouble) as told:
        await PushBranch().look(FakeContext(tmp_path, [one]).as_context, one)
    assert told.value.code == "git-unseen" and token not in told.value.sentence()
    address = msgspec.structs.replace(
        one, args={**one.args, "repository": f"https://{token}@127.0.0.1:9/x/y"}
    )
    git(checkout, "remote", "remove", "origin")
    with pytest.raises(Trouble) as told:
        await PushBranch().look(FakeContext(tmp_path, [one]).as_context, address)
    assert token not in told.value.sentence()


async def test_whoever_takes_days_is_looked_for_seldom() -> None:
    assert [pause_after(waited, 3.0) for waited in (0, 599, 601, 7300, 86400 * 3)] == [3, 3, 20, 60, 60]
    assert pause_after(601, 30.0) == 30


# -- what runs before its time -----------------------------------------------------------------------------


async def running(tmp_path: Path) -> FakeContext:
    """A context whose capsule `shop` was started by the target itself, and is being built."""
    context = FakeContext(tmp_path, [CAPSULE, BUILD])
    await context.target.create_capsule(SPACE, wish("backend"), print)
    context.target.there["shop"] = msgspec.structs.replace(context.target.there["shop"], replicas=1)
    context.target.asked.clear()
    context.target.busy = "build"
    return context


async def test_what_runs_is_stopped_early_although_it_is_being_built(tmp_path: Path) -> None:
    context = await running(tmp_path)
    early = step("stop-early", app="a", handle="shop")
    kind = StopEarly()
    await kind.do(context.as_context, early)
    assert context.target.asked == ["scale web 0"]
    assert "before its time" in (await kind.verify(context.as_context, early)).summary


async def test_a_capsule_that_got_its_config_is_stopped_on_the_way_back(tmp_path: Path) -> None:
    """Between config and build nothing else would stop it: it would work beside Heroku."""
    context = await running(tmp_path)
    context.target.busy = ""
    configure = step("configure", app="a", handle="shop")
    assert await Configure().undo(context.as_context, configure) == "shop is stopped on the target"
    assert context.target.asked == ["scale web 0"]


async def test_a_clock_runs_in_what_it_was_planned_and_priced_with(tmp_path: Path) -> None:
    context = FakeContext(tmp_path, [])
    job = JobChoice(app_id="a", job_id="j", action="in-process")
    context.mapping = msgspec.structs.replace(context.mapping, jobs=(job,))
    assert wanted_services(context.as_context, "a")["clock"] == (1, CLOCK_MB)


# -- what was there before ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("there", "words"),
    [
        ({"url": "https://github.com/acme/other"}, "it is another"),
        ({"run": "node old.js"}, "the Run command `node old.js`, not `node new.js`"),
        ({"build": "make"}, "the Build command `make`, not `npm run build`"),
    ],
)
async def test_a_capsule_that_would_run_something_else_is_not_what_was_planned(
    tmp_path: Path, there: dict[str, str], words: str
) -> None:
    one = msgspec.structs.replace(
        CAPSULE, args={**CAPSULE.args, "run": "node new.js", "build": "npm run build"}
    )
    context = FakeContext(tmp_path, [one, BUILD])
    await context.target.create_capsule(SPACE, wish("backend"), print)
    made = context.target.there["shop"]
    same = msgspec.structs.replace(made, url="git@github.com:Acme/shop.git", run="node  new.js")
    context.target.there["shop"] = same
    assert await CapsuleStep().probe(context.as_context, one) is not None
    context.target.there["shop"] = msgspec.structs.replace(made, **there)
    with pytest.raises(Trouble) as told:
        await CapsuleStep().probe(context.as_context, one)
    assert told.value.code == "capsule-differs" and words in told.value.cause


async def test_a_capsule_of_a_stranger_that_runs_is_taken_over_once_a_person_stopped_it(
    tmp_path: Path,
) -> None:
    context = FakeContext(tmp_path, [CAPSULE, BUILD])
    context.target.linked.append(linked())
    await context.target.create_capsule(SPACE, wish("backend"), context.lines.append)
    theirs = msgspec.structs.replace(context.target.there["shop"], replicas=2)
    context.target.there["shop"] = theirs
    context.target.asked.clear()
    for _ in range(2):
        # The second time the journal says that it was begun, as after a worker that was killed.
        with pytest.raises(Trouble, match="did not make it") as told:
            await CapsuleStep().probe(context.as_context, CAPSULE)
        assert told.value.code == "capsule-serves" and context.target.asked == []
        record = context.journal.records[CAPSULE.key]
        context.journal.records[CAPSULE.key] = msgspec.structs.replace(record, state="intent")
    context.target.there["shop"] = msgspec.structs.replace(theirs, replicas=0)
    found = await CapsuleStep().probe(context.as_context, CAPSULE)
    assert found is not None and found.facts["id"] == theirs.id


async def test_a_capsule_that_another_one_took_the_place_of_is_not_stopped(tmp_path: Path) -> None:
    context = FakeContext(tmp_path, [CAPSULE, BUILD])
    context.target.linked.append(linked())
    await CapsuleStep().do(context.as_context, CAPSULE)
    found = await CapsuleStep().verify(context.as_context, CAPSULE)
    done(context, CAPSULE.key, found)
    context.target.there["shop"] = msgspec.structs.replace(
        context.target.there["shop"], id="another", replicas=1
    )
    await stop_what_runs(context.as_context)
    assert context.target.there["shop"].replicas == 1
    with pytest.raises(Trouble, match="did not make it"):
        await CapsuleStep().probe(context.as_context, CAPSULE)


async def test_what_is_chosen_of_a_cpu_is_set_before_the_cut_over(tmp_path: Path) -> None:
    """Later steps set the memory alone; the capsule may be there from another plan."""
    one = msgspec.structs.replace(CAPSULE, args={**CAPSULE.args, "cpu_percent": 25})
    context = FakeContext(tmp_path, [one, BUILD])
    await context.target.create_capsule(SPACE, wish("backend"), print)
    assert await CapsuleStep().probe(context.as_context, one) is None
    made = context.target.there["shop"]
    context.target.there["shop"] = msgspec.structs.replace(made, cpu_percent=25)
    assert await CapsuleStep().probe(context.as_context, one) is not None
    context.target.there["shop"] = msgspec.structs.replace(made, cpu_percent=30)
    assert await CapsuleStep().probe(context.as_context, one) is None, "a new plan asks for less"
    rounded_up = await CapsuleStep().verify(context.as_context, one)
    done(context, one.key, rounded_up)
    assert await CapsuleStep().probe(context.as_context, one) is not None, "it is what the target makes of it"


async def test_memory_that_the_target_rounds_up_does_not_end_the_cut_over(tmp_path: Path) -> None:
    one = step("scale", app="a", handle="shop")
    context = FakeContext(tmp_path, [one])
    for name in ("shop", "shop-worker"):
        made = await context.target.create_capsule(
            SPACE, msgspec.structs.replace(wish("backend"), name=name), print
        )
        context.target.there[name] = msgspec.structs.replace(made, replicas=1, memory_mb=768)
    assert await Scale().probe(context.as_context, one) is None, "512 MB are asked for"
    found = await Scale().verify(context.as_context, one)
    assert found.summary == "shop: web 1 x 768 MB, worker 1 x 768 MB"
    done(context, one.key, found)
    assert await Scale().probe(context.as_context, one) == found
    context.target.there["shop"] = msgspec.structs.replace(context.target.there["shop"], memory_mb=256)
    with pytest.raises(Trouble, match="it is not there"):
        await Scale().verify(context.as_context, one)


async def test_a_store_that_is_not_told_to_be_mounted_is_not_mounted_again(tmp_path: Path) -> None:
    """Of several stores the target does not tell which is mounted where; a second time it may refuse."""
    one = step("storage", app="a", handle="shop", name="files", disk_gb=2, services=("web",))
    context = FakeContext(tmp_path, [one])
    context.names_of = {"web": "shop"}
    await context.target.create_capsule(SPACE, wish("backend"), print)
    store = StorageCapsule(id="9", name="files", disk_gb=2, variable="PERSISTENT_STORAGE_DIR")
    context.target.storages["files"] = msgspec.structs.replace(store, bound_to=("id-shop",))
    kind = StorageStep()
    found = await kind.probe(context.as_context, one)
    assert found is not None
    context.target.storages["files"] = store
    assert await kind.probe(context.as_context, one) is None
    done(context, one.key, found)
    assert await kind.probe(context.as_context, one) is None, "its variable is gone: it was taken off"
    context.target.variables = {"PERSISTENT_STORAGE_DIR": "System"}
    assert await kind.probe(context.as_context, one) is not None
    less = msgspec.structs.replace(one, args={**one.args, "disk_gb": 1})
    assert await kind.probe(context.as_context, less) is not None, "rounded up, or enlarged by hand since"
    bigger = msgspec.structs.replace(one, args={**one.args, "disk_gb": 5})
    assert await kind.probe(context.as_context, bigger) is None


@pytest.mark.parametrize("ends", ["succeeded", "failed"])
async def test_a_build_that_the_target_began_before_is_waited_for_and_does_not_count(
    tmp_path: Path, ends: str
) -> None:
    one = msgspec.structs.replace(BUILD, args={**BUILD.args, "capsules": ("shop",)})
    context = FakeContext(tmp_path, [CAPSULE, one])
    await context.target.create_capsule(SPACE, wish("backend"), print)
    context.target.asked.clear()
    context.target.built["shop"] = [TargetDeploy(number=1, state="running", commit=COMMIT)]
    context.target.older_ends = ends  # type: ignore[assignment]
    await Build().do(context.as_context, one)
    assert context.target.asked == ["build shop", "build shop"]
    assert COMMIT[:10] in (await Build().verify(context.as_context, one)).summary


async def test_what_a_push_started_after_the_way_back_is_stopped_and_told(tmp_path: Path) -> None:
    context = await running(tmp_path)
    await stop_what_runs(context.as_context)
    assert context.target.asked == [], "it was not made by this run so far"
    done(context, CAPSULE.key, Evidence(summary="made", facts={"id": "id-shop"}))
    await stop_what_runs(context.as_context)
    assert context.target.asked == ["scale web 0"]
    (told,) = context.journal.told
    assert told.startswith("shop runs on Code Capsules, started by a push")
    context.target.there["shop"] = msgspec.structs.replace(context.target.there["shop"], replicas=1)
    done(context, BUILD.key, Evidence(summary="built"))
    await stop_what_runs(context.as_context)
    assert context.target.asked == ["scale web 0"], "in the cut-over it is to run"
