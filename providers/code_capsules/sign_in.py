"""Signing in to Code Capsules: e-mail and password are tried out, and kept together as one opaque secret."""

from collections.abc import Mapping

from providers.code_capsules.hosts import addresses
from providers.code_capsules.kept_login import Login, opened, sealed
from providers.code_capsules.login_session import log_in
from providers.code_capsules.patience import Patience
from wizard.model.secret import Secret
from wizard.model.system import Account
from wizard.ports import SignIn, Token


async def sign_in(hosts: Mapping[str, str], who: SignIn, password: Secret, patience: Patience) -> Token:
    """Log in once. Raises as `log_in`."""
    login = Login(who.email.strip(), Secret(password.reveal(), "Code Capsules password"))
    await log_in(addresses(hosts), login, patience)
    return _token(login)


async def accept_token(hosts: Mapping[str, str], pasted: Secret, patience: Patience) -> Token:
    """Try out what Offramp kept of an earlier sign-in. Raises as `log_in` and `opened`."""
    login = opened(pasted)
    await log_in(addresses(hosts), login, patience)
    return _token(login)


def account(email: str) -> Account:
    """An account is known by its e-mail address: that is what one signs in with."""
    return Account(id=email.lower(), email=email)


def _token(login: Login) -> Token:
    return Token(sealed(login), account(login.email), None)
