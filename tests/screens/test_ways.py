"""Choosing how code gets to the target, who may pull, and being guided where a person deploys."""

import msgspec
import pytest
from textual.pilot import Pilot

from screens.app import OfframpApp
from screens.gate import commands
from screens.map_rows import row_id
from screens.monitor.guide import enter_does, guide_picture, to_copy
from screens.monitor.line import texts
from screens.run import RunScreen
from screens.widgets.ask_login import AskLogin
from screens.widgets.confirm_typing import ConfirmTyping
from screens.widgets.field import Field
from screens.widgets.pick_one import PickOne
from screens.widgets.row_list import RowList
from tests.screens.a_run import DEPLOY, ARun
from tests.screens.conftest import Begun
from tests.screens.example_system import BACKEND, example_system
from tests.screens.fakes import FakeWorld
from tests.screens.seen import seen
from wizard.credentials import Vault
from wizard.mapping import edit
from wizard.mapping.rules import propose
from wizard.model.mapping import AppChoice
from wizard.model.secret import Secret
from wizard.model.trouble import Trouble
from wizard.plan.preflight_ways import way_findings
from wizard.ports import Environment, RegistryLogin, TargetApp, TargetDeploy
from wizard.run.guide import GUIDE, Guide, guide_lines
from wizard.run.journal import Journal
from wizard.run.rollback import known_rollbacks
from wizard.run.view import GateView, SecretWanted
from wizard.session.image_login import login_of, login_ref, pack, unpack
from wizard.session.parts import MAPPING, PLAN, Prepared, PreparedApp
from wizard.session.store import Session

IMAGE = "ghcr.io/acme/shop:v42"


@pytest.fixture(autouse=True)
def _every_way(world: FakeWorld) -> None:
    profile = world.aptible.profile()
    can = msgspec.structs.replace(
        profile.capabilities, ways=("git", "image", "workflow", "terraform"), machines={"m": 512, "r": 4096}
    )
    world.aptible._profile = msgspec.structs.replace(profile, capabilities=can)


async def settle(pilot: Pilot[str]) -> None:
    await pilot.pause()
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()


def choice(session: Session) -> AppChoice:
    mapping = session.load(MAPPING)
    found = mapping.app(BACKEND) if mapping else None
    assert found is not None
    return found


async def open_way(pilot: Pilot[str]) -> PickOne:
    pilot.app.screen.query_one(RowList).go_to(row_id(("way", BACKEND)))
    await pilot.pause()
    await pilot.press("enter")
    await pilot.pause()
    dialog = pilot.app.screen
    assert isinstance(dialog, PickOne)
    return dialog


async def test_a_row_says_how_an_app_is_deployed_and_its_dialog_advises(begun: Begun, vault: Vault) -> None:
    session = begun.chosen()
    app = OfframpApp(session=session, vault=vault)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        assert "deployed by" in seen(app) and "→ git push" in seen(app)
        dialog = await open_way(pilot)
        said = seen(app)
        assert "Advised: git push." in said and "with your token" in said
        dialog.query_one(RowList).go_to("image")
        await pilot.press("enter")
        await pilot.pause()
        field = app.screen.query_one(Field)
        field.value = "ghcr.io/Acme/shop"
        await pilot.press("enter")
        assert "names no image" in seen(app)
        field.value = IMAGE
        await pilot.press("enter")
        await settle(pilot)
        assert (choice(session).way, choice(session).image) == ("image", IMAGE)
        assert f"→ {IMAGE}" in seen(app)


async def test_who_may_pull_is_asked_for_kept_and_never_written_down(begun: Begun, vault: Vault) -> None:
    session = begun.chosen()
    app = OfframpApp(session=session, vault=vault)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        mapping = session.load(MAPPING)
        assert mapping is not None
        session.save(MAPPING, edit.set_way(mapping, BACKEND, "image", IMAGE))
        app.screen.renew()  # type: ignore[attr-defined]
        dialog = await open_way(pilot)
        dialog.query_one(RowList).go_to("login")
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(app.screen, AskLogin)
        await pilot.press(*"acme-robot", "enter", *"pull-secret-77", "enter")
        await settle(pilot)
        assert choice(session).private
        assert "with a login" in " ".join(seen(app).split())
        login = login_of(vault, "ghcr.io")
        assert (login.username, login.password.reveal()) == ("acme-robot", "pull-secret-77")
        held = b"".join(path.read_bytes() for path in session.folder.rglob("*") if path.is_file())
        assert IMAGE.encode() in held and b"pull-secret-77" not in held and b"acme-robot" not in held
        # Of another registry it is asked for anew.
        dialog = await open_way(pilot)
        assert "Another login for ghcr.io" in seen(app)


async def test_a_machine_is_chosen_for_a_process(begun: Begun, vault: Vault) -> None:
    session = begun.chosen()
    app = OfframpApp(session=session, vault=vault)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        app.screen.query_one(RowList).go_to(row_id(("process", BACKEND, "web")))
        await pilot.pause()
        await pilot.press("enter")
        await pilot.pause()
        assert "Kind of machine (now m)" in seen(app)
        app.screen.query_one(RowList).go_to("machine")
        await pilot.press("enter")
        await pilot.pause()
        app.screen.query_one(Field).value = "r"
        await pilot.press("enter")
        await settle(pilot)
        mapping = session.load(MAPPING)
        assert mapping is not None
        web = next(one for one in mapping.processes if (one.app_id, one.type) == (BACKEND, "web"))
        assert web.profile == "r"
        assert "machine r" in seen(app), seen(app)


async def test_where_every_app_runs_an_image_no_code_is_prepared(
    begun: Begun, vault: Vault, world: FakeWorld
) -> None:
    session = begun.chosen()
    mapping = edit.leave_undecided(propose(example_system(), world.aptible.profile()), "not needed")
    for one in mapping.apps:
        mapping = edit.set_way(mapping, one.app_id, "image", IMAGE)
    session.save(MAPPING, mapping)
    app = OfframpApp(session=session, vault=vault)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await app.show_stage("prepare")
        await settle(pilot)
        assert "Each app runs an image that is built elsewhere" in " ".join(seen(app).split())
        await pilot.press("n")
        await settle(pilot)
        plan = session.load(PLAN)
        assert plan is not None
    kinds = {step.kind for step in plan.steps}
    assert "deploy-image" in kinds and not kinds & {"push", "deploy"}


def test_a_login_that_somebody_else_wrote_is_told(vault: Vault) -> None:
    good = RegistryLogin("é:[", Secret('p"a\\ss,]'))
    again = unpack(pack(good))
    assert (again.username, again.password.reveal()) == (good.username, good.password.reveal())
    for text in ("", "[]", '["a"]', '["a", 1]', "nonsense"):
        with pytest.raises(Trouble, match="is none"):
            unpack(Secret(text))


def test_the_preflight_says_what_only_the_deploy_tells_and_whose_part_it_is(
    begun: Begun, vault: Vault, world: FakeWorld
) -> None:
    profile = world.aptible.profile()
    mapping = edit.set_way(propose(example_system(), profile), BACKEND, "image", IMAGE)
    (said,) = way_findings(mapping, profile, vault)
    assert said.state == "look" and f"docker manifest inspect {IMAGE}" in said.remedy
    code = PreparedApp(app_id=BACKEND, checkout="/code/my shop", branch="offramp/shop", commit="c" * 40)
    _, build = way_findings(mapping, profile, vault, Prepared(apps=(code,)))
    assert build.remedy == (
        f"git -C '/code/my shop' archive {'c' * 40} | docker build -t {IMAGE} - && docker push {IMAGE}"
    )
    mapping = edit.set_private(mapping, BACKEND, private=True)
    assert [one.state for one in way_findings(mapping, profile, vault)] == ["look", "look"]
    vault.hold(login_ref("ghcr.io"), pack(RegistryLogin("a", Secret("b"))))
    assert [one.state for one in way_findings(mapping, profile, vault)] == ["look", "good"]
    mapping = edit.set_way(mapping, BACKEND, "workflow")
    (said,) = way_findings(mapping, profile, vault)
    assert "You deploy migrate-backend yourself" in said.what


GUIDED = Guide(
    step=DEPLOY,
    waits="merge offramp/shop; the deploy is seen by itself",
    lines=guide_lines("Merge the branch.", "$ gh pr merge offramp/shop --merge", "", "Or run it again."),
    seen="no new deploy of shop so far; looked at 14:02:11 UTC",
)


@pytest.mark.parametrize("cells", [40, 78, 118])
def test_a_guide_is_drawn_in_order_with_what_is_to_be_copied(cells: int) -> None:
    drawn = texts(guide_picture(GUIDED, cells)).splitlines()
    assert all(len(one) <= cells for one in drawn)
    words = " ".join(one.strip() for one in drawn)
    assert words.index("1  Merge") < words.index("$ gh pr") < words.index("2  Or run")
    assert "no new deploy of shop so far" in words and "It goes on by itself." in words
    assert to_copy(GUIDED) == ("gh pr merge offramp/shop --merge",)


@pytest.mark.parametrize(
    ("by_word", "blind", "says", "enter"),
    [
        (False, False, "It goes on by itself.", "copy what is to be typed."),
        (True, False, "once Offramp sees it, or when you say so", "or to say that it is done."),
        (True, True, "Done? Press enter, and say so.", "or to say that it is done."),
    ],
)
def test_a_guide_says_who_ends_it(by_word: bool, blind: bool, says: str, enter: str) -> None:
    guide = msgspec.structs.replace(GUIDED, by_word=by_word, blind=blind)
    assert says in texts(guide_picture(guide, 100))
    assert enter_does(guide).endswith(enter)
    only_words = msgspec.structs.replace(guide, lines=guide_lines("Do it."))
    assert enter_does(only_words) == ("Press enter to say that it is done." if by_word else "")


async def test_what_can_be_gone_on_without_says_so_on_the_screen_too(begun: Begun, vault: Vault) -> None:
    guide = msgspec.structs.replace(GUIDED, by_word=True, without=True, lines=guide_lines("It is refused."))
    assert "or without it when you say so" in texts(guide_picture(guide, 100))
    assert enter_does(guide) == "Press enter to go on without it, r to try again."
    run = ARun(begun.chosen()).start()
    run.reach(DEPLOY)
    run.journal.gauge(GUIDE, guide)
    run.journal.set_run("running", waiting_for=f"you: {guide.waits}", current=DEPLOY)
    app = OfframpApp(session=run.session, vault=vault)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        if not isinstance(app.screen, RunScreen):
            await app.show_stage("run")
            await settle(pilot)
        assert "enter leave" in seen(app)
        await pilot.press("enter")
        await pilot.pause()
        said = seen(app)
        assert "go on without it" in said and "after the move, too" in said and "have done it" not in said


async def test_the_monitor_guides_and_copies(begun: Begun, vault: Vault) -> None:
    run = ARun(begun.chosen()).start()
    run.reach(DEPLOY)
    run.journal.gauge(GUIDE, GUIDED)
    run.journal.set_run("running", waiting_for=f"you: {GUIDED.waits}", current=DEPLOY)
    app = OfframpApp(session=run.session, vault=vault)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        if not isinstance(app.screen, RunScreen):
            await app.show_stage("run")
            await settle(pilot)
        said = seen(app)
        assert "waiting for you" in said and "1  Merge the branch." in said
        assert "enter copy" in said
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(app.screen, PickOne)
        await pilot.press("enter")
        await pilot.pause()
        assert app.clipboard == "gh pr merge offramp/shop --merge"


async def test_a_guide_that_does_not_fit_is_read_where_it_is_copied(begun: Begun, vault: Vault) -> None:
    words = "which says so much that it needs more than one line of a terminal of eighty columns."
    long = [f"Sentence {number}, {words}" for number in range(9)]
    guide = msgspec.structs.replace(GUIDED, lines=guide_lines(*long, "$ offramp tell SESSION port 5433"))
    run = ARun(begun.chosen()).start()
    run.reach(DEPLOY)
    run.journal.gauge(GUIDE, guide)
    run.journal.set_run("running", waiting_for=f"you: {guide.waits}", current=DEPLOY)
    app = OfframpApp(session=run.session, vault=vault)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        if not isinstance(app.screen, RunScreen):
            await app.show_stage("run")
            await settle(pilot)
        assert "more lines: enter lists them" in seen(app)
        await pilot.press("enter")
        await pilot.pause()
        words = " ".join(seen(app).split())
        assert "9 Sentence 8" in words and "copy offramp tell SESSION port 5433" in words
        await pilot.press("enter")
        await pilot.pause()
        assert app.clipboard == "offramp tell SESSION port 5433", "sentences are no choices"


async def test_a_login_that_a_run_wants_is_asked_for_where_it_waits(
    begun: Begun, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    # No worker listens here that credentials could be handed to.
    monkeypatch.setattr(RunScreen, "_offer_credentials", lambda screen, view: None)
    run = ARun(begun.chosen()).start()
    run.reach(DEPLOY)
    run.journal.gauge("secret", SecretWanted(vendor="registry:ghcr.io", reason="It is not at hand."))
    run.journal.set_run("waiting", waiting_for="you: type it in")
    app = OfframpApp(session=run.session, vault=vault)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        if not isinstance(app.screen, RunScreen):
            await app.show_stage("run")
            await settle(pilot)
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(app.screen, AskLogin)
        assert "ghcr.io" in seen(app)
        await pilot.press("escape")
        await pilot.pause()
        assert isinstance(app.screen, RunScreen)


def test_a_gate_knows_its_commands() -> None:
    gate = GateView(
        key="gate:ready:shop",
        title="Gate",
        word="w",
        true_now=(("look", "$ terraform import a 1"), ("good", "nothing is deployed")),
        will_happen=("You push.", "$ git push origin b"),
        duration="",
        way_back="",
    )
    assert commands(gate) == ["git push origin b", "terraform import a 1"]


async def test_an_app_goes_back_from_the_monitor_once_its_name_is_typed(
    begun: Begun, vault: Vault, world: FakeWorld
) -> None:
    session = begun.chosen()
    mapping = propose(example_system(), world.aptible.profile())
    session.save(MAPPING, msgspec.structs.replace(mapping, environment="acme-prod", apps=mapping.apps[:1]))
    handle = mapping.apps[0].handle
    world.aptible.environments = {"acme-prod": Environment(id="e", handle="acme-prod")}
    world.aptible.apps = {handle: TargetApp(id="7", handle=handle, environment_id="e", state="provisioned")}
    world.aptible.deploys = [
        TargetDeploy(number=2, state="succeeded", image="ghcr.io/acme/shop:v2"),
        TargetDeploy(number=1, state="succeeded", image="ghcr.io/acme/shop:v1"),
    ]
    run = ARun(session).start()
    run.journal.set_run("done")
    app = OfframpApp(session=session, vault=vault)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await app.show_stage("run")
        await settle(pilot)
        assert "k goes back to the release before" in " ".join(seen(app).split()), seen(app)
        await pilot.press("k")
        await settle(pilot)
        assert isinstance(app.screen, ConfirmTyping)
        assert "Not rolled back: the database." in seen(app)
        await pilot.press(*handle, "enter")
        await settle(pilot)
        assert "ghcr.io/acme/shop:v1 again" in seen(app)
        (kept,) = known_rollbacks(Journal(session), handle).all
        assert (kept.done, kept.to.image) == (3, "ghcr.io/acme/shop:v1")
        told = [event.text for event in Journal(session).events() if event.kind == "rollback"]
        assert len(told) == 2 and "goes back from" in told[0]
    assert [one.number for one in world.aptible.deploys] == [3, 2, 1]
