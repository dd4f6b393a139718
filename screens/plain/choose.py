"""Choose, in lines: what each target means for this very system, one after the other."""

from screens.plain.desk import Deed, Desk, do_one_of, heading
from screens.plain.question import Help
from screens.stages import connected
from wizard.choose.compare import Column, Comparison, choose, compare
from wizard.choose.offer import profile_of
from wizard.choose.price import rates
from wizard.model.mapping import TargetChoice
from wizard.registry import hosts_of, target_names
from wizard.session.parts import TARGET

HELP = Help(
    "Compares the targets for the system that was read: what stops it, what changes in the code, what is "
    "lost, what it costs. Prices are estimates. Only a target that Offramp can move to from end to end can "
    "be chosen; the others say what is missing.",
    "you sign in to the target; then each component is mapped to what it becomes there.",
)
MARKS = {"good": "", "look": "look: ", "blocks": "blocks: ", "plain": ""}
"""What is good is so by its words already."""


def compared(desk: Desk) -> Comparison | None:
    """The targets side by side, with what the code says as far as its folders are known."""
    system = desk.system()
    if system is None:
        return None
    folders = desk.answers().checkouts
    if folders and not desk.code.known:
        desk.wait("Reading the code folders", desk.code.read(folders))
    profiles = [profile_of(desk.session, name) for name in target_names()]
    return compare(system, profiles, desk.code.checkouts())


def take(desk: Desk, comparison: Comparison, target: str) -> None:
    """Keep the choice with its reason.

    Raises:
        Trouble: it cannot be chosen; the message says what is missing.
    """
    column = choose(comparison, target)
    hosts_of(desk.session, target)
    before = desk.session.load(TARGET)
    fitting = f"{column.fit.fitting} of {column.fit.components} components fit"
    choice = TargetChoice(provider=target, reason=f"{fitting}; {column.estimate.text()}")
    desk.save(TARGET, choice, keeps_plan=before is not None and before.provider == target)


def choose_target(desk: Desk) -> None:
    """Show the comparison, take one; then go on.

    Raises:
        Back, Leave, EndOfInput.
    """
    heading(desk, "choose")
    comparison = compared(desk)
    if comparison is not None and desk.session.load(TARGET) is None:
        # Once one is chosen it is read again when it is wanted.
        _tell(desk, comparison)

    def deeds() -> list[Deed]:
        if comparison is None:
            return [Deed("Choose a target", lambda: None, "nothing was read from Heroku yet")]
        kept = desk.session.load(TARGET)
        name = kept.provider if kept else ""
        held = desk.read_only()
        usual = name or (desk.demo.target if desk.demo else "")
        first = sorted(comparison.columns, key=lambda column: column.target != usual)
        going = [Deed("Go on with it", lambda: True, action="next")] if name else []
        return [
            *going,
            *(_deed(desk, comparison, column, held, chosen=column.target == name) for column in first),
            Deed("Read the comparison again", lambda: _tell(desk, comparison), action="details"),
        ]

    def question() -> str:
        kept = desk.session.load(TARGET)
        return f"{kept.provider} is chosen. What now?" if kept else "Which target?"

    do_one_of(desk, question, deeds, help_=HELP, stage="choose")


def _deed(desk: Desk, comparison: Comparison, column: Column, held: str, *, chosen: bool) -> Deed:
    def taken() -> bool:
        take(desk, comparison, column.target)
        if not connected(desk.session):
            desk.console.say(f"{column.title} is chosen. Sign in there next.")
        return True

    why = "" if column.choosable else " ".join(column.why_not)
    return Deed(f"{column.title}{' (chosen)' if chosen else ''}", taken, held or why)


def _tell(desk: Desk, comparison: Comparison) -> None:
    """A target after the other, a line for each point: tables read badly aloud."""
    for place, column in enumerate(comparison.columns):
        desk.console.say()
        desk.console.say(f"{column.title}:")
        for row in comparison.rows:
            cell = row.cells[place]
            mark = MARKS[cell.mark]
            if len(cell.lines) == 1:
                desk.console.say(f"{row.label}: {mark}{cell.lines[0]}", indent="  ")
                continue
            desk.console.say(f"{row.label}:", indent="  ")
            for line in cell.lines:
                desk.console.say(f"- {mark}{line}", indent="    ")
        prices = profile_of(desk.session, column.target).prices
        desk.console.say(f"Prices: {rates(prices)} ({prices.source}, {prices.date})", indent="  ")
