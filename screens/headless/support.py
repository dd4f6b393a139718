"""`offramp support`: a file for whoever helps, safe to send; it says what is in it before it writes."""

from screens.headless.exit_codes import DONE
from screens.headless.say import say
from screens.headless.settings_finding import of_settings
from wizard.machine import examine
from wizard.session.store import find
from wizard.support.bundle import collect, write


def support(identity: str, output: str, *, hide_names: bool) -> int:
    """Say what the bundle holds, and write it to the new file `output` (0600)."""
    session = find(identity)
    try:
        pieces = collect(session, (*examine(), of_settings()), hide_names=hide_names)
    finally:
        session.close()
    say("The bundle holds:")
    for piece in pieces:
        say(f"  {piece.name:<14}{len(piece.text.encode()):>8} bytes  {piece.what}")
    say("It holds no config vars, tokens, rows, build logs, and no mail addresses.")
    if hide_names:
        say("Names of apps, databases and domains, host names and addresses are hidden.")
    else:
        say("Names of apps, databases and domains are in it; --hide-names hides them.")
    say(f"It is in {write(pieces, output)}. Look at it before you send it; nothing was sent.")
    return DONE
