"""The size of a database of the target: that of the plan where it can be changed, and then a person's."""

from pathlib import Path

import msgspec

from tests.wizard.capsule_world import FakeContext
from tests.wizard.test_run_capsules import step
from wizard.run.kinds.provision import DatabaseKind

DATABASE = step("database", handle="shop-db", version="", memory_mb=512, disk_gb=2)


async def test_a_new_plan_gives_the_database_its_size_and_reads_it_again(tmp_path: Path) -> None:
    context = FakeContext(tmp_path, [DATABASE])
    kind = DatabaseKind()
    assert await kind.probe(context.as_context, DATABASE) is None
    await kind.do(context.as_context, DATABASE)
    made = await kind.probe(context.as_context, DATABASE)
    assert made is not None and made.facts["memory_mb"] == 512 and made.facts["disk_gb"] == 2
    for sizes in ({"memory_mb": 1024}, {"memory_mb": 1024, "disk_gb": 4}, {"memory_mb": 512, "disk_gb": 4}):
        other = msgspec.structs.replace(DATABASE, args={**DATABASE.args, **sizes})
        assert await kind.probe(context.as_context, other) is None, sizes
        await kind.do(context.as_context, other)
        found = await kind.verify(context.as_context, other)
        assert {key: found.facts[key] for key in sizes} == sizes
        assert await kind.probe(context.as_context, other) is not None
    assert context.target.asked[1:] == [
        "database shop-db 1024 MB 2 GB",
        "database shop-db 1024 MB 4 GB",
        "database shop-db 512 MB 4 GB",
    ]


async def test_a_larger_disk_than_the_plan_wants_stays_and_more_is_wanted_of_a_smaller_one(
    tmp_path: Path,
) -> None:
    context = FakeContext(tmp_path, [DATABASE])
    kind = DatabaseKind()
    await kind.do(context.as_context, DATABASE)
    for disk_gb, stays in ((1, True), (3, False)):
        other = msgspec.structs.replace(DATABASE, args={**DATABASE.args, "disk_gb": disk_gb})
        assert (await kind.probe(context.as_context, other) is not None) is stays


async def test_what_is_made_larger_by_hand_afterwards_undoes_nothing(tmp_path: Path) -> None:
    """The copy that is in it hangs on this step."""
    context = FakeContext(tmp_path, [DATABASE])
    kind = DatabaseKind()
    await kind.do(context.as_context, DATABASE)
    there = context.target.databases["shop-db"]
    context.target.databases["shop-db"] = msgspec.structs.replace(there, memory_mb=4096, disk_gb=20)
    assert await kind.probe(context.as_context, DATABASE) is None
    record = context.journal.records[DATABASE.key]
    context.journal.records[DATABASE.key] = msgspec.structs.replace(record, state="done")
    found = await kind.probe(context.as_context, DATABASE)
    assert found is not None and found.facts["disk_gb"] == 20
