"""Sessions as people leave them, with the vendors' real words and figures: what stands in the pictures."""

import msgspec

from providers.aptible import PROVIDER as APTIBLE
from providers.code_capsules import PROVIDER as CODE_CAPSULES
from tests.screens.conftest import Begun
from tests.screens.example_system import BACKEND, EMAILER, FRONTEND, example_system
from tests.wizard.stages.capsule_target import SITE, code_of
from wizard.document.repository.code_nouns import CodeLine
from wizard.mapping.edit import leave_undecided, set_checkout
from wizard.mapping.edit_capsules import set_team
from wizard.mapping.rules import propose
from wizard.model.mapping import Mapping, TargetChoice
from wizard.model.system import System
from wizard.ports import Profile
from wizard.prepare.accepted import renewed
from wizard.session.parts import MAPPING, PREPARED, SYSTEM, TARGET, Prepared, PreparedApp
from wizard.session.store import Session

PROFILES: dict[str, Profile] = {"aptible": APTIBLE.profile(), "code-capsules": CODE_CAPSULES.profile()}


UPLOADS = CodeLine(kind="disk", name="uploads by multer", file="up.js", line=2, text="multer({dest: 'up'})")
CODE = {
    BACKEND: code_of({"requirements.txt": "", "runtime.txt": "python-3.13.1\n"}, "b", lines=(UPLOADS,)),
    FRONTEND: code_of(SITE, "mono", inside="site"),
    EMAILER: code_of({"requirements.txt": ""}, "e"),
}
"""The code of the apps, as a repository on GitHub would have it."""


def chosen(
    begun: Begun, name: str = "acme-shop", target: str = "aptible", system: System | None = None
) -> Session:
    """A target is chosen and signed in to."""
    session = begun.connected(name, target)
    session.save(SYSTEM, system or example_system())
    session.save(TARGET, TargetChoice(provider=target, reason="all 9 components fit"))
    return session


def decided(target: str = "aptible", system: System | None = None) -> Mapping:
    """Every component is decided."""
    code = CODE if target == "code-capsules" else {}
    proposed = propose(system or example_system(), PROFILES[target], code)
    mapping = set_team(leave_undecided(proposed, "logs go to Datadog"), "acme")
    for one in mapping.moved_apps():
        mapping = set_checkout(mapping, one.app_id, f"/srv/code/src/{one.handle}")
    return msgspec.structs.replace(mapping, environment="migrate")


def prepared(begun: Begun, name: str = "acme-shop", target: str = "aptible") -> Session:
    """Everything is decided, and the code of every app is ready."""
    session = chosen(begun, name, target)
    mapping = decided(target)
    session.save(MAPPING, mapping)
    apps = tuple(
        renewed(
            PreparedApp(
                app_id=one.app_id,
                checkout=one.checkout or "",
                branch="offramp/acme-shop",
                commit="4f1c2a9e07" * 4,
            ),
            example_system().app(one.app_id),
            mapping,
            PROFILES[target],
        )
        for one in mapping.moved_apps()
    )
    session.save(PREPARED, Prepared(apps=apps))
    return session
