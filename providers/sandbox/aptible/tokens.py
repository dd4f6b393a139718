"""Signing in to the sandbox's Aptible: passwords, second factors, tokens. Nothing of it is on disk."""

import base64
import hmac
import json
import secrets
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from providers.sandbox.aptible.clock import now
from providers.sandbox.aptible.people import ORGANIZATION, People, User

SCOPES = ("manage", "read", "elevated", "privileged")
WEEK = 7 * 24 * 3600
ELEVATED = 30 * 60
"""Seconds that the dashboard asks for an elevated token (app-ui)."""


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
class IssuedToken:
    """`sso`: it came from a single sign-on, and speaks for the user by an `act` claim."""

    id: str
    value: str
    user: User
    scope: str
    created_at: str
    expires_at: float
    sso: bool = False

    def writes(self) -> bool:
        return self.scope != "read"


@dataclass
class Attempts:
    """Sign-ins that want a second factor, and what was asked of a security key."""

    known: set[str] = field(default_factory=set)
    challenges: dict[str, str] = field(default_factory=dict)


class Tokens:
    """Issues and checks tokens of the shape of Aptible's JWTs.

    A token is good when it is one of those issued here: the third part is random, not a signature, and
    holds the canary, so that a search for leaks finds every token.

    Attributes:
        statuses: the HTTP status of a refusal by its slug. Those of app-ui's mocks; Aptible's own are not
            known, so tests set others.
        lifetime: seconds that every token lives, whatever was asked; None: what was asked, a week at most.
        needs_sso: while true, the organisation takes no password: tokens by password do not see it, and
            `/reauthenticate_organizations` names it.
    """

    def __init__(self, canary: str) -> None:
        self._canary = canary
        self._issued: dict[str, IssuedToken] = {}
        self._attempts = Attempts()
        self._public_key = ""
        self.issuer = ""
        self.lifetime: float | None = None
        self.needs_sso = False
        self.statuses = {"otp_token_required": 400, "invalid_credentials": 401}
        self.people = People(canary)

    @property
    def person(self) -> User:
        """An owner with a one-time code."""
        return self.people.by_name["person"]

    @property
    def robot(self) -> User:
        """An owner without a second factor."""
        return self.people.by_name["robot"]

    @property
    def public_key(self) -> str:
        """What the auth root shows; made when it is first asked for, since that takes a moment."""
        if not self._public_key:
            key = rsa.generate_private_key(public_exponent=65537, key_size=2048).public_key()
            pem = key.public_bytes(
                serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
            )
            self._public_key = pem.decode()
        return self._public_key

    def grant(self, body: Mapping[str, Any]) -> IssuedToken:
        """The password grant.

        Raises:
            SignInRefused: `otp_token_required`, `invalid_credentials`, `invalid_scope` or
                `unsupported_grant_type`.
        """
        if body.get("grant_type") != "password":
            raise SignInRefused("unsupported_grant_type", "The grant type is not supported.", 400)
        scope = str(body.get("scope") or "manage")
        if scope not in SCOPES:
            raise SignInRefused("invalid_scope", f"The scope {scope} is not valid.", 400)
        user = self._user(str(body.get("username", "")), str(body.get("password", "")))
        if user is None:
            status = self.statuses["invalid_credentials"]
            raise SignInRefused("invalid_credentials", "Invalid password: Please try again.", status)
        if user.otp is not None or user.security_key:
            self._second_factor(user, body)
        longest = ELEVATED if scope in {"elevated", "privileged"} else WEEK
        seconds = int(body.get("expires_in") or longest)
        return self.issue(user, seconds=min(seconds, longest), scope=scope)

    def issue(
        self, user: User, *, seconds: float = 12 * 3600, scope: str = "manage", sso: bool | None = None
    ) -> IssuedToken:
        """A new token; `seconds` may be negative, then it has expired already. `sso` is for a token that the
        dashboard shows after a single sign-on; users without a password have no other."""
        number = str(uuid.uuid4())
        life = seconds if self.lifetime is None or seconds < 0 else self.lifetime
        expires = time.time() + life
        by_sso = user.password is None if sso is None else sso
        person = {"sub": f"{self.issuer}/users/{user.id}", "email": user.email, "name": user.name}
        claims: dict[str, Any] = {
            "id": number,
            "iss": self.issuer,
            "scope": scope,
            "exp": int(expires),
            "session": str(uuid.uuid4()),
            "email_verified": True,
            **person,
        }
        if by_sso:
            organization = f"{self.issuer}/organizations/{ORGANIZATION}"
            claims.update({"sub": f"{organization}/saml/{user.id}", "act": person})
        head = _part({"alg": "RS512", "typ": "JWT"})
        value = f"{head}.{_part(claims)}.{self._canary}{secrets.token_urlsafe(24)}"
        token = IssuedToken(number, value, user, scope, now(), expires, by_sso)
        self._issued[value] = token
        return token

    def check(self, value: str) -> IssuedToken | None:
        """The token, None when it was never issued, was revoked or has expired."""
        for known, token in self._issued.items():
            if hmac.compare_digest(known.encode(), value.encode()):
                return token if token.expires_at > time.time() else None
        return None

    def revoke(self, number: str, of: User) -> bool:
        """End one token of this user; False when there is none of that id."""
        for value, token in tuple(self._issued.items()):
            if token.id == number and token.user is of:
                del self._issued[value]
                return True
        return False

    def expire_all(self) -> None:
        """Every token issued so far stops working."""
        self._issued.clear()

    def _user(self, email: str, password: str) -> User | None:
        for user in self.people.all():
            known = user.password
            if user.email == email and known and hmac.compare_digest(known.encode(), password.encode()):
                return user
        return None

    def _second_factor(self, user: User, body: Mapping[str, Any]) -> None:
        previous = str(body.get("previous_login_attempt_id") or "")
        # Clients before 2026 send no attempt; one that is sent has to be known.
        known = not previous or previous in self._attempts.known
        if known and (self._has_code(user, body) or self._has_assertion(user, body, previous)):
            self._attempts.known.discard(previous)
            self._attempts.challenges.pop(previous, None)
            return
        attempt = str(uuid.uuid4())
        self._attempts.known.add(attempt)
        context: dict[str, Any] = {"failed_login_attempt_id": attempt}
        if user.security_key:
            context["u2f"] = self._asked_of_key(attempt)
        raise SignInRefused(
            "otp_token_required", "One-time password required.", self.statuses["otp_token_required"], context
        )

    def _has_code(self, user: User, body: Mapping[str, Any]) -> bool:
        given = str(body.get("otp_token") or "")
        return bool(given and user.otp) and hmac.compare_digest(given, user.otp or "")

    def _has_assertion(self, user: User, body: Mapping[str, Any], attempt: str) -> bool:
        """An assertion with the challenge in its client data. Its signature is not checked: no key here."""
        assertion = body.get("u2f")
        challenge = self._attempts.challenges.get(attempt)
        if not user.security_key or challenge is None or not isinstance(assertion, dict):
            return False
        try:
            text = str(assertion["response"]["clientDataJSON"])
            data = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
            return bool(data["challenge"] == challenge and data["type"] == "webauthn.get")
        except (KeyError, TypeError, ValueError):
            return False

    def _asked_of_key(self, attempt: str) -> dict[str, Any]:
        """As aptible-cli (helpers/security_key.rb) and app-ui (webauthn.ts) read it."""
        challenge = secrets.token_urlsafe(32)
        handle = base64.urlsafe_b64encode(b"a key of the sandbox").rstrip(b"=").decode()
        self._attempts.challenges[attempt] = challenge
        return {
            "challenge": challenge,
            "devices": [{"version": "FIDO2", "key_handle": handle, "name": "Blue key"}],
            "payload": {
                "challenge": challenge,
                "rpId": "auth.aptible.com",
                "allowCredentials": [{"type": "public-key", "id": handle}],
                "timeout": 60000,
                "extensions": {"appid": "https://auth.aptible.com/u2f/trusted_facets"},
            },
        }


def _part(value: Mapping[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()
