"""Whether the account may do on the target what the plan does there, before anything is tried."""

from wizard.model.mapping import Mapping
from wizard.model.plan import Finding
from wizard.model.system import Account
from wizard.model.trouble import SignInNeeded, Trouble
from wizard.ports import Environment, Target
from wizard.ports.rights import TellsRights


async def rights_findings(
    target: Target, account: Account, there: Environment | None, mapping: Mapping
) -> list[Finding]:
    """What is missing in the environment, or for making it; nothing for a target that does not tell."""
    if not isinstance(target, TellsRights) or (there is None and not mapping.create_environment):
        return []
    teller: TellsRights = target
    try:
        rights = await teller.rights(there)
    except SignInNeeded:
        raise
    except Trouble as trouble:
        return [
            Finding(
                state="look",
                what=f"What {account.email} may do there is not known",
                detail=trouble.cause,
                remedy="The run stops before it changes anything if something is missing.",
            )
        ]
    roles = f"roles: {', '.join(rights.roles) or 'none'}"
    if not rights.lacks:
        where = there.handle if there is not None else "a new environment"
        return [
            Finding(state="good", what=f"{account.email} may do all that is needed in {where}", detail=roles)
        ]
    if there is None:
        return [
            Finding(
                state="look",
                what=f"{account.email} may lack what it takes to make the environment {mapping.environment}",
                detail=f"missing: {', '.join(rights.lacks)}; {roles}",
                remedy=f"Have {rights.givers} make it, and choose it on the map. Or try: if it is refused, "
                "nothing is changed.",
            )
        ]
    return [
        Finding(
            state="blocks",
            what=f"{account.email} lacks permissions in {there.handle}: {', '.join(rights.lacks)}",
            detail=roles,
            remedy=f"Ask {rights.givers} for {', '.join(rights.lacks)} (or admin) there, then look again.",
        )
    ]
