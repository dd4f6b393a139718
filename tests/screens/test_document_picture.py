"""The picture of a system too large for a box for each app: the whole, a pipeline or an app, as one picks."""

import pytest
from msgspec.structs import replace

from screens.widgets.pick_one import PickOne
from screens.widgets.row_list import RowList
from tests.screens.conftest import Begun
from tests.screens.example_system import example_system
from tests.screens.test_document_whole import press, shown
from wizard.credentials import Vault
from wizard.model.system import System


def large() -> System:
    """Thirty apps in three pipelines."""
    system = example_system()
    apps = tuple(
        replace(
            system.apps[0],
            id=f"a{number}",
            name=f"shop-{number}",
            pipeline=f"line-{number % 3}",
            pipeline_stage="production",
            config=(),
            attachments=(),
        )
        for number in range(30)
    )
    return replace(system, apps=apps, add_ons=(), gaps=())


@pytest.mark.asyncio
async def test_a_pipeline_of_a_large_system_can_be_drawn_by_itself(begun: Begun, vault: Vault) -> None:
    async with shown(begun.documented(large()), vault, (80, 40)) as (app, pilot):
        text = await press(pilot, "p")
        assert "What is to be drawn?" in text and "The whole system" in text
        text = await press(pilot, "enter")
        assert "Picture of the system" in text and "10 apps" in text
        await press(pilot, "escape", "p")
        assert isinstance(app.screen, PickOne)
        rows = app.screen.query_one(RowList)
        rows.go_to("pipeline:line-1")
        text = await press(pilot, "enter")
        assert "Picture of line-1" in text and " shop-1 " in text and " shop-2 " not in text
