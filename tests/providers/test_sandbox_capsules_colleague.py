"""The colleague in the guided demo to Code Capsules does nothing before somebody waits for it."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from providers.sandbox.code_capsules.colleague import WITHIN, CapsuleColleague

URL = "https://github.com/acme/migrate"


async def test_a_repository_is_linked_once_a_run_waits_for_it(tmp_path: Path) -> None:
    linked: list[tuple[str, str]] = []
    world = SimpleNamespace(
        repos={},
        teams={"t": SimpleNamespace(slug="acme")},
        spaces={"s": SimpleNamespace(team_id="t")},
        capsules={},
    )
    look = SimpleNamespace(method="GET", path="/git/team-repo/1")
    sandbox = SimpleNamespace(
        world=world, seen=[look], dashboard=SimpleNamespace(link=lambda url, team: linked.append((url, team)))
    )
    colleague = CapsuleColleague(cast(Any, sandbox), {URL: tmp_path}, {})
    store = SimpleNamespace(id="d", name="db", engine="PostgreSQL", status="Starting", repo_id="")
    await colleague.look(100.0)
    world.capsules["d"] = store
    await colleague.look(200.0)
    store.status = "Ready"
    colleague._sign_in = lambda: None  # type: ignore[method-assign]
    await colleague.look(300.0)
    await colleague.look(400.0)
    assert not linked, "whoever looked did it to know what is linked before a run"
    sandbox.seen.append(look)
    await colleague.look(500.0)
    assert not linked, "long enough to be read on the screen"
    await colleague.look(500.0 + WITHIN)
    assert linked == [(URL, "acme")]
