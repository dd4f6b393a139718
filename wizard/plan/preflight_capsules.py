"""What to know before a run to a target of capsules: who owns them, what is linked, what is there already."""

from wizard.mapping.names import capsule_names
from wizard.model.mapping import AppChoice, Mapping
from wizard.model.plan import Finding
from wizard.model.repository_address import same_repository
from wizard.ports import CapsuleTarget, Environment, Target
from wizard.session.parts import Prepared


async def capsule_findings(
    target: Target, there: Environment | None, mapping: Mapping, prepared: Prepared
) -> list[Finding]:
    """The findings; none where the target has no capsules. `there` is the environment, None before it is
    made."""
    if not isinstance(target, CapsuleTarget):
        return []
    return [
        *(await _team(target, there, mapping)),
        *(await _repositories(target, there, mapping)),
        *(await _capsules(target, there, mapping)),
        *_branches(mapping, prepared),
    ]


async def _team(target: CapsuleTarget, there: Environment | None, mapping: Mapping) -> list[Finding]:
    if there is not None or not mapping.create_environment:
        return []
    teams = await target.teams()
    if not teams:
        return [
            Finding(
                state="blocks",
                what="The account belongs to no team",
                detail="what is made there belongs to a team, which also pays",
                remedy="Make one in the dashboard, with a payment card, and look again.",
            )
        ]
    if len(teams) == 1 or any(one.slug == mapping.team for one in teams):
        slug = mapping.team or teams[0].slug
        return [
            Finding(
                state="look",
                what=f"What is made belongs to the team {slug}, which needs a payment card",
                detail="the target does not tell whether there is one; without it nothing is made",
                remedy="Look in the dashboard: Team, Billing.",
            )
        ]
    return [
        Finding(
            state="blocks",
            what=f"There is no team {mapping.team}" if mapping.team else "Which team it is to be is not said",
            detail=f"the account sees: {', '.join(one.slug for one in teams)}",
            remedy="Choose one of them on the map.",
        )
    ]


async def _repositories(target: CapsuleTarget, there: Environment | None, mapping: Mapping) -> list[Finding]:
    linked = await target.repositories(there)
    findings = []
    for address in dict.fromkeys(one.repository for one in mapping.moved_apps() if one.repository):
        if any(same_repository(one.url, address) for one in linked):
            findings.append(Finding(state="good", what=f"{address} is linked"))
        else:
            findings.append(
                Finding(
                    state="look",
                    what=f"{address} is not linked so far",
                    detail="the run waits for you at that step, and goes on by itself once it is",
                    remedy="Have somebody at hand who may install an app of the vendor in that organisation.",
                )
            )
    return findings


async def _capsules(target: CapsuleTarget, there: Environment | None, mapping: Mapping) -> list[Finding]:
    if there is None:
        return []
    findings = []
    for choice in mapping.moved_apps():
        for service, name in capsule_names(mapping, choice.handle).items():
            found = await target.find_capsule(there, name)
            if found is None:
                continue
            if (kind := _kind(mapping, choice, service)) and found.kind != kind:
                findings.append(
                    Finding(
                        state="blocks",
                        what=f"There is a capsule {name} already, and it is a {found.kind} capsule",
                        detail=f"the map wants a {kind} capsule of that name",
                        remedy="Give the app another name on the map, or remove that capsule yourself.",
                    )
                )
                continue
            running = f", {found.replicas} of it running" if found.replicas else ", stopped"
            findings.append(
                Finding(
                    state="look",
                    what=f"The capsule {name} is there already{running}",
                    detail="Offramp takes it over: it is stopped until the cut-over, config vars are merged",
                    remedy="Give the app another name on the map if it is somebody else's.",
                )
            )
    return findings


def _kind(mapping: Mapping, choice: AppChoice, service: str) -> str:
    return next(
        (
            one.capsule
            for one in mapping.processes
            if one.app_id == choice.app_id and one.service == service and one.action == "service"
        ),
        "",
    )


def _branches(mapping: Mapping, prepared: Prepared) -> list[Finding]:
    findings = []
    told: set[tuple[str, str]] = set()
    for choice in mapping.moved_apps():
        code = next((one for one in prepared.apps if one.app_id == choice.app_id), None)
        branch = code.branch or code.on if code is not None else ""
        if code is None or not choice.repository or (choice.repository, branch) in told:
            continue
        told.add((choice.repository, branch))
        if not branch:
            findings.append(
                Finding(
                    state="blocks",
                    what=f"{choice.handle}: no branch is checked out in {code.checkout}",
                    detail="a capsule is built from a branch, not from a commit",
                    remedy="Check out the branch that is deployed, and prepare the code again.",
                )
            )
            continue
        findings.append(
            Finding(
                state="look",
                what=f"You push {branch} to {choice.repository} yourself, when the run asks for it",
                detail="with your own Git account; it is not merged",
                remedy="Look whether a workflow of yours deploys every branch: that would run.",
            )
        )
    return findings
