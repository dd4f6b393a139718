"""Who gets into the deploy API: what a role may, before any handler looks at the request."""

import re

from aiohttp import web

from providers.sandbox.aptible.http import TOKEN, forbidden, page, require
from providers.sandbox.aptible.tokens import Tokens

_FOR_ALL = re.compile(r"/|/(stacks|database_images|plans|active_plans|costs)(/.*)?")
_LISTS = frozenset({"accounts", "apps", "databases", "backups", "deployments", "permissions"})
_OWN_CHECK = re.compile(r".*/(operations|ssh_portal_connections)|/operations/\d+|/accounts")
"""These look themselves what is needed: it depends on the body."""

NEEDED = {
    "tunnel": "tunnel",
    "logs": "observability",
    "deprovision": "destroy",
    "purge": "destroy",
    "execute": "sensitive",
}
"""The permission for an operation by its type; all others need `deploy`."""


class Gate:
    """Attributes:
    tokens: whose organisation may want a single sign-on.
    """

    def __init__(self, tokens: Tokens) -> None:
        self.tokens = tokens

    def __call__(self, request: web.Request) -> web.Response | None:
        path = request.path
        if not self._sees(request) and not _FOR_ALL.fullmatch(path):
            name = path.strip("/")
            if request.method == "GET" and name in _LISTS:
                return page(request, name, [])
            raise forbidden("access this resource")
        if request.method in {"POST", "PUT", "PATCH"} and not _OWN_CHECK.fullmatch(path):
            require(request, "deploy", "change this resource")
        if request.method == "DELETE":
            require(request, "destroy", "remove this resource")
        return None

    def _sees(self, request: web.Request) -> bool:
        token = request[TOKEN]
        return token.user.role.may_see() and (token.sso or not self.tokens.needs_sso)
