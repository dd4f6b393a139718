"""The report in pictures: what is proven, what differs, and what is left to do."""

from tests.screens.conftest import Begun
from tests.screens.pictures.studio import Studio
from tests.screens.test_report import finished


async def test_report(studio: Studio, begun: Begun) -> None:
    async with studio.at(finished(begun)) as pilot:
        await studio.take(pilot, "report")
        await studio.press(pilot, "question_mark")
        await studio.take(pilot, "help-report")
        await studio.press(pilot, "escape", "end")
        await studio.take(pilot, "report-end")
        await studio.press(pilot, "e")
        await studio.take(pilot, "report-export")
        await studio.press(pilot, "escape", "f")
        await studio.take(pilot, "report-forget")
        await studio.press(pilot, "escape", "slash", *"events")
        await studio.take(pilot, "report-filter")


async def test_report_of_what_differs(studio: Studio, begun: Begun) -> None:
    async with studio.at(finished(begun, equal=False)) as pilot:
        await studio.take(pilot, "report-differs")
