"""What the guided demo brings along, so that nobody has to type the example's credentials."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from wizard.model.secret import Secret
from wizard.session.store import SessionInfo


@dataclass(frozen=True)
class DemoHelp:
    """Credentials and folders of the example system. `target` is the provider's name; `checkouts` are
    folders by app name."""

    source_token: Secret
    target: str
    target_email: str
    target_password: Secret
    otp: Callable[[], str] | None = None
    checkouts: Mapping[str, str] = field(default_factory=dict)


def shown_by(info: SessionInfo) -> str:
    """The command that shows a session again; the example's credentials come with that of the demo alone."""
    if not info.demo:
        return "offramp"
    return "offramp demo" if "aptible" in info.hosts else "offramp demo --target code-capsules"
