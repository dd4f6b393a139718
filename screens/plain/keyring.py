"""Where tokens are kept, in lines: tried out again, helped, and one token forgotten."""

from screens.plain.desk import Deed, Desk, do_one_of
from screens.plain.question import Answer, Help, ask_name, ask_one
from wizard.credentials.remedies import ways
from wizard.session.forgetting import Given, forget, given_to

HELP = Help(
    "Tokens are kept in the keyring of this machine where there is one that can be used, else in the memory "
    "of this process, and asked for again next time."
)


def keyring_deeds(desk: Desk) -> list[Deed]:
    """What can be done about the keyring, and about the tokens of this migration."""
    given = _given(desk)
    none = "" if given else "there is no token to forget"
    return [
        Deed("Try the keyring out again, after you unlocked it", lambda: _try_again(desk), action="keyring"),
        Deed("What to type to get a keyring that can be used", lambda: _tell_ways(desk), action="ways"),
        Deed("Forget a token", lambda: _forget(desk, given), desk.held() or none, action="forget"),
    ]


def about_keyring(desk: Desk) -> None:
    """Ask which of it.

    Raises:
        Back, Leave, EndOfInput, Interrupted.
    """

    def question() -> str:
        desk.console.say(desk.vault.describe())
        return "The keyring, and the tokens. b goes back."

    do_one_of(desk, question, lambda: keyring_deeds(desk), help_=HELP)


def _try_again(desk: Desk) -> None:
    desk.look_at_keyring_again()
    desk.console.say(desk.vault.describe())


def _tell_ways(desk: Desk) -> None:
    state, say = desk.vault.state, desk.console.say
    found = ways(state) if state is not None else ()
    if not found:
        say(f"{state.sentence if state else 'No keyring is used here.'} There is nothing to do about it.")
    for number, way in enumerate(found, 1):
        say(f"{number}. {way.title}")
        if way.command:
            desk.console.verbatim(way.command)
        say(way.meaning)


def _given(desk: Desk) -> list[Given]:
    """The tokens of this migration, that of the last vendor first."""
    return [one for one in reversed(given_to(desk.session)) if one.connection is not None]


def _forget(desk: Desk, given: list[Given]) -> None:
    answers = [Answer(str(number), f"{one.whose}, {one.where}") for number, one in enumerate(given)]
    one = given[int(ask_one(desk.console, "Which token?", answers, help_=HELP, default=""))]
    desk.console.say(
        f"The token of {one.whose} is removed from the keyring, from memory and from this migration. At the "
        "vendor it stays valid; revoke it there."
    )
    if ask_name(desk.console, one.ref.vendor, "forget it", help_=HELP):
        forget(desk.session, desk.vault, one)
        desk.console.say("It is forgotten on this machine.")
