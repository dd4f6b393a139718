"""What the monitor is for and which keys it has, in words."""

from typing import Final

from screens.keys import About, Key
from screens.run_control import CONTROL

ABOUT: Final = About(
    "the run",
    "Shows what the worker does: the step it is at, the copy table by table, the tunnel, the gates. "
    "The worker is a process of its own: it goes on when this screen, this terminal or this login ends.",
    "At a gate: to read what is true and what will happen, and to type a name. Before a token ends: to sign "
    "in again. Otherwise nothing. Figures with ~ are estimates, all others are measured.",
    "After the last gate the move is final, and the report has the proof. "
    "Until then b takes everything back to Heroku as it was.",
)

KEYS: Final = (
    Key("enter", "go", "open", "Do what the run waits for: read the gate, sign in, see the report."),
    Key("p", "pause", "pause", "Pause the run; p again goes on.", writes=True),
    Key("r", "resume", "resume", "Try again, or start the worker again where it stopped.", writes=True),
    Key("b", "take_back", "back", "Take everything back to Heroku as it was before.", writes=True),
    CONTROL,
    Key("t", "tables", "tables", "All tables of the copy."),
    Key("l", "log", "log", "The log of the target, as it streams."),
    Key("s", "stop", "stop", "Stop the run and end the worker; what is done is kept.", writes=True),
    Key("d", "detach", "detach", "Leave Offramp; the run goes on."),
    Key(
        "a",
        "sign_in",
        "sign in",
        "Sign in again before a token ends; the run goes on meanwhile.",
        writes=True,
        footer=False,
    ),
    Key("plus", "more", "more workers", "A worker more for the copy.", writes=True, footer=False),
    Key("minus", "fewer", "fewer workers", "A worker fewer for the copy.", writes=True, footer=False),
    Key(
        "k",
        "roll_back",
        "release before",
        "After a bad deploy: an app goes back to the release before it.",
        writes=True,
        footer=False,
    ),
    Key(
        "n",
        "own_tunnel",
        "own tunnel",
        "You have a tunnel to a database open yourself: use it, by its port.",
        writes=True,
        footer=False,
    ),
    Key("o", "steps", "steps", "All steps with their times and evidence.", footer=False),
    Key("e", "events", "events", "What happened, with the time of each.", footer=False),
)
