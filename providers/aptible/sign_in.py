"""Signing in to Aptible: password, one-time code, a pasted token, tokens found on this machine.

No client of Aptible uses a refresh grant: an expired token means signing in again.
"""

import base64
import binascii
import datetime
import json
import os
import re
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from providers.aptible.answers import TokenAnswer
from providers.aptible.client import Api, Patience
from providers.aptible.failures import AnswerLost, Refused
from providers.aptible.hosts import AUTH, addresses
from wizard.model.secret import Secret
from wizard.model.system import Account
from wizard.model.text import clean
from wizard.model.trouble import SecondFactorNeeded, SignInNeeded, Trouble, Unreachable
from wizard.ports import FoundToken, SignIn, Token

LIFETIME = 12 * 3600
"""Seconds asked for: what the CLI asks with a second factor (aptible-cli, agent.rb)."""

_TOKEN = re.compile(r"[A-Za-z0-9_.~+/=-]{16,8192}")
_FILE_LIMIT = 256 * 1024


async def sign_in(hosts: Mapping[str, str], who: SignIn, password: Secret, patience: Patience) -> Token:
    """Get a token by email and password.

    Raises:
        SecondFactorNeeded: call again with `otp` and the `resume` of the exception.
        Trouble: wrong password or code, or a security key is wanted, which a terminal cannot ask for.
    """
    body: dict[str, Any] = {
        "grant_type": "password",
        "username": who.email.strip(),
        "password": password.reveal(),
        "scope": "manage",
        "expires_in": LIFETIME,
    }
    if who.otp:
        code = re.sub(r"\s", "", who.otp)
        Secret(code, "one-time code")  # so that it is taken out of every text
        body["otp_token"] = code
        body.update({key: who.resume[key] for key in ("previous_login_attempt_id",) if key in who.resume})
    auth = Api(addresses(hosts).auth, None, patience)
    try:
        answer = await auth.post("/tokens", body, TokenAnswer, what="sign in", sensitive=True)
    except AnswerLost as lost:
        # Nothing to look for, unlike after a creation: a token that was made and never arrived expires.
        raise Unreachable(
            lost.cause,
            remedy="Look at the network, or for a sign-in page or a proxy in between, then try again.",
        ) from lost
    except Refused as refused:
        raise _explained(refused, who) from refused
    finally:
        await auth.close()
    if not answer.access_token:
        raise Trouble(
            "Aptible's answer to the sign-in holds no token.",
            remedy="Try again, or paste a token from the dashboard.",
            code="unknown-answer",
        )
    return described(Secret(answer.access_token, "Aptible token"), answer, two_factor=bool(who.otp))


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
    expires = claims(token).get("exp")
    if isinstance(expires, int | float) and expires < time.time():
        raise SignInNeeded(
            "aptible",
            f"This token has expired at {_iso(expires)}.",
            remedy="Sign in, or make a new token.",
            code="token-expired",
        )
    auth = Api(addresses(hosts).auth, token, patience)
    try:
        answer = await auth.get("/current_token", TokenAnswer, what="the token")
    finally:
        await auth.close()
    return described(token, answer)


def found_tokens() -> list[FoundToken]:
    """APTIBLE_ACCESS_TOKEN, then what `aptible login` left in its file, each named by where it is."""
    found = []
    if token := os.environ.get("APTIBLE_ACCESS_TOKEN", "").strip():
        found.append(FoundToken("APTIBLE_ACCESS_TOKEN", Secret(token, "Aptible token")))
    folder = os.environ.get("APTIBLE_CONFIG_PATH") or str(Path("~/.aptible").expanduser())
    path = Path(folder) / "tokens.json"
    if token := _from_file(path):
        found.append(FoundToken(clean(f"the Aptible CLI's file {path}"), Secret(token, "Aptible token")))
    return found


def described(token: Secret, answer: TokenAnswer, *, two_factor: bool = False) -> Token:
    """Whose token it is and how long it lives, from its own claims."""
    said = claims(token)
    acting = said.get("act")
    person = acting if isinstance(acting, dict) else said
    subject = str(person.get("sub") or "").rstrip("/").rpartition("/")[2] or answer.linked_id("user") or ""
    email = str(person.get("email") or said.get("email") or "")
    expires = said.get("exp")
    return Token(
        token,
        Account(id=clean(subject), email=clean(email), two_factor=two_factor),
        _iso(expires) if isinstance(expires, int | float) else None,
    )


def claims(token: Secret) -> dict[str, Any]:
    """The claims of a JWT, unchecked: only Aptible can check them. Empty when it is none."""
    parts = token.reveal().split(".")
    if len(parts) != 3:
        return {}
    try:
        padded = parts[1] + "=" * (-len(parts[1]) % 4)
        value = json.loads(base64.urlsafe_b64decode(padded))
    except (ValueError, binascii.Error):
        return {}
    return value if isinstance(value, dict) else {}


def _explained(refused: Refused, who: SignIn) -> Trouble:
    if refused.error == "otp_token_required":
        context = refused.context
        attempt = context.get("failed_login_attempt_id")
        resume = {"previous_login_attempt_id": str(attempt)} if attempt is not None else {}
        words = "Aptible wants a one-time code."
        if who.otp:
            words = "Aptible does not accept this one-time code."
        elif context.get("u2f"):
            words = "Aptible wants a one-time code (a security key cannot be used from here)."
        return SecondFactorNeeded(
            "aptible",
            words,
            remedy="Type the code of your authenticator, or paste a token from the dashboard.",
            resume=resume,
        )
    if refused.error in {"invalid_credentials", "access_denied", "invalid_email"} or refused.status == 401:
        return _wrong_password(who)
    return refused


def _wrong_password(who: SignIn) -> Trouble:
    return Trouble(
        f"Aptible does not accept this {'code' if who.otp else 'email and password'}.",
        remedy="Type it again. An account that signs in over SSO has no password: paste a token instead.",
        code="wrong-password",
    )


def _from_file(path: Path) -> str:
    """The CLI's token for the auth host in use; empty when there is none that can be read."""
    try:
        with path.open("rb") as file:
            tokens = msgspec.json.decode(file.read(_FILE_LIMIT), type=dict[str, str])
    except (OSError, msgspec.DecodeError, RuntimeError):
        # No file, or one that is not the CLI's: there is nothing to offer, and nothing is wrong.
        return ""
    return tokens.get(os.environ.get("APTIBLE_AUTH_ROOT_URL", AUTH), "").strip()


def _iso(seconds: float) -> str:
    moment = datetime.datetime.fromtimestamp(seconds, datetime.UTC)
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")
