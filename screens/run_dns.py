"""The DNS records that the run waits for: their values to be copied, and the way on with DNS as it is."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import OptionList, Static

from screens.marks import MUTED
from screens.monitor.dns import open_watch, values
from screens.monitor.line import pad
from screens.stage import StageScreen
from screens.styles import sheet
from screens.widgets.confirm_typing import ConfirmTyping
from screens.widgets.dialog import Dialog
from screens.widgets.row_list import Row, RowList
from wizard.run.view import RunView
from wizard.run.watched import DnsWatch

WORD = "go on"


class DnsRecords(Dialog[bool]):
    """Copies values and stays open. Result: True when the person wants to go on with DNS as it is."""

    CSS_PATH = sheet("run")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c,enter", "copy", show=False),
        Binding("g", "go_on", show=False),
    ]
    hint = "c copies the value   g goes on with DNS as it is   esc closes"

    def __init__(self, watch: DnsWatch) -> None:
        super().__init__(f"DNS of {watch.hostname}")
        self._values = values(watch)
        self._about = watch.waits_for()

    def compose_content(self) -> ComposeResult:
        """What is waited for, and what can be copied."""
        yield Static(Content.styled(self._about, MUTED), classes="about", markup=False)
        yield RowList()

    def on_mount(self) -> None:
        """Fill the list."""
        super().on_mount()
        rows = self.query_one(RowList)
        longest = max((len(what) for what, _ in self._values), default=0)
        rows.show(
            [
                Row(str(number), Content.assemble((f"{pad(what, longest)}  ", MUTED), value))
                for number, (what, value) in enumerate(self._values)
            ]
        )
        rows.focus_rows()

    def action_copy(self) -> None:
        """Hand the value to the terminal's clipboard; it stands here to be copied by hand, too."""
        current = self.query_one(RowList).current
        if current is not None:
            what, value = self._values[int(current)]
            self.app.copy_to_clipboard(value)
            self.complain(f"Copied the {what}, if your terminal allows it.", mark="done")

    def action_go_on(self) -> None:
        """End with the wish to go on."""
        self.dismiss(True)

    @on(OptionList.OptionSelected)
    def _clicked(self, message: OptionList.OptionSelected) -> None:
        message.stop()
        self.action_copy()


def what_going_on_means(watch: DnsWatch) -> list[str]:
    """Said before DNS is left as it is."""
    if watch.purpose == "certificate":
        return [
            f"{watch.hostname} has no certificate there yet. The run goes on without waiting for it.",
            "The endpoint stays: set the record later, and renew the certificate in the target's dashboard.",
            "Before that, nobody can be served at this name there.",
            "",
        ]
    return [
        f"{watch.hostname} does not lead to the target, as far as DNS tells. The run goes on all the same.",
        "Right where a proxy stands in between, or where you change the record later.",
        "Until it leads there, people meet Heroku's maintenance page.",
        "",
    ]


def show_records(screen: StageScreen, view: RunView) -> bool:
    """Open the records that the run waits for; whether there are any."""
    watch, step = open_watch(view), view.current
    if watch is None or step is None:
        return False
    key = step.step.key

    def sure(yes: bool | None) -> None:
        if yes:
            screen.accept_dns(key)

    def closed(go_on: bool | None) -> None:
        if not go_on:
            return
        if why := screen.read_only():
            screen.say(why)
            return
        lines = what_going_on_means(watch)
        screen.ask(ConfirmTyping("Go on with DNS as it is", lines, word=WORD, verb="to go on"), sure)

    screen.ask(DnsRecords(watch), closed)
    return True
