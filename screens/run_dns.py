"""The DNS records that the run waits for: their values to be copied, and the way on with DNS as it is."""

from typing import ClassVar

from textual.binding import Binding, BindingType

from screens.monitor.dns import open_watch, values, what_going_on_means
from screens.stage import StageScreen
from screens.widgets.confirm_typing import ConfirmTyping
from screens.widgets.copy_values import CopyValues
from wizard.run.view import RunView
from wizard.run.watched import DnsWatch

WORD = "go on"


class DnsRecords(CopyValues):
    """Result: True when the person wants to go on with DNS as it is."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("g", "go_on", show=False, id="copies.go_on")]
    hint = "c copies the value   g goes on with DNS as it is   esc closes"

    def __init__(self, watch: DnsWatch) -> None:
        named = [(f"the {what}", value) for what, value in values(watch)]
        super().__init__(f"DNS of {watch.hostname}", watch.waits_for(), named)

    def action_go_on(self) -> None:
        """End with the wish to go on."""
        self.dismiss(True)


def show_records(screen: StageScreen, view: RunView) -> bool:
    """Open the records that the run waits for; whether there are any."""
    watch, step = open_watch(view), view.current
    if watch is None or step is None:
        return False
    key = step.step.key

    def sure(yes: bool | None) -> None:
        if yes:
            screen.accept_step(key, "The run goes on with DNS as it is.")

    def closed(go_on: bool | None) -> None:
        if not go_on:
            return
        if why := screen.read_only():
            screen.say(why)
            return
        lines = [*what_going_on_means(watch), ""]
        verb = "to leave DNS as it is"
        screen.ask(ConfirmTyping("Go on with DNS as it is", lines, word=WORD, verb=verb), sure)

    screen.ask(DnsRecords(watch), closed)
    return True
