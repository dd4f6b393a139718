"""`offramp sessions --export` and `--import`: a session as a file, to go on with on another machine."""

from screens.headless.exit_codes import DONE
from screens.headless.say import say
from wizard.model.trouble import Trouble
from wizard.portable import export, import_file
from wizard.session.store import find


def carry(given: str | None, output: str | None, taken: str | None) -> int:
    """Export the session `given` to the file `output`, or import the file `taken`.

    Raises:
        Trouble: as `export` and `import_file`; or the command line names too much or too little.
    """
    if (given is None) == (taken is None) or (given is not None) != (output is not None):
        raise Trouble(
            "Name what to export and the new file, or a file to import.",
            remedy="`offramp sessions --export SESSION -o FILE`, `offramp sessions --import FILE`.",
            code="usage",
        )
    if given is not None and output is not None:
        session = find(given)
        try:
            path = export(session, output)
        finally:
            session.close()
        say(f"{session.name} is in {path}. No token is in it, and nothing that gives one.")
        return DONE
    assert taken is not None
    arrived = import_file(taken)
    say(f"{arrived.name} is here now, as {arrived.id}. `offramp` opens it.")
    for who in arrived.sign_in:
        say(f"Sign in again: {who}.")
    if arrived.folders:
        say(f"Its code was in {', '.join(arrived.folders)}; at the stage document, c names the folders here.")
    return DONE
