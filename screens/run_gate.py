"""A gate over the monitor: opened to be passed, or to be read by who only watches; closed with its end."""

from collections.abc import Callable

from screens.gate import GateDialog
from screens.monitor.status import open_gate
from screens.stage import StageScreen
from wizard.run.view import GateView, RunView


def show_gate(screen: StageScreen, gate: GateView, answered: Callable[[str | None], None]) -> None:
    """Open it; `answered` gets the word that was typed."""
    screen.app.push_screen(GateDialog(gate, read_only=screen.read_only()), answered)


def follow_gate(screen: StageScreen, dialog: GateDialog, view: RunView) -> None:
    """Newer facts, or the end of a dialog whose gate is not open any more, or which is another's to pass."""
    gate = open_gate(view)
    if gate is None or gate.key != dialog.gate.key:
        dialog.dismiss(None)
        screen.say("The gate is no longer open: it was answered elsewhere, or the run has ended.")
    elif bool(dialog.read_only) != bool(screen.read_only()):
        dialog.dismiss(None)
    else:
        dialog.renew(gate)
