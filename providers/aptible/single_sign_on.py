"""Organisations that sign in elsewhere: the page that shows a token, and who wants it opened.

The page is the one that Aptible's dashboard leads to (app-ui, src/ui/pages/sso-token-cli.tsx).
"""

import asyncio
import re
import urllib.parse
from collections.abc import Mapping

from providers.aptible.answers import Organization
from providers.aptible.client import Api
from providers.aptible.hosts import addresses
from wizard.model.trouble import SignInNeeded, Trouble
from wizard.ports.signing_in import Caution

LONGEST = 7 * 24 * 3600
"""Seconds: the longest life that the dashboard offers for a token, and the CLI's own without a second
factor."""

LOOK = 10.0
"""Seconds that a sign-in waits for what is only a warning."""

_FAILED = "https://app.aptible.com/sso/failure"
_ID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def sign_on_page(hosts: Mapping[str, str], organisation: str) -> str:
    """The address that signs in over the organisation's own provider and then shows a token to paste.

    `organisation` is its id, or any address of the dashboard that has the id in it.

    Raises:
        Trouble: there is no id in it.
    """
    found = _ID.search(organisation)
    if found is None:
        raise Trouble(
            "This is not the id of an organisation.",
            remedy="It looks like 01234567-89ab-cdef-0123-456789abcdef and stands in the address of the "
            "organisation's settings in Aptible's dashboard.",
            code="bad-organisation",
        )
    query = urllib.parse.urlencode(
        {"landing_page": "clitoken", "duration": str(LONGEST), "redirect_uri": _FAILED}
    )
    return f"{addresses(hosts).auth}/organizations/{found[0].lower()}/saml/login?{query}"


async def cautions(auth: Api, hosts: Mapping[str, str]) -> tuple[Caution, ...]:
    """The organisations that do not take this token until one has signed in their way (aptible-cli, agent.rb,
    warns of them by the same list). Nothing when Aptible does not tell: the token is good all the same.

    Raises:
        SignInNeeded: the token itself is refused.
    """
    try:
        async with asyncio.timeout(LOOK):
            found = await auth.listed(
                "/reauthenticate_organizations",
                "organizations",
                Organization,
                what="the organisations that want another sign-in",
            )
    except SignInNeeded:
        raise
    except (Trouble, TimeoutError):
        return ()
    return tuple(
        Caution(
            words=f"The organisation {one.name or one.id} does not take this sign-in: its environments stay "
            "hidden. Sign in its way and paste the token that is shown then.",
            page=sign_on_page(hosts, one.id) if _ID.fullmatch(one.id) else "",
        )
        for one in found
    )
