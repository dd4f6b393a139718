"""What a refused sign-in means, by the slug that Aptible gives: the status alone says nothing (app-ui,
aptible-cli)."""

from typing import Any

from providers.aptible.failures import Refused
from wizard.model.text import clean
from wizard.model.trouble import SecondFactorNeeded, Trouble
from wizard.ports import SignIn

_WRONG = frozenset({"invalid_credentials", "access_denied", "invalid_email"})
_PASTE = "paste a token from Aptible's dashboard"


def explained(refused: Refused, who: SignIn) -> Trouble:
    """In the words of a person; SecondFactorNeeded when a code may help."""
    if refused.error == "otp_token_required":
        return _second_factor(refused, who)
    if refused.error in _WRONG or refused.status == 401:
        return Trouble(
            f"Aptible does not accept this {'code' if who.otp else 'e-mail and password'}.",
            remedy="Type it again. An account that signs in over single sign-on has no password: close this "
            "and choose single sign-on, or paste a token.",
            code="wrong-password",
        )
    return refused


def _second_factor(refused: Refused, who: SignIn) -> SecondFactorNeeded:
    attempt = refused.context.get("failed_login_attempt_id")
    # An answer that names no attempt continues the one before.
    resume = who.resume if attempt is None else {"previous_login_attempt_id": clean(str(attempt))}
    keys = _names_of_keys(refused.context)
    words = "Aptible does not accept this one-time code." if who.otp else "Aptible wants a one-time code."
    remedy = f"Type the code that your authenticator shows now, or {_PASTE}."
    if keys:
        words += f" This account has a security key ({keys}), which cannot be used from a terminal."
        remedy = f"Type a code of your authenticator. With no authenticator, close this and {_PASTE}."
    return SecondFactorNeeded("aptible", words, remedy=remedy, resume=resume)


def _names_of_keys(context: dict[str, Any]) -> str:
    """Of the security keys that are registered, empty when there are none."""
    asked = context.get("u2f")
    if not asked:
        return ""
    devices = asked.get("devices") if isinstance(asked, dict) else None
    names = [
        clean(str(device["name"]), limit=60)
        for device in (devices if isinstance(devices, list) else [])
        if isinstance(device, dict) and device.get("name")
    ]
    return ", ".join(names) or "its name is not told"
