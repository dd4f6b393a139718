"""One thing of the document in full, in lines: found by a text, read, noted upon; of an app the config vars,
of which one value is shown when it is asked for."""

from screens.plain.desk import Deed, Desk, do_one_of
from screens.plain.plainly import without_keys
from screens.plain.question import Answer, Help, ask_one, ask_text
from wizard.document.answers import set_note
from wizard.document.index import NOT_TOLD, Index
from wizard.document.pages.app_parts import ORIGINS
from wizard.document.pages.by_key import holder_of, page
from wizard.document.pages.page import Fact, Page, Section, joined
from wizard.document.search import entries, search
from wizard.model.secret import Secret
from wizard.model.system import App, ConfigVar
from wizard.registry import open_source
from wizard.session.parts import ANSWERS, SYSTEM, Note

FIND = Help(
    "Finds anything of the document by its name or by what is known of it: apps, commands, sizes, people, "
    "domains, notes. Several words must all be in it."
)
NOTE = Help("What the team knows of it, and who owns it. It is in the document and in the report.")
VARS = Help(
    "The values stay on Heroku. One is read when you choose it, and printed: it then stands in this terminal "
    "and in whatever records it."
)

MOST = 30
"""Hits that are listed."""


def index_of(desk: Desk) -> Index | None:
    """The inventory with its answers and notes."""
    system = desk.system()
    read, answers = desk.session.load(SYSTEM), desk.answers()
    if system is None or read is None:
        return None
    return Index(system, gaps=read.gaps, notes=answers.notes)


def find_one(desk: Desk) -> None:
    """Ask for a text, list what has it, and open what is chosen.

    Raises:
        Back, Leave, EndOfInput, Interrupted.
    """
    index = index_of(desk)
    assert index is not None
    text = ask_text(desk.console, "What do you look for? A name, a word, a size, a person.", help_=FIND)
    hits = search(tuple(entries(index)), text, MOST)
    if not hits.entries:
        desk.console.say(f"Nothing has “{text}” in it.")
        return
    many = (
        f" The first {len(hits.entries)}; another word finds fewer." if hits.total > len(hits.entries) else ""
    )
    answers = [Answer(one.key, f"{one.name}, {one.kind}") for one in hits.entries]
    key = ask_one(desk.console, f"{hits.total:,} found.{many} Which one?", answers, help_=FIND)
    open_one(desk, key)


def open_one(desk: Desk, key: str) -> None:
    """Read a thing out, then offer what can be done with it."""

    def tell() -> None:
        index = index_of(desk)
        found = page(index, key) if index is not None else None
        if index is None or found is None:
            desk.console.say("It is not there any more.")
            return
        _tell(desk, index, found)

    tell()

    def deeds() -> list[Deed]:
        index = index_of(desk)
        app = app_of(index, key) if index is not None else None
        # What a team writes changes nothing of the plan: also while a run is under way.
        found = [Deed("Write a note, or who owns it", lambda: note(desk, key), desk.held())]
        if app is not None and app.config:
            found.append(Deed(f"List the config vars of {app.name}", lambda: config_vars(desk, app)))
        return [*found, Deed("Read it again", tell)]

    do_one_of(desk, lambda: "What now? b goes back.", deeds, help_=FIND)


def app_of(index: Index, key: str) -> App | None:
    """The app that a key is of, or on whose page it stands."""
    kind, _, app_id = holder_of(index, key).partition(":")
    return index.apps.get(app_id) if kind == "app" else None


def _tell(desk: Desk, index: Index, found: Page) -> None:
    say = desk.console.say
    say(f"{found.title}, {found.kind}. {_read(found.subtitle)}")
    _tell_note(desk, index, found.key, "")
    for section in found.shown():
        say(f"{_heading(section)}:")
        if section.untold:
            say(section.untold if section.untold == NOT_TOLD else f"not told: {section.untold}", indent="  ")
        elif not section.facts:
            say(section.none, indent="  ")
        for fact in section.facts:
            say(_sentence(fact), indent="  ")
            if fact.key:
                _tell_note(desk, index, fact.key, "    ")


def _heading(section: Section) -> str:
    count = f", {len(section.facts)}" if section.counts and section.facts else ""
    return f"{section.title or 'What is known'}{count}"


def _sentence(fact: Fact) -> str:
    mark = {"look": " (look)", "untold": " (not told)", "": ""}[fact.mark]
    said = joined((_read(fact.text), _read(fact.detail)), by="; ")
    name = _read(fact.name)
    between = " " if name.endswith(".") else ": "
    return f"{name}{f'{between}{said}' if said else ''}{mark}"


def _read(text: str) -> str:
    """Without the dots between parts and the arrows, which are read aloud."""
    return without_keys(text).replace(" · ", ", ").replace("→ ", "to ").replace("← ", "from ")


def _tell_note(desk: Desk, index: Index, key: str, indent: str) -> None:
    known = index.notes.get(key)
    if known is not None and known.owner:
        desk.console.say(f"owner: {known.owner}", indent=indent)
    if known is not None and known.text:
        desk.console.say(f"note: {known.text}", indent=indent)


def note(desk: Desk, key: str) -> None:
    """Ask for the note on a thing and for its owner; keep both.

    Raises:
        Back, Leave, EndOfInput, Interrupted, Trouble.
    """
    known = desk.answers().notes.get(key, Note())
    text = _kept(desk, "The note", known.text)
    owner = _kept(desk, "Who owns it", known.owner)
    desk.save(ANSWERS, set_note(desk.answers(), key, text, owner), keeps_plan=True)
    desk.console.say("Kept.")


def _kept(desk: Desk, what: str, known: str) -> str:
    way = "Enter keeps what stands in brackets, a backslash alone takes it away." if known else ""
    question = f"{what}. {way or 'Enter for nothing.'}"
    return ask_text(desk.console, question, help_=NOTE, default=known, check=lambda _: "")


def config_vars(desk: Desk, app: App) -> None:
    """List the config vars of an app with where each comes from, and print the value of one.

    Raises:
        Back, Leave, EndOfInput, Interrupted, Trouble.
    """
    index = index_of(desk)
    assert index is not None
    answers = [Answer(var.name, _var(var, index)) for var in app.config]
    question = f"Config vars of {app.name}. The value of which one is to be printed? b for none."
    name = ask_one(desk.console, question, answers, help_=VARS, default="")

    async def read() -> Secret:
        source = open_source(desk.session, desk.vault)
        try:
            values: dict[str, Secret] = await source.config(app.id)
        finally:
            await source.close()
        return values.get(name, Secret("", label=name))

    value = desk.wait(f"Reading {name} from Heroku", read()).reveal()
    desk.console.say(f"The value of {name}, which is written nowhere:" if value else f"{name} is empty.")
    if value:
        desk.console.verbatim(value)


def _var(var: ConfigVar, index: Index) -> str:
    origin = joined((ORIGINS[var.origin.kind], index.add_on_name(var.origin.add_on_id)), by=" ")
    names = [index.add_on_name(var.copied_from), *(index.app_name(id_) for id_ in var.refers_to_apps)]
    named = joined(names, by=", ")
    return f"{var.name}{', empty' if var.empty else ''}: {origin}{f', names {named}' if named else ''}"
