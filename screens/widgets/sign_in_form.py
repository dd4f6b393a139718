"""E-mail, password and, when the vendor wants one, a one-time code."""

from collections.abc import Callable

from textual import on
from textual.app import ComposeResult
from textual.widgets import Input, Static

from screens.mistake import as_trouble
from screens.patience import Patience
from screens.widgets.dialog import Dialog
from screens.widgets.field import Field
from wizard.model.secret import Secret
from wizard.model.trouble import SecondFactorNeeded
from wizard.ports import Hosts, SignIn, TargetProvider, Token
from wizard.ports.signing_in import ExplainsSignIn


class SignInForm(Dialog[Token]):
    """Signs in to a target; result: the token. What was typed stays while the vendor asks for more, and is
    gone with the form."""

    hint = "enter goes on   tab next line   esc closes"

    def __init__(
        self,
        provider: TargetProvider,
        hosts: Hosts,
        *,
        email: str = "",
        password: Secret | None = None,
        otp: Callable[[], str] | None = None,
    ) -> None:
        super().__init__(f"Sign in to {provider.title}")
        self._provider = provider
        self._hosts = hosts
        self._email = email
        self._password = password
        self._otp = otp
        self._resume: dict[str, str] = {}
        self._wait: Patience | None = None

    def compose_content(self) -> ComposeResult:
        """Three lines; the last one hidden until it is wanted. Before them what to know of this vendor."""
        if isinstance(self._provider, ExplainsSignIn):
            yield Static(self._provider.sign_in_words, classes="about", markup=False)
        yield Static("E-mail", classes="label", markup=False)
        yield Field(value=self._email, id="email", compact=True)
        yield Static("Password", classes="label", markup=False)
        given = self._password.reveal() if self._password else ""
        yield Field(value=given, password=True, id="password", compact=True)
        yield Static("One-time code", classes="label code", markup=False)
        yield Field(id="code", classes="code", compact=True, max_length=16)

    def on_mount(self) -> None:
        """The first line that is empty is typed in first."""
        super().on_mount()
        for part in self.query(".code"):
            part.display = False
        first = next((field for field in self._fields() if not field.value), self.query_one("#password"))
        first.focus()
        self.set_interval(1.0, self._tell_wait)

    def _fields(self) -> list[Field]:
        return [field for field in self.query(Field) if field.display]

    @on(Input.Submitted)
    def _enter(self) -> None:
        if self._wait is not None:
            return  # it was asked, and is not asked twice
        empty = next((field for field in self._fields() if not field.value.strip()), None)
        if empty is not None:
            empty.focus()
            return
        self._wait = Patience(f"Asking {self._provider.title}")
        self._tell_wait()
        self.run_worker(self._sign_in(), exclusive=True, exit_on_error=False)

    def _tell_wait(self) -> None:
        if self._wait is not None:
            self.complain(self._wait.words(), mark="now")

    async def _sign_in(self) -> None:
        email, password, code = (
            self.query_one(f"#{name}", Field).value for name in ("email", "password", "code")
        )
        who = SignIn(email=email.strip(), otp=code.strip(), resume=self._resume)
        try:
            token = await self._ask(who, Secret(password, label="password"))
        except SecondFactorNeeded as wanted:
            self._resume = wanted.resume
            self._ask_code(wanted.cause)
        except Exception as error:  # noqa: BLE001  said in the form, logged when it is our mistake
            self.complain(as_trouble(error).sentence())
        else:
            self.dismiss(token)

    async def _ask(self, who: SignIn, password: Secret) -> Token:
        try:
            return await self._provider.sign_in(self._hosts, who, password)
        finally:
            self._wait = None

    def _ask_code(self, cause: str) -> None:
        for part in self.query(".code"):
            part.display = True
        field = self.query_one("#code", Field)
        field.value = self._otp() if self._otp else ""
        field.focus()
        self.complain(f"{cause} Type it below the password." if not field.value else cause)
