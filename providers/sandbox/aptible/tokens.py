"""Users, passwords, one-time codes and tokens of the sandbox's Aptible. Nothing of it is on disk."""

import base64
import hmac
import json
import secrets
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from providers.sandbox.aptible.world import now


class SignInRefused(Exception):
    """An error of the token endpoint: its slug, the HTTP status and more to say."""

    def __init__(
        self, error: str, message: str, status: int, context: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(message)
        self.error = error
        self.message = message
        self.status = status
        self.context = dict(context or {})


@dataclass
class User:
    id: str
    name: str
    email: str
    password: str
    otp: str | None


@dataclass
class IssuedToken:
    id: str
    value: str
    user: User
    scope: str
    created_at: str
    expires_at: int


class Tokens:
    """Issues and checks tokens of the shape of Aptible's JWTs.

    A token is good when it is one of those issued here: the third part is random, not a signature, and
    holds the canary, so that a search for leaks finds every token.

    Attributes:
        statuses: the HTTP status of a refusal by its slug. Those of app-ui's mocks; Aptible's own are not
            known, so tests set others.
    """

    def __init__(self, canary: str) -> None:
        self._canary = canary
        self._issued: dict[str, IssuedToken] = {}
        self._attempts: set[str] = set()
        self.issuer = ""
        self.statuses = {"otp_token_required": 400, "invalid_credentials": 401}
        person = f"pw-{canary}-{secrets.token_urlsafe(12)}"
        robot = f"pw-{canary}-{secrets.token_urlsafe(12)}"
        code = f"{secrets.randbelow(900000) + 100000}"
        self.person = User(str(uuid.uuid4()), "Ada Example", "ada@acme.example", person, code)
        self.robot = User(str(uuid.uuid4()), "Deploy Robot", "robot@acme.example", robot, None)

    def grant(self, body: Mapping[str, Any]) -> IssuedToken:
        """The password grant.

        Raises:
            SignInRefused: `otp_token_required`, `invalid_credentials` or `unsupported_grant_type`.
        """
        if body.get("grant_type") != "password":
            raise SignInRefused("unsupported_grant_type", "The grant type is not supported.", 400)
        user = self._user(str(body.get("username", "")), str(body.get("password", "")))
        if user is None:
            status = self.statuses["invalid_credentials"]
            raise SignInRefused("invalid_credentials", "Invalid password: Please try again.", status)
        if user.otp is not None:
            self._second_factor(user, body)
        seconds = int(body.get("expires_in") or 7 * 24 * 3600)
        return self.issue(user, seconds=min(seconds, 7 * 24 * 3600), scope=str(body.get("scope") or "manage"))

    def issue(self, user: User, *, seconds: int = 12 * 3600, scope: str = "manage") -> IssuedToken:
        """A new token; `seconds` may be negative, then it has expired already."""
        number = str(uuid.uuid4())
        expires = int(time.time()) + seconds
        claims = {
            "id": number,
            "iss": self.issuer,
            "sub": f"{self.issuer}/users/{user.id}",
            "scope": scope,
            "exp": expires,
            "session": str(uuid.uuid4()),
            "email": user.email,
            "email_verified": True,
            "name": user.name,
        }
        head = _part({"alg": "RS512", "typ": "JWT"})
        value = f"{head}.{_part(claims)}.{self._canary}{secrets.token_urlsafe(24)}"
        token = IssuedToken(number, value, user, scope, now(), expires)
        self._issued[value] = token
        return token

    def check(self, value: str) -> IssuedToken | None:
        """The token, None when it was never issued, was revoked or has expired."""
        for known, token in self._issued.items():
            if hmac.compare_digest(known.encode(), value.encode()):
                return token if token.expires_at > time.time() else None
        return None

    def expire_all(self) -> None:
        """Every token issued so far stops working."""
        self._issued.clear()

    def _user(self, email: str, password: str) -> User | None:
        for user in (self.person, self.robot):
            if user.email == email and hmac.compare_digest(user.password.encode(), password.encode()):
                return user
        return None

    def _second_factor(self, user: User, body: Mapping[str, Any]) -> None:
        given = str(body.get("otp_token") or "")
        previous = str(body.get("previous_login_attempt_id") or "")
        # Clients before 2026 send no attempt; one that is sent has to be known.
        known = not previous or previous in self._attempts
        if given and hmac.compare_digest(given, user.otp or "") and known:
            self._attempts.discard(previous)
            return
        attempt = str(uuid.uuid4())
        self._attempts.add(attempt)
        raise SignInRefused(
            "otp_token_required",
            "One-time password required.",
            self.statuses["otp_token_required"],
            {"failed_login_attempt_id": attempt},
        )


def _part(value: Mapping[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()
