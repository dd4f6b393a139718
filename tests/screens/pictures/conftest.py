"""Fixtures of the pictures: the sizes, a world that stands still, and the studio."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from providers.aptible import PROVIDER as APTIBLE
from providers.heroku import PROVIDER as HEROKU
from screens import home
from tests.screens.fakes import FakeWorld
from tests.screens.pictures.modes import DARK_MODE, LIGHT_MODE, MODES, Mode
from tests.screens.pictures.sessions import PROFILES
from tests.screens.pictures.still import draw_only_pictures, stand_still
from tests.screens.pictures.studio import Studio
from wizard.credentials import Vault

QUICK = ((80, 24), (DARK_MODE, LIGHT_MODE))
# Which colour something has does not depend on the size.
WHOLE = [((80, 24), MODES), ((120, 40), (DARK_MODE,)), ((60, 15), (DARK_MODE,))]
SCOPES = [
    pytest.param(QUICK, id="quick"),
    *(pytest.param(one, id=f"{one[0][0]}x{one[0][1]}", marks=pytest.mark.slow) for one in WHOLE),
]


@pytest.fixture(params=SCOPES)
def studio(
    request: pytest.FixtureRequest, world: FakeWorld, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Studio]:
    """The studio. In the suite it takes 80x24 in dark and light; the other sizes and modes are slow."""
    world.aptible._profile = PROFILES["aptible"]
    world.capsules._profile = PROFILES["code-capsules"]
    world.heroku.token_page = HEROKU.token_page
    world.aptible.token_page = APTIBLE.token_page
    world.aptible.single_sign_on_page = APTIBLE.single_sign_on_page  # type: ignore[attr-defined]
    stand_still(monkeypatch)
    draw_only_pictures(monkeypatch)
    monkeypatch.setattr(Path, "cwd", classmethod(lambda cls: cls("/srv/code/shop")))
    monkeypatch.setattr(home, "programs_words", lambda: "ssh ✓ · pg_dump 17")
    scope: tuple[tuple[int, int], tuple[Mode, ...]] = request.param
    made = Studio(*scope, vault=vault)
    yield made
    if made.failures:
        again = "Is it better so? python -m tests.screens.pictures accept"
        pytest.fail("\n\n".join([*made.failures, again]), pytrace=False)
