"""What to know before a run to a target of capsules: who owns them, what is linked, what is there already."""

from collections.abc import Mapping as Known

from wizard.mapping.names import capsule_names
from wizard.mapping.spaces import part_of, used_spaces
from wizard.model.mapping import AppChoice, Mapping
from wizard.model.plan import Finding
from wizard.model.repository_address import host_and_path, same_repository
from wizard.plan.preflight_capsule_sizes import size_findings
from wizard.ports import Capsule, CapsuleTarget, Environment, Target
from wizard.session.parts import Prepared, PreparedApp


async def capsule_findings(
    target: Target,
    there: Environment | None,
    mapping: Mapping,
    prepared: Prepared,
    further: Known[str, Environment] | None = None,
) -> list[Finding]:
    """The findings; none where the target has no capsules. `there` is the mapping's own environment, None
    before it is made; `further` has the others by name, as far as they are there."""
    if not isinstance(target, CapsuleTarget):
        return []
    found: list[Finding] = []
    for space in used_spaces(mapping):
        part = part_of(mapping, space)
        at = there if space.name == mapping.environment else (further or {}).get(space.name)
        found += await _team(target, at, part)
        found += await _repositories(target, at, part)
        found += await _capsules(target, at, part, prepared)
        found += await _domains(target, at, part)
        found += await size_findings(target, at, part)
    # What is true of a team or a repository is said once.
    return [*dict.fromkeys(found), *_branches(mapping, prepared)]


async def _team(target: CapsuleTarget, there: Environment | None, mapping: Mapping) -> list[Finding]:
    if (
        there is not None
        and mapping.create_environment
        and there.team not in ("", mapping.team or there.team)
    ):
        return [
            Finding(
                state="blocks",
                what=f"{there.handle} is there already, and is of the team {there.team}",
                detail=f"the map has one made for the team {mapping.team}",
                remedy="Choose another name on the map, or say there that this one is to be used.",
            )
        ]
    if there is not None and mapping.create_environment:
        return [
            Finding(
                state="look",
                what=f"{there.handle} is there already: what is made goes into it, beside what it holds",
                detail="the map has one made; of one name and one team there is one",
                remedy="Choose another name on the map if it is somebody else's.",
            )
        ]
    if not mapping.create_environment:
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


async def _capsules(
    target: CapsuleTarget, there: Environment | None, mapping: Mapping, prepared: Prepared
) -> list[Finding]:
    if there is None:
        return []
    findings = []
    for choice in mapping.moved_apps():
        for service, name in capsule_names(mapping, choice.handle).items():
            found = await target.find_capsule(there, name)
            if found is None:
                continue
            if words := _another(found, choice, _kind(mapping, choice, service), prepared):
                findings.append(
                    Finding(
                        state="blocks",
                        what=f"There is a capsule {name} already, and it is {words[0]}",
                        detail=f"the map wants {words[1]} of that name",
                        remedy="Give the app another name on the map, or remove that capsule yourself.",
                    )
                )
                continue
            findings.append(_there_already(found))
    return findings


def _there_already(found: Capsule) -> Finding:
    """Whether one that runs is this migration's own the run knows: any other one it does not stop."""
    name = found.name
    if found.replicas:
        return Finding(
            state="look",
            what=f"The capsule {name} is there already, {found.replicas} of it running: people may use it",
            detail="if this migration did not make it, the run does not take it over while it runs",
            remedy="Stop it in the dashboard if it is yours to give up, or give the app another name (map).",
        )
    return Finding(
        state="look",
        what=f"The capsule {name} is there already, stopped",
        detail="Offramp takes it over: it stays stopped until the cut-over, config vars are merged",
        remedy="Give the app another name on the map if it is somebody else's.",
    )


def _another(found: Capsule, choice: AppChoice, kind: str, prepared: Prepared) -> tuple[str, str] | None:
    """Why a capsule is not the one that the run would make, and what that is; None where nothing tells."""
    code = next((one for one in prepared.apps if one.app_id == choice.app_id), None)
    branch = (code.branch or code.on) if code is not None else ""
    if kind and found.kind != kind:
        return f"a {found.kind} capsule", f"a {kind} capsule"
    if found.url and choice.repository and not same_repository(found.url, choice.repository):
        return f"built from {found.url}", f"one of {choice.repository}"
    if found.branch and branch and found.branch != branch:
        return f"built from the branch {found.branch}", f"one of {branch}"
    return None


def _kind(mapping: Mapping, choice: AppChoice, service: str) -> str:
    return next(
        (
            one.capsule
            for one in mapping.processes
            if one.app_id == choice.app_id and one.service == service and one.action == "service"
        ),
        "",
    )


async def _domains(target: CapsuleTarget, there: Environment | None, mapping: Mapping) -> list[Finding]:
    """Domains that another capsule of the environment has: in the cut-over it is too late to learn of it."""
    findings = []
    apps = {choice.app_id: choice for choice in mapping.moved_apps()}
    for domain in mapping.domains:
        if there is None or domain.action != "endpoint" or domain.app_id not in apps:
            continue
        found = await target.find_domain(there, domain.hostname)
        if found is None:
            continue
        handle = apps[domain.app_id].handle
        name = capsule_names(mapping, handle).get("web", handle)
        mine = await target.find_capsule(there, name)
        if mine is None or mine.id != found.service_id:
            findings.append(
                Finding(
                    state="blocks",
                    what=f"{domain.hostname} belongs to another capsule there than {name}",
                    detail="a domain belongs to one capsule; the cut-over would end at it",
                    remedy="Remove it from that capsule in the dashboard, or change it by hand (map).",
                )
            )
    return findings


def _branches(mapping: Mapping, prepared: Prepared) -> list[Finding]:
    findings = []
    told: dict[tuple[str, str, str], tuple[AppChoice, PreparedApp]] = {}
    for choice in mapping.moved_apps():
        code = next((one for one in prepared.apps if one.app_id == choice.app_id), None)
        if code is None or not choice.repository:
            continue
        branch = code.branch or code.on
        first = told.setdefault((*host_and_path(choice.repository), branch), (choice, code))
        if first[1].commit != code.commit:
            findings.append(_two_commits(branch, first, (choice, code)))
        elif first[1] is code:
            findings.append(_branch(choice, code, branch))
    return findings


def _two_commits(
    branch: str, one: tuple[AppChoice, PreparedApp], other: tuple[AppChoice, PreparedApp]
) -> Finding:
    return Finding(
        state="blocks",
        what=f"{one[0].handle} and {other[0].handle} are built from one branch, {branch}, and were prepared "
        "at different commits",
        detail=f"{one[1].commit[:10]} and {other[1].commit[:10]}: what is built is the newest of the branch",
        remedy="Bring their folders to the same commit, and prepare the code of both again.",
    )


def _branch(choice: AppChoice, code: PreparedApp, branch: str) -> Finding:
    if not branch:
        return Finding(
            state="blocks",
            what=f"{choice.handle}: no branch is checked out in {code.checkout}",
            detail="a capsule is built from a branch, not from a commit",
            remedy="Check out the branch that is deployed, and prepare the code again.",
        )
    if not code.branch:
        return Finding(
            state="look",
            what=f"{branch} of {choice.repository} is to stay at commit {code.commit[:10]} until the move is "
            "done",
            detail="nothing had to change, so that your own branch is built; each push to it is built, too",
            remedy=f"Have nobody push to {branch} until then.",
        )
    return Finding(
        state="look",
        what=f"You push {branch} to {choice.repository} yourself, when the run asks for it",
        detail="with your own Git account; it is not merged",
        remedy="Look whether a workflow of yours deploys every branch: that would run.",
    )
