"""Logging in to Code Capsules, and again when the token ends: the token is in memory only."""

import asyncio
import time
from collections.abc import Callable

import httpx
import msgspec

from providers.code_capsules.answers import LoginAnswer
from providers.code_capsules.application_key import application_key, forget
from providers.code_capsules.bodies import UNREADABLE, said
from providers.code_capsules.hosts import Addresses
from providers.code_capsules.kept_login import Login
from providers.code_capsules.paths import APPLICATION_KEY, LOG_IN, LOGIN_TYPE
from providers.code_capsules.patience import Patience
from providers.code_capsules.wire import Answer, Wire
from wizard.model.jwt import claims
from wizard.model.secret import Secret
from wizard.model.text import clean
from wizard.model.trouble import SignInNeeded, Trouble, Unreachable

MARGIN = 20.0
"""Seconds before its end in which a token is not used any more (pulumi-codecapsules)."""

_KEY_WORDS = ("api key", "api-key", "apikey", "x-api-key")


class LoginSession:
    """A login and the token that it gives; only one login is under way at a time."""

    def __init__(
        self,
        addresses: Addresses,
        login: Login,
        patience: Patience,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._addresses = addresses
        self._login = login
        self._patience = patience
        self._clock = clock
        self._token: Secret | None = None
        self._ends: float | None = None
        self._lock = asyncio.Lock()

    @property
    def email(self) -> str:
        return self._login.email

    @property
    def password(self) -> Secret:
        """Of this account: the vendor's own program asks for it, too."""
        return self._login.password

    async def token(self) -> Secret:
        """A token that is good for some seconds more; logs in where there is none.

        Raises:
            SignInNeeded: e-mail and password are not accepted (any more).
            Trouble: see `log_in`.
        """
        async with self._lock:
            if self._token is None or (self._ends is not None and self._clock() >= self._ends):
                await self._log_in()
            assert self._token is not None
            return self._token

    async def renewed(self, refused: Secret) -> Secret:
        """Another token than the one that was refused. Raises as `token`."""
        async with self._lock:
            if self._token is None or self._token == refused:
                await self._log_in()
            assert self._token is not None
            return self._token

    async def _log_in(self) -> None:
        try:
            answer = await log_in(self._addresses, self._login, self._patience)
        except Trouble as trouble:
            if trouble.code == "second-factor-impossible":
                # Turned on since: a run waits for a sign-in that works, and loses nothing.
                raise SignInNeeded(
                    "code-capsules", trouble.cause, remedy=trouble.remedy, code=trouble.code
                ) from trouble
            if trouble.code != "wrong-password":
                raise
            raise SignInNeeded(
                "code-capsules",
                "Code Capsules does not accept the e-mail and password any more that Offramp keeps.",
                remedy="Sign in to Code Capsules again; the run goes on where it stopped.",
                code="password-refused",
            ) from trouble
        self._token = Secret(answer.token, "Code Capsules token")
        life = life_of(self._token)
        # A token without an end, or one that is over by this machine's clock, is used until it is refused.
        self._ends = self._clock() + life - MARGIN if life is not None and life > MARGIN else None


async def log_in(addresses: Addresses, login: Login, patience: Patience) -> LoginAnswer:
    """Log in once; a second time only with another application key, when the one of the web app was changed.

    Raises:
        Trouble: `wrong-password`; `second-factor-impossible`; `application-key-refused`;
            `application-key-missing`; the host does not answer.
    """
    key = await application_key(addresses, patience)
    answer = await _asked(addresses, login, key, patience)
    if _key_refused(answer) and forget(addresses):
        key = await application_key(addresses, patience)
        answer = await _asked(addresses, login, key, patience)
    return _accepted(answer, addresses)


async def _asked(addresses: Addresses, login: Login, key: str, patience: Patience) -> Answer:
    wire = Wire(addresses.login, patience)
    body = {"email": login.email, "password": login.password.reveal(), "type": LOGIN_TYPE}
    headers = {"X-Api-Key": key, "x-auth-transport": "body"}
    try:
        return await wire.send("POST", LOG_IN, body=body, headers=headers)
    except (httpx.HTTPError, TimeoutError) as error:
        # Nothing to look for, unlike after a creation: a token that was made and never arrived expires.
        words = clean(str(error), limit=200) or type(error).__name__
        raise Unreachable(
            f"{wire.host} does not answer at: sign in ({words}).",
            remedy="Look at the network, or for a sign-in page or a proxy in between, then try again.",
        ) from error
    finally:
        await wire.close()


def _accepted(answer: Answer, addresses: Addresses) -> LoginAnswer:
    if _key_refused(answer):
        raise Trouble(
            f"Code Capsules does not accept the application key ({said(answer.body)}).",
            remedy=f"It may have changed: set {APPLICATION_KEY.variable} to the header x-api-key that the "
            "web app sends with its own sign-in (a browser's developer tools show it), or unset it.",
            code="application-key-refused",
        )
    if answer.status == 429 or answer.status >= 500:
        raise Unreachable(
            f"Code Capsules' sign-in fails ({answer.status}).",
            remedy="Wait a little and try again.",
            code="server-error" if answer.status >= 500 else "rate-limit",
        )
    if 400 <= answer.status < 500:
        words = said(answer.body).rstrip(".")
        raise Trouble(
            "Code Capsules does not accept this e-mail and password" + (f" ({words})." if words else "."),
            remedy="Type them again. An account without a password of its own, which signs in over another "
            "service, sets one in the dashboard first.",
            code="wrong-password",
        )
    try:
        found = msgspec.json.decode(answer.body, type=LoginAnswer)
    except UNREADABLE as error:
        raise _unknown() from error
    if not 200 <= answer.status < 300 or not found.token:
        raise _unknown()
    if not found.refreshToken:
        Secret(found.token, "Code Capsules challenge")  # so that it is taken out of every text
        raise second_factor()
    return found


def second_factor() -> Trouble:
    """A token without a refresh token is only good for asking for the code (pulumi-codecapsules)."""
    return Trouble(
        "This Code Capsules account signs in with a second factor, and Code Capsules gives a program no way "
        "to finish that.",
        untouched="Nothing was kept.",
        remedy="Invite another account, one without a second factor, into the Team and sign in as that one; "
        "remove it from the Team after the move.",
        code="second-factor-impossible",
    )


def _unknown() -> Trouble:
    return Trouble(
        "Code Capsules' answer to the sign-in holds no token.",
        remedy="Look for a proxy or a sign-in page of your network in between, then try again.",
        code="unknown-answer",
        retry=True,
    )


def _key_refused(answer: Answer) -> bool:
    return answer.status in (400, 401, 403) and any(word in said(answer.body).lower() for word in _KEY_WORDS)


def life_of(token: Secret) -> float | None:
    """Seconds from now that a JWT says it lives, None where it does not. By its own two times where it has
    both: the clock of this machine may be wrong."""
    told = claims(token)
    ends, begins = told.get("exp"), told.get("iat")
    if not isinstance(ends, int | float):
        return None
    return float(ends - (begins if isinstance(begins, int | float) else time.time()))
