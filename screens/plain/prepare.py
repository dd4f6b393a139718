"""Prepare, in lines: each file that changes and why, its diff when asked for; accepted as a whole."""

from screens.plain.code_changes import CodeChanges, accepted, read_changes, write_changes
from screens.plain.desk import Deed, Desk, do_one_of, heading
from screens.plain.plainly import without_keys
from screens.plain.question import Answer, Help, ask_name, ask_one
from screens.slug_words import NOT_YET_AN_IMAGE, WHAT_IT_MEANS, stop_gap
from wizard.document.pages.page import counted
from wizard.mapping.edit import set_keep_slug
from wizard.model.mapping import Mapping
from wizard.model.system import App
from wizard.model.text import clean
from wizard.model.trouble import Trouble
from wizard.prepare.file_change import FileChange, diff
from wizard.session.parts import MAPPING, PREPARED

HELP = Help(
    "Shows the files that this move needs in the code of each app, with the reason for each. They are "
    "written as one commit on a branch of their own; no file of your work tree is touched, and the branch "
    "you are on stays as it is.",
    "with the code of every app ready, the plan is made.",
)
SLUG = Help(
    "A stop-gap, for code that no Dockerfile can be written for: the image holds the slug that Heroku runs "
    "now. No line of the code can be changed then, and neither its language nor the stack gets security "
    "fixes for long."
)


def prepare(desk: Desk) -> None:
    """Read the code, show what changes, write it when it is accepted; then go on.

    Raises:
        Back, Leave, EndOfInput.
    """
    heading(desk, "prepare")
    _Prepare(desk).ask()


class _Prepare:
    """The questions of the stage."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._changes = CodeChanges()
        self._read()

    def ask(self) -> None:
        do_one_of(self._desk, self._question, self._deeds, help_=HELP, stage="prepare")

    def _read(self) -> None:
        self._changes = self._desk.wait("Reading the code folders", read_changes(self._desk))
        for app in self._changes.apps:
            self._tell(app)

    def _tell(self, app: App) -> None:
        say, code = self._desk.console.say, self._changes.code.get(app.id)
        say(f"{app.name}:")
        if isinstance(code, Trouble):
            say(f"stops: {without_keys(code.brief())}", indent="  ")
        proposal = self._changes.proposals.get(app.id)
        if proposal is None:
            return
        for problem in proposal.problems:
            # Whose it is stands above already.
            what = problem.sentence().removeprefix(f"{app.name}: ")
            kind = "stops" if problem.blocks else "to know"
            say(f"{kind}: {what}. {without_keys(problem.remedy)}", indent="  ")
            for line in problem.copies:
                self._desk.console.verbatim(line)
        for change in proposal.changes:
            say(f"{_verb(change)} {clean(change.path)}: {clean(change.why)}.", indent="  ")
        if not proposal.changes and not proposal.blocked:
            say("nothing has to change.", indent="  ")

    def _ready(self) -> bool:
        good = accepted(self._desk, self._changes)
        return self._desk.session.load(PREPARED) is not None and all(
            app.id in good for app in self._changes.apps
        )

    def _question(self) -> str:
        apps, good = self._changes.apps, accepted(self._desk, self._changes)
        if not apps:
            return "No code is prepared on this machine for what moves. What now?"
        return f"{len(good)} of {counted(len(apps), 'app')} ready. What now?"

    def _deeds(self) -> list[Deed]:
        held, stopping = self._desk.read_only(), self._changes.why_not_write()
        files = sum(len(one.changes) for one in self._changes.proposals.values())
        again = Deed("Read the folders again", self._read, action="read")
        shown = [Deed("Show a diff", self._show)] if files else []
        slugs = [app for app in self._changes.apps if self._may_keep_slug(app)]
        slug = [
            Deed(
                "Keep the slug of Heroku as a stop-gap, or take that back",
                lambda: self._slug(slugs),
                held,
                action="slug",
            )
        ]
        others = [*shown, again, *(slug if slugs else ())]
        if self._ready():
            return [Deed("Go on to the plan", lambda: True, action="next"), *others]
        if not self._changes.apps:
            return [Deed("Go on to the plan", self._write, held), *others]
        why = held or (stopping[0] if stopping else "")
        accept = Deed(
            f"Accept the changes ({counted(files, 'file')}), and write them to branches",
            self._write,
            why,
            action="write",
        )
        return [*shown[:1], accept, *others[len(shown) :]] if stopping else [accept, *others]

    def _write(self) -> bool:
        made = self._desk.wait("Writing the branches", write_changes(self._desk, self._changes))
        for done in made:
            name = next(app.name for app in self._changes.apps if app.id == done.app_id)
            what = f"branch {done.branch}, commit {done.commit[:7]}" if done.branch else "nothing to change"
            self._desk.console.say(f"{name}: {what}.")
        self._desk.console.say("Your work trees are as they were.")
        return True

    def _show(self) -> None:
        found = [
            (app, change)
            for app in self._changes.apps
            if app.id in self._changes.proposals
            for change in self._changes.proposals[app.id].changes
        ]
        answers = [
            Answer(str(number), f"{app.name}: {_verb(change)} {clean(change.path)}")
            for number, (app, change) in enumerate(found)
        ]
        answers.append(Answer("all", "All of them"))
        chosen = ask_one(self._desk.console, "Which diff?", answers, help_=HELP)
        wanted = found if chosen == "all" else [found[int(chosen)]]
        for app, change in wanted:
            self._desk.console.say(f"{app.name}, {clean(change.path)}: {clean(change.why)}.")
            self._desk.console.verbatim(diff([change]))

    def _may_keep_slug(self, app: App) -> bool:
        mapping, proposal = self._desk.session.load(MAPPING), self._changes.proposals.get(app.id)
        choice = mapping.app(app.id) if mapping else None
        return (proposal is not None and proposal.may_keep_slug) or (choice is not None and choice.keep_slug)

    def _slug(self, apps: list[App]) -> None:
        mapping = self._desk.session.load(MAPPING)
        assert mapping is not None
        kept = {one.app_id for one in mapping.moved_apps() if one.keep_slug}
        answers = [
            Answer(app.id, f"{app.name}: {'take it back' if app.id in kept else 'keep its slug'}")
            for app in apps
        ]
        chosen = ask_one(self._desk.console, "Of which app?", answers, help_=SLUG)
        if chosen not in kept and not self._agrees(next(app for app in apps if app.id == chosen), mapping):
            return
        self._desk.save(MAPPING, set_keep_slug(mapping, chosen, chosen not in kept))
        self._read()

    def _agrees(self, app: App, mapping: Mapping) -> bool:
        """Say what keeping a slug means, and ask."""
        say, choice = self._desk.console.say, mapping.app(app.id)
        say(stop_gap(app.stack))
        say("What that means:")
        for one in WHAT_IT_MEANS:
            say(f"- {one}", indent="  ")
        if choice is not None and choice.way != "image":
            say(f"- {without_keys(NOT_YET_AN_IMAGE)}", indent="  ")
        return ask_name(self._desk.console, app.name, "keep its slug", help_=SLUG)


def _verb(change: FileChange) -> str:
    if change.old is None:
        return "new file"
    return "removes" if change.new is None else "changes"
