"""What can be done by a key of the full screen can be done in lines: by the same letter, under other words,
or not, for a reason that stands here. A new key makes this red until it has one of the three."""

import ast
from pathlib import Path

import pytest

import screens
from screens.action_names import ACTIONS
from screens.plain.letters import TAKEN, letter_of

PLAIN = Path(screens.__file__).parent / "plain"

MODULES = {
    "connect": ("connect", "keyring"),
    "document": ("document",),
    "choose": ("choose",),
    "map": ("map",),
    "prepare": ("prepare",),
    "plan": ("plan",),
    "run": ("run", "run_lists", "desk"),
    "report": ("report",),
    "home": (),
    "lists": (),
}
"""Where the answers of a stage are made."""

STAGES = [f"stage_{name}" for name in MODULES if name not in ("home", "lists")]

EVERYWHERE = {
    "help": ("question", 'HELP, BACK, LEAVE, GO_TO = "?", "b", "q", "g"'),
    "leave": ("question", "q leaves"),
    "back": ("question", "b goes back"),
    "filter": ("question", "/text lists only the answers that contain that text"),
    **dict.fromkeys(STAGES, ("question", "Go to another stage")),
}
"""By module and the words there."""

OTHERWISE = {
    ("home", "open"): ("home", "Which migration?"),
    ("home", "new"): ("home", "Begin a new migration"),
    ("home", "demo"): ("home", "Try it: the example system"),
    ("home", "delete"): ("home", "Delete a migration from this machine"),
    ("document", "filter"): ("document", "Find one thing"),
    ("document", "note"): ("things", "Write a note, or who owns it"),
    ("document", "vars"): ("things", "List the config vars of"),
    ("choose", "choose"): ("choose", "Which target?"),
    ("map", "change"): ("map", "Change a row, by its number"),
    ("map", "filter"): ("map", "/text lists only the rows that contain that text"),
    ("prepare", "open"): ("prepare", "Show a diff"),
    ("plan", "open"): ("plan", "List the steps again"),
    ("lists", "tables"): ("run_lists", "Read about the tables"),
    ("lists", "steps"): ("run_lists", "Read all steps"),
    ("lists", "events"): ("run_lists", "Read what happened"),
    ("lists", "log"): ("run_lists", "Read the log of the target"),
    ("lists", "filter"): ("run_lists", "A text to find in them?"),
    ("lists", "search"): ("run_lists", "A text to find in them?"),
    ("report", "filter"): ("report", "Find a text in it"),
}

NOTHING_IS_DRAWN = "nothing is drawn over: all of it was printed, and the terminal scrolls"
ON_ITS_OWN_LINE = "what is needed elsewhere stands on a line of its own, where the terminal copies it"

NEEDLESS = {
    ("home", "clear"): "a /text narrows one list once",
    ("connect", "choose"): "each way to sign in is an answer",
    ("connect", "copy_page"): ON_ITS_OWN_LINE,
    ("document", "fold"): "a tree needs eyes: one searches, or reads the list of apps",
    ("document", "unfold"): "a tree needs eyes: one searches, or reads the list of apps",
    ("document", "fold_up"): "a tree needs eyes: one searches, or reads the list of apps",
    ("document", "picture"): "a picture needs eyes; the pages say in words what is connected to what",
    ("document", "copy_it"): ON_ITS_OWN_LINE,
    ("choose", "mark_next"): "all targets are told one after the other",
    ("choose", "mark_before"): "all targets are told one after the other",
    ("prepare", "copy_it"): ON_ITS_OWN_LINE,
    ("prepare", "filter"): "the files of an app are few, and a /text narrows the list of diffs",
    ("plan", "filter"): "the steps are read in their order; a /text narrows every list of answers",
    ("lists", "copy"): ON_ITS_OWN_LINE,
    ("lists", "close"): "the list was printed; the question is asked again by itself",
    ("lists", "next_hit"): "all hits are listed at once",
    ("lists", "hit_before"): "all hits are listed at once",
    ("report", "copy_one"): ON_ITS_OWN_LINE,
    **dict.fromkeys(
        [
            *(("choose", one) for one in ("line_down", "line_up", "page_down", "page_up")),
            *(("report", one) for one in ("page", "down", "up", "page_up", "top", "bottom")),
        ],
        NOTHING_IS_DRAWN,
    ),
}

DIALOGS = {
    "copies": {"copy": None, "go_on": ("run", "Go on with DNS as it is")},
    "vars": {"reveal": ("things", "The value of which one is to be printed?"), "copy": None},
    "object": {
        "note": ("things", "Write a note, or who owns it"),
        "copy_it": None,
        "vars": ("things", "List the config vars of"),
        "code": ("document", "Name the folder with the code of an app"),
        "deploy": ("document", "Correct how an app is deployed"),
    },
    "places": {},
    "gate": {"copy": None},
    "jobs": {"finish": ("gaps", "The list is complete"), "remove": ("gaps", "Take the last one away")},
    "folder": {"clone": ("cloning", "Heroku keeps the code that was last pushed to it")},
}
"""Keys of dialogs; None: it only copies what stands on a line of its own here."""


def source(module: str) -> str:
    return (PLAIN / f"{module}.py").read_text()


def lettered(stage: str) -> set[str]:
    """The actions of the answers that a stage makes: of `Deed(action=...)`, and of tables of them."""
    found: set[str] = set()
    for module in MODULES.get(stage, ()):
        for node in ast.walk(ast.parse(source(module))):
            if isinstance(node, ast.keyword) and node.arg == "action":
                found |= {one.value for one in ast.walk(node.value) if isinstance(one, ast.Constant)}
            if isinstance(node, ast.FunctionDef) and node.name == "_others":
                found |= {one.value for one in ast.walk(node) if isinstance(one, ast.Constant)}
            if isinstance(node, ast.AnnAssign) and getattr(node.target, "id", "") == "WORDS":
                found |= {one.value for one in ast.walk(node) if isinstance(one, ast.Constant)}
    return found


def known(scope: str, action: str) -> list[str]:
    """Every way in which an action is accounted for."""
    ways = ["letter"] if action in lettered(scope) else []
    if action in DIALOGS.get(scope, {}):
        ways.append("dialog")
    elif (scope, action) in OTHERWISE:
        ways.append("otherwise")
    elif (scope, action) in NEEDLESS:
        ways.append("needless")
    elif action in EVERYWHERE:
        ways.append("everywhere")
    return ways


@pytest.mark.parametrize("scope", ACTIONS)
def test_each_key_has_its_like_in_lines_or_a_reason_why_not(scope: str) -> None:
    without = [action for action, _ in ACTIONS[scope] if not known(scope, action)]
    assert not without, f"what does a person do in lines instead of these? {without}"


def test_the_reasons_and_the_words_are_of_what_there_is() -> None:
    there = {(scope, action) for scope, actions in ACTIONS.items() for action, _ in actions}
    assert set(OTHERWISE) | set(NEEDLESS) <= there
    dialogs = [one for keys in DIALOGS.values() for one in keys.values() if one is not None]
    for module, words in (*OTHERWISE.values(), *EVERYWHERE.values(), *dialogs):
        assert words in " ".join(source(module).split()).replace('" "', ""), (module, words)


def test_letters_are_those_of_the_full_screen_and_no_command_of_the_lines() -> None:
    for scope in ACTIONS:
        for action in lettered(scope) & {name for name, _ in ACTIONS[scope]}:
            letter = letter_of(scope, action)
            assert letter not in TAKEN
    assert letter_of("run", "resume") == "r" and letter_of("run", "more") == "+"
    assert letter_of("run", "take_back") == "back" and letter_of("run", "go") == ""
