"""What is read of the account itself: who it is, its apps, features, keys and bills, and sizes of dynos."""

import hashlib
from typing import Any, Final

from providers.heroku.answers import Refused
from providers.heroku.client import Client
from providers.heroku.fields import flag, needed, text
from providers.heroku.gaps import Finding, Topic, hole, part_of
from providers.heroku.people import enabled, invoice, ssh_key
from providers.heroku.survey import Survey
from wizard.model.people import Invoice, SshKey
from wizard.model.system import Account

Row = dict[str, Any]

_FEATURES: Final = Topic(
    "account features",
    "The features of the account are not known.",
    "The features of the account are not known.",
)
_KEYS: Final = part_of("SSH keys", "the account", "the account")
_INVOICES: Final = part_of("invoices", "the account", "the account")
_STANDING: Final = Topic(
    "account standing",
    "Heroku has {detail}.",
    "Heroku has {detail}.",
)
_LATEST: Final = 12
"""Invoices that are kept: those of a year."""

_SIZES: Final = Topic(
    "dyno sizes",
    "Memory and prices of Heroku's dynos are not known.",
    "Memory and prices of Heroku's dynos are not known.",
)
_ACCOUNT: Final = Topic(
    "account", "It is not known whose token this is.", "It is not known whose token this is."
)


NAMELESS: Final = "a token that does not say whose it is"
"""In the place of an email address."""


async def read_account(client: Client) -> Account:
    """Who the token belongs to. Raises Trouble; Refused for a token that may read apps, but not this."""
    said = await client.get("/account")
    return Account(
        id=needed(said, "id", of="the account"),
        email=text(said, "email"),
        two_factor=flag(said, "two_factor_authentication"),
        name=text(said, "name"),
        default_team=text(said, "default_team", "name") or None,
        identity_provider=text(said, "identity_provider", "name") or None,
        suspended_at=text(said, "suspended_at") or None,
        delinquent_at=text(said, "delinquent_at") or None,
    )


async def read_identity(client: Client) -> Account:
    """Who the token belongs to, or which token it is: one for apps only (`read`, `read-protected`) does not
    tell whose it is, and is as good for an inventory.

    Raises:
        Trouble: the token is not taken, or may read no apps either.
    """
    try:
        return await read_account(client)
    except Refused:
        await client.get_page("/apps", "id ..; max=1")
        return nameless(client)


def nameless(client: Client) -> Account:
    """An account that is known by its token only: another token counts as another account."""
    digest = hashlib.sha256(client.token.reveal().encode()).hexdigest()
    return Account(id=f"token-{digest[:16]}", email=NAMELESS)


async def read_whose(survey: Survey) -> Account:
    """The account; a nameless one when the token's scope does not tell it, which is told. Raises Trouble."""
    doing = "the account"
    survey.progress.expect(1)
    survey.progress.began(doing)
    try:
        account = await survey.ask(doing, lambda: read_account(survey.client))
    except Refused as trouble:
        survey.findings.append(hole(_ACCOUNT, "account", "the account", trouble))
        account = nameless(survey.client)
    survey.progress.ended(doing)
    return account


async def read_apps(survey: Survey) -> list[Row]:
    """The list of all apps that the account can reach. Raises Trouble: without it there is nothing."""
    doing = "the list of apps"
    survey.progress.expect(1)
    survey.progress.began(doing)
    rows = await survey.ask(doing, lambda: survey.client.get_all("/apps"))
    for row in rows:
        needed(row, "id", of="an app")
        needed(row, "name", of="an app")
    survey.progress.ended(doing)
    return rows


async def read_sizes(survey: Survey) -> dict[str, Row]:
    """Dyno sizes by their names in lower case."""
    rows = await survey.part(
        "dyno sizes and prices",
        lambda: survey.client.get_all("/dyno-sizes"),
        list[Row](),
        topic=_SIZES,
    )
    return {text(row, "name").lower(): row for row in rows if text(row, "name")}


async def read_features(survey: Survey) -> tuple[str, ...]:
    """Names of the account's features that are on."""
    rows = await survey.part(
        "features of the account",
        lambda: survey.client.get_all("/account/features"),
        list[Row](),
        topic=_FEATURES,
    )
    return enabled(rows)


async def read_keys(survey: Survey) -> tuple[SshKey, ...] | None:
    """The account's SSH keys by their comments; None where they were not told."""
    rows = await survey.part(
        "SSH keys of the account",
        lambda: survey.client.get_all("/account/keys"),
        None,
        topic=_KEYS,
        mark="account",
        name="the account",
    )
    if rows is None:
        return None
    found = (key for row in rows if (key := ssh_key(row)))
    return tuple(sorted(found, key=lambda one: (one.comment, one.fingerprint, one.id)))


async def read_invoices(survey: Survey) -> tuple[Invoice, ...] | None:
    """The account's own bills of the latest year, the newest first; None where they were not told."""
    rows = await survey.part(
        "invoices of the account",
        lambda: survey.client.get_all("/account/invoices"),
        None,
        topic=_INVOICES,
        mark="account",
        name="the account",
    )
    if rows is None:
        return None
    found = (bill for row in rows if (bill := invoice(row)))
    return tuple(sorted(found, key=lambda one: (one.ends_on, one.number), reverse=True)[:_LATEST])


def standing(account: Account) -> list[Finding]:
    """That the account is suspended, or owes: what is asked of Heroku during the move may be refused then."""
    found = []
    for word, since, why in (
        (
            "suspended",
            account.suspended_at,
            "Its apps may be stopped, and what the move asks of Heroku refused. Settle it with Heroku first.",
        ),
        (
            "delinquent",
            account.delinquent_at,
            "It waits for a payment, and may suspend the account in the middle of the move. Pay before.",
        ),
    ):
        if since:
            told = f"marked the account {account.email} as {word} since {since[:10]}"
            found.append(Finding(_STANDING, f"account:{word}", account.id, account.email, why, detail=told))
    return found
