"""`offramp demo --unattended`: the whole journey of the example system, stage by stage, without a screen."""

import asyncio
import sys
import time
from collections.abc import Callable

from screens import example
from screens.demo_help import DemoHelp
from screens.headless.exit_codes import DONE, FAILED
from screens.headless.follow import follow
from screens.headless.say import say
from screens.quantities import duration
from wizard.choose.compare import choose, compare
from wizard.choose.offer import OFFER, profile_of, read_offer
from wizard.credentials import CredentialRef, Vault
from wizard.document.answers import apply_answers, open_gaps
from wizard.document.checkout import Checkout
from wizard.document.repository.code_place import place_in
from wizard.mapping.check import blocking, problems
from wizard.mapping.edit import leave_undecided
from wizard.mapping.edit_capsules import set_team
from wizard.mapping.rules import propose
from wizard.model.mapping import Mapping, TargetChoice
from wizard.model.secret import Secret
from wizard.model.system import Account, System
from wizard.model.trouble import Trouble
from wizard.plan.plan import make_plan
from wizard.plan.preflight import look
from wizard.ports import Profile, ReadProgress
from wizard.prepare.accepted import prepared_app, written
from wizard.prepare.branch import write_branch
from wizard.prepare.changes import propose_all
from wizard.prepare.clones import branches_of_clones
from wizard.prepare.code import read_for_changes
from wizard.registry import open_source, source_provider, target_names, target_provider
from wizard.report.markdown import render
from wizard.report.report import build
from wizard.run.launch import start_worker
from wizard.session.parts import (
    ANSWERS,
    CONNECTIONS,
    MAPPING,
    PLAN,
    PREPARED,
    SYSTEM,
    TARGET,
    Answers,
    Connection,
    Connections,
    Prepared,
)
from wizard.session.store import Session, create

REASON = "the example's journey without a person leaves it behind"


def unattended(size: str, target: str = "aptible") -> int:
    """Move the example system without asking, and print the report. The exit code is that of the run."""
    begun = time.monotonic()
    code = asyncio.run(_journey(size, target))
    say(f"The whole journey took {duration(time.monotonic() - begun)}.")
    return code


def stop() -> int:
    """End the example system and remove its data."""
    return asyncio.run(_stop())


async def _stop() -> int:
    await example.end()
    say("The example system is gone.")
    return DONE


async def _journey(size: str, target: str) -> int:
    world = await example.start(size, lambda doing: say(f"example  {doing}"), target)
    try:
        session = create(example.NAME, demo=True, hosts=world.hosts)
        session.claim()
        try:
            return await _stages(session, example.help_of(world))
        finally:
            session.close()
    finally:
        await world.stop()


async def _stages(session: Session, help_: DemoHelp) -> int:
    vault = Vault(None)
    if not await plan_example(session, vault, help_):
        return FAILED
    start_worker(session, vault)
    answers = {"gate:cut-over": session.name, "gate:finish": session.name}
    # Nobody is there to say what only a person can know to be done: in the example a colleague does it.
    plan = session.load(PLAN)
    answers |= {
        f"done:{step.key}": session.name for step in (plan.steps if plan else ()) if step.by == "person"
    }
    code = await asyncio.to_thread(follow, session, answers)
    sys.stdout.write("\n" + render(build(session)) + "\n")
    return code


async def plan_example(
    session: Session,
    vault: Vault,
    help_: DemoHelp,
    decide: Callable[[Mapping], Mapping] = lambda proposed: proposed,
) -> bool:
    """Every stage up to the plan and its preflight; False when that blocks. The tokens are in `vault`;
    `decide` changes what is proposed for the map."""
    await _connect(session, vault, help_)
    system = await _document(session, vault, help_)
    profile = await _choose(session, vault, help_, system)
    checkouts = _checkouts(system, profile, help_)
    _map(session, system, profile, checkouts, decide)
    _prepare(session, system, profile, checkouts)
    return await _plan(session, vault, system, profile)


def _remember(session: Session, vault: Vault, vendor: str, account: Account, token: Secret) -> None:
    kept = vault.put(CredentialRef(vendor=vendor, account=account.id, kind="token"), token)
    known = session.load(CONNECTIONS) or Connections()
    connection = Connection(
        provider=vendor, account_id=account.id, email=account.email, kept_in=kept.sentence
    )
    session.save(CONNECTIONS, Connections(by_provider={**known.by_provider, vendor: connection}))


async def _connect(session: Session, vault: Vault, help_: DemoHelp) -> None:
    name = session.info.source
    source = source_provider(name).open(session.info.hosts[name], help_.source_token)
    try:
        account = await source.account()
    finally:
        await source.close()
    _remember(session, vault, name, account, help_.source_token)
    say(f"connect  signed in to Heroku as {account.email}")


async def _document(session: Session, vault: Vault, help_: DemoHelp) -> System:
    def report(progress: ReadProgress) -> None:
        """Nobody watches; the result is told below."""

    source = open_source(session, vault)
    try:
        read = await source.read(report)
    finally:
        await source.close()
    session.save(SYSTEM, read)
    answers = Answers(
        acknowledged=tuple(gap.key for gap in read.gaps if gap.kind == "acknowledge"),
        checkouts={app.id: help_.checkouts[app.name] for app in read.apps if app.name in help_.checkouts},
    )
    session.save(ANSWERS, answers)
    system = apply_answers(read, answers)
    unanswered = open_gaps(system, answers)
    if unanswered:
        raise Trouble(
            f"Heroku did not tell: {unanswered[0].question}",
            remedy="Run the demo with its screen (`offramp demo`), and answer it there.",
            code="gap",
        )
    say(f"document {len(system.apps)} apps, {len(system.add_ons)} add-ons, {system.calls} calls")
    return system


async def _choose(session: Session, vault: Vault, help_: DemoHelp, system: System) -> Profile:
    profiles = [target_provider(name).profile() for name in target_names()]
    choose(compare(system, profiles), help_.target)
    profile = target_provider(help_.target).profile()
    session.save(TARGET, TargetChoice(provider=profile.name, reason="the example's target"))
    token = await example.sign_in(session, help_, profile.name)
    target = target_provider(profile.name).open(session.info.hosts[profile.name], token)
    try:
        account = await target.account()
    finally:
        await target.close()
    _remember(session, vault, profile.name, account, token)
    say(f"choose   {profile.title}, signed in as {account.email}")
    offer = await read_offer(session, vault)
    if offer is not None:
        session.save(OFFER, offer)
    return profile_of(session, profile.name)


def _checkouts(system: System, profile: Profile, help_: DemoHelp) -> dict[str, Checkout]:
    return {
        app.id: read_for_changes(help_.checkouts[app.name], profile, place_in(app))
        for app in system.apps
        if app.name in help_.checkouts
    }


def _map(
    session: Session,
    system: System,
    profile: Profile,
    checkouts: dict[str, Checkout],
    decide: Callable[[Mapping], Mapping],
) -> None:
    mapping = leave_undecided(decide(_of_a_team(propose(system, profile, checkouts), profile)), REASON)
    session.save(MAPPING, mapping)
    wrong = blocking(problems(system, mapping, profile))
    if wrong:
        raise Trouble(f"{wrong[0].sentence()}.", remedy=wrong[0].remedy, code="mapping")
    left = sum(choice.action == "drop" for choice in mapping.config)
    say(f"map      {len(mapping.config)} config vars, {left} dropped; {len(mapping.processes)} process types")


def _of_a_team(proposed: Mapping, profile: Profile) -> Mapping:
    """The example belongs to a company's team where the account has one beside its own."""
    shared = [slug for slug in profile.capabilities.teams if not slug.endswith("-personal")]
    return set_team(proposed, shared[0]) if shared and not proposed.team else proposed


def _prepare(session: Session, system: System, profile: Profile, checkouts: dict[str, Checkout]) -> None:
    mapping = session.load(MAPPING)
    assert mapping is not None
    prepared = Prepared()
    for app_id, proposal in propose_all(system, mapping, profile, checkouts).items():
        name = system.app(app_id).name
        if proposal.blocked:
            first = next(problem for problem in proposal.problems if problem.blocks)
            raise Trouble(f"{first.sentence()}.", remedy=first.remedy, code="prepare")
        taken = branches_of_clones(checkouts[app_id].path, prepared)
        branch = write_branch(checkouts[app_id].path, session.id, name, proposal, taken=taken)
        app, path = system.app(app_id), checkouts[app_id].path
        done = prepared_app(app, mapping, profile, checkout=path, proposal=proposal, branch=branch)
        prepared = written(prepared, done)
        say(f"prepare  {name}: {', '.join(branch.files) or 'nothing to change'}, commit {branch.commit[:10]}")
    session.save(PREPARED, prepared)


async def _plan(session: Session, vault: Vault, system: System, profile: Profile) -> bool:
    mapping, prepared = session.load(MAPPING), session.load(PREPARED)
    assert mapping is not None and prepared is not None
    source = source_provider(session.info.source)
    plan = make_plan(session.name, system, mapping, prepared, source_title=source.title, profile=profile)
    session.save(PLAN, plan)
    for number, step in enumerate(plan.steps, 1):
        say(f"plan     {number:>2} {step.title}")
    found = await look(session, vault, lambda doing: None)
    for finding in found.findings:
        say(f"check    {finding.state:<6} {finding.what}")
    return all(finding.state != "blocks" for finding in found.findings)
