"""Signing in as an answers file says: each credential is fetched from where it is, used, and kept as ever."""

import os

from screens import example
from screens.demo_help import DemoHelp
from screens.plain.desk import Desk
from screens.sign_in import SignedIn, fetched, keep, kept_tokens, source_token
from wizard.answers.nouns import SignInGiven
from wizard.credentials import Origin
from wizard.credentials.origin import command_origin, variable_origin
from wizard.model.secret import Secret
from wizard.model.trouble import SecondFactorNeeded, Trouble
from wizard.ports import SignIn, TargetProvider, Token
from wizard.registry import hosts_of, source_provider, target_provider


async def sign_in(desk: Desk, vendor: str, given: SignInGiven) -> SignedIn:
    """Sign in to a vendor.

    Raises:
        Trouble: a reference gives nothing, or the vendor refuses what it gives.
    """
    if given.token is not None:
        secret, origin = await _referred(desk, vendor, given.token)
        if vendor == desk.session.info.source:
            token = await source_token(source_provider(vendor), desk.session, secret)
        else:
            token = await target_provider(vendor).accept_token(hosts_of(desk.session, vendor), secret)
        return await keep(desk.session, desk.vault, vendor, token, origin)
    assert given.email is not None and given.password is not None
    password = await _typed(desk, vendor, given.password)
    token = await _with_password(desk, target_provider(vendor), given, password)
    return await keep(desk.session, desk.vault, vendor, token)


async def sign_in_example(desk: Desk, vendor: str, demo: DemoHelp) -> SignedIn:
    """Sign in to a vendor of the example, with what it fills in."""
    if vendor == desk.session.info.source:
        token = await source_token(source_provider(vendor), desk.session, demo.source_token)
    else:
        secret = await example.sign_in(desk.session, demo, vendor)
        token = await target_provider(vendor).accept_token(hosts_of(desk.session, vendor), secret)
    return await keep(desk.session, desk.vault, vendor, token)


def lacks(vendor: str, given: SignInGiven, *, source: bool) -> list[str]:
    """The keys that are missing to sign in."""
    if given.token is not None:
        return []
    if source or (given.email is None and given.password is None):
        return [f"sign_in.{vendor}.token"]
    return [f"sign_in.{vendor}.{name}" for name in ("email", "password") if getattr(given, name) is None]


async def _with_password(desk: Desk, provider: TargetProvider, given: SignInGiven, password: Secret) -> Token:
    hosts, email = hosts_of(desk.session, provider.name), given.email or ""
    try:
        return await provider.sign_in(hosts, SignIn(email=email), password)
    except SecondFactorNeeded as wanted:
        if given.otp is None:
            raise Trouble(
                f"{provider.title} wants a one-time code.",
                remedy=f"Name where it is: sign_in.{provider.name}.otp.",
                code="otp-wanted",
            ) from wanted
        code = await _typed(desk, provider.name, given.otp)
        return await provider.sign_in(
            hosts, SignIn(email=email, otp=code.reveal(), resume=wanted.resume), password
        )


async def _typed(desk: Desk, vendor: str, reference: str) -> Secret:
    """A password or a code: unlike a token, it may have spaces in it where it stands in a variable."""
    if reference.startswith("env:") and (value := os.environ.get(reference.removeprefix("env:"))):
        return Secret(value, f"{vendor} password")
    secret, _ = await _referred(desk, vendor, reference)
    return secret


async def _referred(desk: Desk, vendor: str, reference: str) -> tuple[Secret, Origin | None]:
    """What a reference leads to, and its origin where it is fetched anew whenever it is wanted."""
    kind, _, rest = reference.partition(":")
    if kind in ("env", "command"):
        origin = variable_origin(rest) if kind == "env" else command_origin(rest)
        return await fetched(origin, vendor), origin
    for known in await kept_tokens(desk.session, desk.vault, vendor):
        if rest in (known.email, known.account_id):
            secret = desk.vault.get(known.ref)
            if secret is not None:
                return secret, None
    raise Trouble(
        f"Offramp has kept no token of {rest} for {vendor}.",
        remedy="Sign in once with `offramp`, or name another place: env:NAME or command:LINE.",
        code="token-missing",
    )
