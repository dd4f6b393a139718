"""Signing in to the sandbox's Code Capsules: accounts, and the tokens they get. Nothing of it is on disk."""

import base64
import hashlib
import hmac
import json
import secrets
import time
from dataclasses import dataclass, field
from typing import Any

from providers.sandbox.code_capsules.records import new_id


@dataclass
class Account:
    """`second_factor`: its sign-in gives a token that is only a challenge, and no refresh token."""

    email: str
    password: str = field(repr=False)
    second_factor: bool = False
    id: str = field(default_factory=new_id)


class Accounts:
    """Who may sign in, and which tokens count.

    Attributes:
        person, guarded, guest: the one who owns a team; the same with a second factor; one of another team.
        application_key: what the login service wants in X-Api-Key.
        lifetime: seconds that a token counts.
        logins: sign-ins that went well so far.
    """

    def __init__(self, canary: str = "") -> None:
        def account(email: str, *, second_factor: bool = False) -> Account:
            return Account(email, f"pw-{canary}-{secrets.token_urlsafe(12)}", second_factor)

        self.person = account("robin@acme.example")
        self.guarded = account("sam@acme.example", second_factor=True)
        self.guest = account("kim@other.example")
        self.application_key = f"app-{secrets.token_hex(8)}"
        self.lifetime = 3600.0
        self.logins = 0
        self._key = secrets.token_bytes(32)
        self._ended_before = 0.0
        self._refresh: dict[str, str] = {}

    def by_email(self, email: str) -> Account | None:
        every = (self.person, self.guarded, self.guest)
        return next((account for account in every if account.email == email.lower()), None)

    def check_password(self, email: str, password: str) -> Account | None:
        account = self.by_email(email)
        if account is None or not hmac.compare_digest(account.password.encode(), password.encode()):
            return None
        return account

    def issue(self, account: Account, *, challenge: bool = False) -> str:
        """A JWT that counts for `lifetime` seconds; a challenge opens nothing."""
        self.logins += 1
        moment = time.time()
        claims = {
            "sub": account.id,
            "email": account.email,
            "iat": moment,
            "exp": int(moment + self.lifetime),
        }
        if challenge:
            claims["challenge"] = "totp"
        signed = f"{_part({'alg': 'HS256', 'typ': 'JWT'})}.{_part(claims)}"
        return f"{signed}.{self._seal(signed)}"

    def issue_refresh(self, account: Account) -> str:
        """A token that gets the next pair, once."""
        value = secrets.token_urlsafe(32)
        self._refresh[value] = account.id
        return value

    def use_refresh(self, value: str) -> Account | None:
        """Whose it is; it counts no more afterwards."""
        owner = self._refresh.pop(value, None)
        every = (self.person, self.guarded, self.guest)
        return next((account for account in every if account.id == owner), None)

    def check(self, token: str) -> Account | None:
        """Who comes with it, None when it does not count (any more)."""
        signed, _, seal = token.rpartition(".")
        if not hmac.compare_digest(seal.encode(), self._seal(signed).encode()):
            return None
        body = signed.partition(".")[2]
        claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
        if "challenge" in claims or claims["exp"] <= time.time() or claims["iat"] <= self._ended_before:
            return None
        return self.by_email(claims["email"])

    def expire_all(self) -> None:
        """Make every token invalid that was issued until now."""
        self._ended_before = time.time()

    def _seal(self, text: str) -> str:
        return _encoded(hmac.new(self._key, text.encode(), hashlib.sha256).digest())


def _part(claims: dict[str, Any]) -> str:
    return _encoded(json.dumps(claims).encode())


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
