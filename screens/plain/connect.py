"""Connect, in lines: sign in to Heroku and, once it is chosen, to the target."""

from collections.abc import Callable

from screens.plain.desk import Deed, Desk, do_one_of, heading
from screens.plain.keyring import about_keyring, keyring_deeds
from screens.plain.question import Answer, Help, ask_hidden, ask_one, ask_text
from screens.sign_in import (
    SignedIn,
    fetched,
    keep,
    kept_tokens,
    missing_tokens,
    source_token,
    usable_tokens,
    wanted_by_run,
)
from screens.stages import standing
from wizard.credentials import Origin
from wizard.credentials.origin import command_origin, program_of, variable_origin
from wizard.model.secret import Secret
from wizard.model.text import clean
from wizard.model.trouble import SecondFactorNeeded, Trouble
from wizard.ports import FoundToken, SignIn, SourceProvider, TargetProvider, Token
from wizard.ports.signing_in import ExplainsSignIn, SingleSignOn
from wizard.registry import hosts_of, source_provider, target_provider
from wizard.session.parts import CONNECTIONS, TARGET, Connection, Connections
from wizard.session.token_life import seconds_left

HELP = Help(
    "Signs in to Heroku and, after a target is chosen, to the target. Until the cut-over Offramp only reads "
    "from Heroku. A token is checked against its account before it is kept: in the keyring where there is "
    "one, else in memory.",
    "everything that stands on Heroku is read; or, after the target is chosen, each component is mapped.",
)
PASTE = "Paste a token"
COMMAND = Help(
    "The migration keeps the command or the name, never what it gives; it is asked again whenever the token "
    "is wanted. No shell reads the command."
)
SECRET = Help("What you type or paste here is not shown, and is written to no file.")


def connect(desk: Desk) -> None:
    """Sign in where that is still to be done; then go on.

    Raises:
        Back, Leave, EndOfInput.
    """
    heading(desk, "connect")
    _Connect(desk).ask()


def wanted_vendor(desk: Desk) -> str | None:
    """The vendor to sign in to now, None when all is done."""
    if (wanted := wanted_by_run(desk.session)) is not None:
        return wanted
    choice = desk.session.load(TARGET)
    vendors = [desk.session.info.source, *([choice.provider] if choice else [])]
    known = (desk.session.load(CONNECTIONS) or Connections()).by_provider
    missing = desk.wait("Looking for the tokens", missing_tokens(desk.session, desk.vault))
    for vendor in vendors:
        left = seconds_left(known[vendor].expires_at) if vendor in known else None
        if vendor not in known or vendor in missing or (left is not None and left <= 0):
            return vendor
    return None


class _Connect:
    """The questions of the stage. `_again` is a vendor to sign in to anew."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._again = ""
        self._told = ""

    def ask(self) -> None:
        do_one_of(self._desk, self._question, self._deeds, help_=HELP, stage="connect", also=self._also)

    def _question(self) -> str:
        known = (self._desk.session.load(CONNECTIONS) or Connections()).by_provider
        for vendor, one in known.items():
            if vendor == self._told:
                continue
            self._desk.console.say(f"{self._title(vendor)}: signed in as {one.email}, {one.kept_in}.")
        vendor, self._told = self._vendor, ""
        return f"How do you sign in to {self._title(vendor)}?" if vendor else "Signed in. What next?"

    def _title(self, vendor: str) -> str:
        return self._provider(vendor).title

    def _provider(self, vendor: str) -> SourceProvider | TargetProvider:
        is_source = vendor == self._desk.session.info.source
        return source_provider(vendor) if is_source else target_provider(vendor)

    def _deeds(self) -> list[Deed]:
        self._vendor = vendor = self._again or wanted_vendor(self._desk) or ""
        if not vendor:
            known = (self._desk.session.load(CONNECTIONS) or Connections()).by_provider
            again = [Deed(f"Sign in to {self._title(one)} again", self._to_again(one)) for one in known]
            return [Deed(self._on(), lambda: True, action="next"), *again, self._keyring()]
        why = self._desk.held()
        ways = [
            Deed(words, do, why, action="paste" if words == PASTE else "") for words, do in self._ways(vendor)
        ]
        return [*ways, self._keyring()]

    def _on(self) -> str:
        """To which stage: what lies between is done when one comes back for the target."""
        here = standing(self._desk.session).current
        return f"Go on to the stage {'document' if here == 'connect' else here}"

    def _keyring(self) -> Deed:
        return Deed("The keyring, and forgetting a token", lambda: about_keyring(self._desk))

    def _to_again(self, vendor: str) -> Callable[[], None]:
        def again() -> None:
            self._again = vendor

        return again

    def _ways(self, vendor: str) -> list[tuple[str, Callable[[], None]]]:
        desk, provider = self._desk, self._provider(vendor)
        ways: list[tuple[str, Callable[[], None]]] = []
        if desk.demo is not None and provider.role == "source":
            ways.append(("Use the example's token", self._using(vendor, desk.demo.source_token)))
        if desk.demo is None:
            kept = desk.wait("Looking at the keyring", kept_tokens(desk.session, desk.vault, vendor))
            ways += [
                (f"Use the token of {one.email}, which is {one.kept_in}", self._using_kept(vendor, one))
                for one in kept
            ]
        found, left_out = desk.wait(
            "Looking for tokens on this machine", usable_tokens(provider, desk.session, vendor)
        )
        if left_out and not desk.session.info.demo:
            desk.console.say(left_out)
        ways += [(f"Use the token of {token.where}", self._finding(vendor, token)) for token in found]
        if provider.role == "target":
            filled = ", filled in for you" if desk.demo else ""
            ways.append((f"Sign in with e-mail and password{filled}", lambda: self._sign_in(vendor)))
        if isinstance(provider, SingleSignOn):
            ways.append(("Sign in over your organisation (SSO)", lambda: self._single_sign_on(vendor)))
        if provider.token_page:
            ways += [
                (PASTE, lambda: self._paste(vendor, provider.token_page)),
                ("A command of mine gives the token", lambda: self._ask_command(vendor)),
                ("A variable of the environment has the token", lambda: self._ask_variable(vendor)),
            ]
        return ways

    def _also(self) -> list[Deed]:
        return keyring_deeds(self._desk)

    # -- the ways ---------------------------------------------------------------------------------------

    def _using(self, vendor: str, secret: Secret) -> Callable[[], None]:
        return lambda: self._take(vendor, secret)

    def _using_kept(self, vendor: str, known: Connection) -> Callable[[], None]:
        def use() -> None:
            if known.origin is not None:
                self._fetch(vendor, known.origin)
                return
            secret = self._desk.vault.get(known.ref)
            if secret is None:
                raise Trouble(
                    f"The token of {known.email} is not there any more.",
                    remedy="Sign in another way.",
                    code="token-missing",
                )
            self._take(vendor, secret)

        return use

    def _ask_command(self, vendor: str) -> None:
        question = "Which command prints the token alone? As in: op read op://Work/Heroku/token"
        origin = command_origin(ask_text(self._desk.console, question, help_=COMMAND))
        program, say = program_of(origin), self._desk.console.say
        if program is None:
            raise Trouble(
                f"There is no program {clean(origin.command[0])} here.",
                untouched="Nothing was started.",
                remedy="Install it, or type its whole path.",
                code="no-command",
            )
        say("This program is started:")
        self._desk.console.verbatim(program)
        for number, word in enumerate(origin.command[1:], 1):
            say(f"Its argument {number}:")
            self._desk.console.verbatim(word)
        say(
            "Now, and again whenever a token is wanted: also by a run, while you are away. It gets no input. "
            "What it prints is the token: that is shown nowhere and kept nowhere."
        )
        ask_one(self._desk.console, "Start it?", [Answer("start", "Start it")], help_=COMMAND)
        self._fetch(vendor, origin)

    def _ask_variable(self, vendor: str) -> None:
        question = "The name of the variable (not the token)"
        self._fetch(vendor, variable_origin(ask_text(self._desk.console, question, help_=COMMAND)))

    def _fetch(self, vendor: str, origin: Origin) -> None:
        secret = self._desk.wait(f"Waiting for {origin.words}", fetched(origin, vendor))
        self._take(vendor, secret, origin)

    def _finding(self, vendor: str, found: FoundToken) -> Callable[[], None]:
        # One in a file of another program is read when it was chosen, and not before.
        return lambda: self._take(vendor, found.token)

    def _paste(self, vendor: str, page: str) -> None:
        title = self._title(vendor)
        self._desk.console.say(f"A token of {title} is made at this address:")
        self._desk.console.verbatim(page)
        question = f"What is the token of {title}?"
        self._take(vendor, ask_hidden(self._desk.console, question, f"{title} token", help_=SECRET))

    def _take(self, vendor: str, secret: Secret, origin: Origin | None = None) -> None:
        desk, provider = self._desk, self._provider(vendor)

        async def check() -> SignedIn:
            if provider.role == "source":
                token = await source_token(provider, desk.session, secret)
            else:
                token = await provider.accept_token(hosts_of(desk.session, vendor), secret)
            return await keep(desk.session, desk.vault, vendor, token, origin)

        self._signed_in(desk.wait(f"Asking {provider.title} whose token this is", check()))

    def _single_sign_on(self, vendor: str) -> None:
        provider = self._provider(vendor)
        assert isinstance(provider, SingleSignOn)
        question = "What is the id of your organisation there?"
        typed = ask_text(self._desk.console, question, help_=HELP)
        page = provider.single_sign_on_page(hosts_of(self._desk.session, vendor), typed)
        self._desk.console.say("Open this address in a browser; the token is shown there:")
        self._desk.console.verbatim(page)
        self._paste(vendor, page)

    def _sign_in(self, vendor: str) -> None:
        desk, provider = self._desk, target_provider(vendor)
        if isinstance(provider, ExplainsSignIn):
            desk.console.say(provider.sign_in_words)
        demo = desk.demo
        email = ask_text(
            desk.console, f"E-mail at {provider.title}", help_=HELP, default=demo.target_email if demo else ""
        )
        if demo:
            password = demo.target_password
            desk.console.say("The example's password is filled in.")
        else:
            password = ask_hidden(desk.console, f"Password of {email}", "password", help_=SECRET)
        token = self._token(provider, email, password)
        self._signed_in(desk.wait("Keeping the token", keep(desk.session, desk.vault, vendor, token)))

    def _token(self, provider: TargetProvider, email: str, password: Secret) -> Token:
        """Signed in, with as many one-time codes as the vendor asks for."""
        desk, who = self._desk, SignIn(email=email)
        hosts = hosts_of(desk.session, provider.name)
        while True:
            try:
                return desk.wait(f"Asking {provider.title}", provider.sign_in(hosts, who, password))
            except SecondFactorNeeded as wanted:
                desk.console.say(wanted.cause)
                if desk.demo and desk.demo.otp and not who.otp:
                    desk.console.say("The example's code is filled in.")
                    code = desk.demo.otp()
                else:
                    code = ask_text(desk.console, "The one-time code", help_=SECRET)
                who = SignIn(email=email, otp=code, resume=wanted.resume)

    def _signed_in(self, done: SignedIn) -> None:
        self._again = ""
        # What was said just now is not listed once more by the question behind it.
        self._told = done.connection.provider
        console = self._desk.console
        console.say(
            f"Signed in to {self._title(done.connection.provider)} as {done.connection.email}. "
            f"{done.kept.sentence}"
        )
        for caution in done.cautions:
            console.say(f"Look: {caution.words}")
            if caution.page:
                console.verbatim(caution.page)
