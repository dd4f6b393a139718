"""A line to type in: keys that come in a bunch, as over a slow line, are taken in their order."""

from textual import events
from textual.app import App, ComposeResult
from textual.widgets import Input

from screens.widgets.field import Field


class Line(App[str]):
    """One line; its result is what Enter found in it."""

    def compose(self) -> ComposeResult:
        yield Field()

    def on_input_submitted(self, message: Input.Submitted) -> None:
        self.exit(message.value)


async def test_keys_that_come_together_keep_their_order() -> None:
    app = Line()
    async with app.run_test() as pilot:
        bunch = [*"exemple", *["backspace"] * 7, *"exomple", *["left"] * 4, "backspace", "a", "end", "enter"]
        for key in [*bunch, *"too late"]:
            app.post_message(events.Key(key, key if len(key) == 1 else None))
        await pilot.pause()
        await app.workers.wait_for_complete()
    assert app.return_value == "example"
