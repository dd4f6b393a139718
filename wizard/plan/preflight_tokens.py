"""Whether the tokens live as long as the run is expected to take."""

from wizard.model.plan import Finding, Plan
from wizard.session.parts import CONNECTIONS, Connections
from wizard.session.store import Session
from wizard.session.token_life import life, moment, seconds_left, span


def token_findings(session: Session, plan: Plan) -> list[Finding]:
    """One for each token whose end is known. Gates wait for a person and are not counted."""
    steps = [step for step in plan.steps if step.kind != "gate"]
    least, most = sum(step.seconds[0] for step in steps), sum(step.seconds[1] for step in steps)
    found = []
    for connection in (session.load(CONNECTIONS) or Connections()).by_provider.values():
        left = seconds_left(connection.expires_at)
        if connection.expires_at is None or left is None:
            continue
        title = plan.source if connection.provider == session.info.source else plan.target
        if left > most:
            found.append(Finding(state="good", what=f"The {title} token is {life(connection.expires_at)}"))
            continue
        found.append(
            Finding(
                state="look",
                what=f"The run may outlast the {title} token, which ends at {moment(connection.expires_at)}",
                detail=f"{span(left)} left; the steps take about {span(least)} to {span(most)}, beside gates",
                remedy="Sign in again now (1) for a fresh one; or later, when the run asks for it.",
            )
        )
    return found
