"""What can be told ahead of what the account may: whether it is in the Team. Which of a member's rights a
move needs the vendor does not document; whether the Team has a payment card the API does not tell."""

from providers.code_capsules.places import Places
from providers.code_capsules.spaces import Spaces
from wizard.ports import Environment
from wizard.ports.rights import Rights

GIVERS = "the owner of the Team (Code Capsules' dashboard, Team, Members)"


async def rights(places: Places, spaces: Spaces, email: str, environment: Environment | None) -> Rights:
    """What is missing for a move in that Space; with None, for making one. Raises Trouble."""
    teams = await spaces.team_answers()
    if environment is None:
        roles = {_role(team.members, email) for team in teams} - {""}
        return Rights(lacks=() if teams else ("a Team",), roles=tuple(sorted(roles)), givers=GIVERS)
    team_id = (await places.of(environment.id)).space.team_id
    mine = next((team for team in teams if team.id == team_id), None)
    if mine is None and team_id:
        return Rights(lacks=(f"membership in the Team of {environment.handle}",), givers=GIVERS)
    role = _role(mine.members, email) if mine else ""
    return Rights(roles=(role,) if role else (), givers=GIVERS)


def _role(members: object, email: str) -> str:
    for member in members if isinstance(members, list) else ():
        if (member.email or "").lower() == email.lower():
            return str(member.role or "")
    return ""
