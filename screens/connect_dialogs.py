"""What connect asks over its screen: a command or a variable that gives a token, how an organisation signs
in, e-mail and password, which token to forget, and what to do about the keyring."""

import os
from collections.abc import Callable, Sequence

from textual.content import Content

from screens.marks import MUTED, STRONG
from screens.stage import StageScreen
from screens.widgets.ask_text import AskText
from screens.widgets.confirm_typing import ConfirmTyping
from screens.widgets.details import DetailsDialog
from screens.widgets.pick_one import PickOne
from screens.widgets.sign_in_form import SignInForm
from screens.widgets.single_sign_on import SingleSignOnDialog
from wizard.credentials import Origin, StoreState
from wizard.credentials.fetch import DEADLINE
from wizard.credentials.origin import command_origin, program_of, variable_origin
from wizard.credentials.remedies import ways
from wizard.model.text import clean
from wizard.model.trouble import Trouble
from wizard.ports import SourceProvider, TargetProvider, Token
from wizard.ports.signing_in import SingleSignOn
from wizard.registry import hosts_of
from wizard.session.forgetting import Given


def ask_command(screen: StageScreen, title: str, then: Callable[[Origin], None]) -> None:
    """Ask for the command that prints a token, show what will be started, and go on once it is agreed to."""

    def typed(text: str | None) -> None:
        if text:
            origin = command_origin(text)
            agree = DetailsDialog("Start this command?", _about_command(origin), accept="starts it")
            screen.ask(agree, lambda yes: then(origin) if yes else None)

    question = (
        f"The command that prints the {title} token, and nothing else. It is started as it is, without a "
        "shell, after you have seen it once more."
    )
    screen.ask(
        AskText(
            f"{title} token by a command",
            question,
            placeholder=f"op read op://Work/{title.replace(' ', '-')}/token",
            check=_wrong_command,
        ),
        typed,
    )


def _wrong_command(text: str) -> str:
    try:
        origin = command_origin(text)
    except Trouble as trouble:
        return trouble.brief()
    if program_of(origin) is None:
        return f"There is no program {clean(origin.command[0])} here. Install it, or type its whole path."
    return ""


def _about_command(origin: Origin) -> Content:
    program = program_of(origin) or origin.command[0]
    lines: list[Content | tuple[str, str] | str] = [
        "This program is started:\n\n",
        (f"  {clean(program)}\n", STRONG),
    ]
    if len(origin.command) > 1:
        lines.append("\nwith, each line one argument:\n\n")
        lines += [(f"  {clean(word)}\n", STRONG) for word in origin.command[1:]]
    lines.append(
        "\nNow, and again whenever a token is wanted: also by a run, while you are away. It gets no input "
        f"and {DEADLINE:g} s. What it prints is the token: that is shown nowhere and kept nowhere. This "
        "migration keeps the command."
    )
    return Content.assemble(*lines)


def ask_variable(screen: StageScreen, title: str, then: Callable[[Origin], None]) -> None:
    """Ask for the name of the variable that holds a token."""

    def typed(text: str | None) -> None:
        if text:
            then(variable_origin(text))

    question = (
        f"The name of the environment variable that holds the {title} token, in the shell that Offramp was "
        "started from. A run gets the token over its socket when it starts, never by its own environment."
    )
    example = f"ACME_{title.upper().replace(' ', '_')}_TOKEN"
    dialog = AskText(f"{title} token from a variable", question, placeholder=example, check=_wrong_variable)
    screen.ask(dialog, typed)


def _wrong_variable(text: str) -> str:
    try:
        name = variable_origin(text).variable
    except Trouble as trouble:
        return trouble.brief()
    if not os.environ.get(name, "").strip():
        return f"{name} is not set where this Offramp was started. Set it there, and start Offramp again."
    return ""


def ask_single_sign_on(
    screen: StageScreen,
    vendor: str,
    provider: SourceProvider | TargetProvider,
    then: Callable[[str, str], None],
) -> None:
    """Ask for the organisation; `then` gets the vendor and the address where it signs in."""
    if not isinstance(provider, SingleSignOn):
        return
    signs_on: SingleSignOn = provider
    hosts = hosts_of(screen.session, vendor)

    def page_of(typed: str) -> str:
        return signs_on.single_sign_on_page(hosts, typed)

    def chosen(page: str | None) -> None:
        if page is not None:
            then(vendor, page)

    screen.ask(SingleSignOnDialog(provider.title, page_of, provider.token_page), chosen)


def ask_password(
    screen: StageScreen, vendor: str, provider: TargetProvider, then: Callable[[str, Token], None]
) -> None:
    """Ask for e-mail, password and one-time code; the example's are filled in."""
    demo = screen.offramp.demo
    form = SignInForm(
        provider,
        hosts_of(screen.session, vendor),
        email=demo.target_email if demo else "",
        password=demo.target_password if demo else None,
        otp=demo.otp if demo else None,
    )
    screen.ask(form, lambda token: then(vendor, token) if token is not None else None)


def ask_what_to_forget(
    screen: StageScreen,
    given: Sequence[Given],
    title_of: Callable[[str], str],
    then: Callable[[Given], None],
) -> None:
    """Which token, if there are several, and the vendor's name typed."""

    def confirm(one: Given) -> None:
        title, vendor = title_of(one.ref.vendor), one.ref.vendor
        lines = [
            f"The token of {title} ({one.whose.partition(': ')[2]}) is removed from the keyring, from memory "
            "and from this migration.",
            "At the vendor it stays valid; revoke it there.",
        ]

        def confirmed(yes: bool | None) -> None:
            if yes:
                then(one)

        screen.ask(
            ConfirmTyping(f"Forget the {title} token", lines, word=vendor, verb="to forget it"), confirmed
        )

    def picked(number: str | None) -> None:
        if number is not None:
            confirm(given[int(number)])

    if len(given) == 1:
        confirm(given[0])
        return
    rows = [(str(number), f"{one.whose}  {one.where}") for number, one in enumerate(given)]
    screen.ask(PickOne("Forget a token", Content("Which one?"), rows), picked)


def show_ways(screen: StageScreen, state: StoreState | None) -> None:
    """What to type to get a usable keyring, and what to do without; Enter on a way copies its command."""
    found = ways(state) if state is not None else ()
    if not found:
        words = state.sentence if state else "No keyring is used here."
        screen.say(f"{words} There is nothing to do about it.", good=bool(state and state.ready))
        return
    parts: list[Content] = []
    for number, way in enumerate(found, 1):
        parts.append(Content.styled(f"{number}  {way.title}", STRONG))
        if way.command:
            parts.append(Content(f"   {way.command}"))
        parts.append(Content.styled(f"{way.meaning}\n", MUTED))
    command = next((way.command for way in found if way.command), "")
    copied = DetailsDialog(
        "The keyring", Content("\n").join(parts), accept="copies the first command" if command else ""
    )
    screen.ask(copied, lambda yes: screen.copy(command) if yes else None)
