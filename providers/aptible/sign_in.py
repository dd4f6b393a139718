"""Signing in to Aptible: password, one-time code, a pasted token, tokens found on this machine.

No client of Aptible uses a refresh grant: an expired token means signing in again.
"""

import datetime
import re
import time
from collections.abc import Mapping
from typing import Any

from providers.aptible.answers import TokenAnswer
from providers.aptible.client import Api, Patience
from providers.aptible.failures import AnswerLost, Refused
from providers.aptible.hosts import addresses
from providers.aptible.refused_sign_in import explained
from providers.aptible.single_sign_on import LONGEST, cautions
from wizard.model.jwt import claims
from wizard.model.secret import Secret
from wizard.model.system import Account
from wizard.model.text import clean
from wizard.model.trouble import SignInNeeded, Trouble, Unreachable
from wizard.ports import SignIn, Token
from wizard.ports.signing_in import Caution

SHORTER = 12 * 3600
"""Seconds asked for when Aptible does not give the longest life: what its CLI asks with a second factor
(aptible-cli, agent.rb)."""

CLOCKS = 60.0
"""Seconds by which this machine's clock may differ from Aptible's without a word."""

_TOKEN = re.compile(r"[A-Za-z0-9_.~+/=-]{16,8192}")


async def sign_in(hosts: Mapping[str, str], who: SignIn, password: Secret, patience: Patience) -> Token:
    """Get a token by email and password, of the longest life that there is.

    Raises:
        SecondFactorNeeded: call again with `otp` and the `resume` of the exception.
        Trouble: wrong password.
    """
    auth = Api(addresses(hosts).auth, None, patience)
    try:
        try:
            answer = await _granted(auth, _asked(who, password, LONGEST))
        except Refused as refused:
            if refused.error != "unprocessable_entity":
                raise
            # Understood, and not done: the only thing in it that can be too much is the life asked for.
            answer = await _granted(auth, _asked(who, password, SHORTER))
    except AnswerLost as lost:
        # Nothing to look for, unlike after a creation: a token that was made and never arrived expires.
        raise Unreachable(
            lost.cause,
            remedy="Look at the network, or for a sign-in page or a proxy in between, then try again.",
        ) from lost
    except Refused as refused:
        raise explained(refused, who) from refused
    finally:
        await auth.close()
    if not answer.access_token:
        raise Trouble(
            "Aptible's answer to the sign-in holds no token.",
            remedy="Try again, or paste a token from the dashboard.",
            code="unknown-answer",
        )
    token = Secret(answer.access_token, "Aptible token")
    signed_in = Api(addresses(hosts).auth, token, patience)
    try:
        said = await cautions(signed_in, hosts)
    finally:
        await signed_in.close()
    made = described(token, answer, two_factor=bool(who.otp), ahead=auth.ahead)
    made.cautions = said + made.cautions
    return made


def _asked(who: SignIn, password: Secret, seconds: int) -> dict[str, Any]:
    body: dict[str, Any] = {
        "grant_type": "password",
        "username": who.email.strip(),
        "password": password.reveal(),
        "scope": "manage",
        "expires_in": seconds,
    }
    if who.otp:
        code = re.sub(r"\s", "", who.otp)
        Secret(code, "one-time code")  # so that it is taken out of every text
        body["otp_token"] = code
        body.update({key: who.resume[key] for key in ("previous_login_attempt_id",) if key in who.resume})
    return body


async def _granted(auth: Api, body: dict[str, Any]) -> TokenAnswer:
    return await auth.post("/tokens", body, TokenAnswer, what="sign in", sensitive=True)


async def accept_token(hosts: Mapping[str, str], pasted: Secret, patience: Patience) -> Token:
    """Check a token with `GET /current_token`.

    Raises:
        SignInNeeded: it has expired or is not accepted.
        Trouble: it does not look like a token.
    """
    text = re.sub(r"\s", "", re.sub(r"^\s*Bearer\s+", "", pasted.reveal(), flags=re.IGNORECASE))
    if _TOKEN.fullmatch(text) is None:
        raise Trouble(
            "This does not look like a token of Aptible's.",
            remedy="Copy the whole token and paste it again.",
            code="token-malformed",
        )
    token = Secret(text, "Aptible token")
    auth = Api(addresses(hosts).auth, token, patience)
    try:
        answer = await auth.get("/current_token", TokenAnswer, what="the token")
        said = await cautions(auth, hosts)
    except SignInNeeded as refused:
        raise _over(token) or refused from None
    finally:
        await auth.close()
    made = described(token, answer, ahead=auth.ahead)
    made.cautions = said + made.cautions
    return made


def described(
    token: Secret, answer: TokenAnswer, *, two_factor: bool = False, ahead: float | None = None
) -> Token:
    """Whose token it is and how long it lives, from its own claims.

    `ahead` is by how many seconds Aptible's clock is ahead of this machine's (None: not known). A life that
    ends by Aptible's clock is told by this one's, so that it can be compared with the time here.
    """
    said = claims(token)
    acting = said.get("act")
    person = acting if isinstance(acting, dict) else said
    subject = str(person.get("sub") or "").rstrip("/").rpartition("/")[2] or answer.linked_id("user") or ""
    email = str(person.get("email") or said.get("email") or "")
    expires = said.get("exp")
    differ = ahead if ahead is not None and abs(ahead) > CLOCKS else 0.0
    return Token(
        token,
        Account(id=clean(subject), email=clean(email), two_factor=two_factor),
        _iso(expires - differ) if isinstance(expires, int | float) else None,
        (_clocks(differ),) if differ else (),
    )


def _over(token: Secret) -> SignInNeeded | None:
    """Why a token that Aptible refuses is refused, when its own claims tell. They are not believed before it
    was asked: the clock here may be wrong."""
    expires = claims(token).get("exp")
    if not isinstance(expires, int | float) or expires > time.time():
        return None
    return SignInNeeded(
        "aptible",
        f"This token has expired at {_iso(expires)}.",
        remedy="Sign in, or make a new token.",
        code="token-expired",
    )


def _clocks(ahead: float) -> Caution:
    minutes = max(1, round(abs(ahead) / 60))
    side = "behind" if ahead > 0 else "ahead of"
    return Caution(
        words=f"The clock of this machine is {minutes} min {side} Aptible's. Certificates for tunnels live "
        "for minutes: set it right before the run."
    )


def _iso(seconds: float) -> str:
    moment = datetime.datetime.fromtimestamp(seconds, datetime.UTC)
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")
