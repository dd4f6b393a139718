"""The auth API of the sandbox's Aptible."""

import base64
import hashlib
import re
import uuid

import asyncssh
from aiohttp import web

from providers.sandbox.aptible.clock import now
from providers.sandbox.aptible.http import (
    TOKEN,
    ApiError,
    Json,
    Server,
    forbidden,
    hal,
    json_body,
    not_found,
    page,
    unprocessable,
)
from providers.sandbox.aptible.people import ORGANIZATION, ROLES, Role, SshKey, User
from providers.sandbox.aptible.tokens import IssuedToken, SignInRefused, Tokens
from providers.sandbox.faults import Faults


class AuthApi:
    """Tokens, users with their keys and roles, and the one organisation.

    Attributes:
        known_keys: public keys that may push (OpenSSH, without the comment); registering one adds it.
    """

    def __init__(self, faults: Faults, tokens: Tokens, known_keys: set[str]) -> None:
        self.known_keys = known_keys
        self._tokens = tokens
        self.server = Server(faults, tokens, re.compile(r"/|/tokens"))
        routes = self.server.application.router
        routes.add_get("/", self._root)
        routes.add_post("/tokens", self._grant)
        routes.add_delete("/tokens/{id}", self._revoke)
        routes.add_get("/current_token", self._current)
        routes.add_get("/organizations", self._organizations)
        routes.add_get("/organizations/{id}", self._organization)
        routes.add_get("/organizations/{id}/roles", self._roles_of_all)
        routes.add_get("/reauthenticate_organizations", self._to_sign_in_anew)
        routes.add_get("/users/{id}", self._user)
        routes.add_get("/users/{id}/roles", self._roles)
        routes.add_get("/roles/{id}", self._role)
        routes.add_get("/users/{id}/ssh_keys", self._keys)
        routes.add_post("/users/{id}/ssh_keys", self._add_key)
        routes.add_delete("/ssh_keys/{id}", self._remove_key)

    async def start(self) -> None:
        await self.server.start()
        self._tokens.issuer = self.server.url

    async def _root(self, request: web.Request) -> web.Response:
        names = ("organizations", "reauthenticate_organizations", "current_token", "tokens", "roles")
        links = {name: {"href": f"{self.server.url}/{name}"} for name in names}
        links["self"] = {"href": self.server.url}
        return hal({"public_key": self._tokens.public_key, "_links": links, "_type": "root"})

    async def _grant(self, request: web.Request) -> web.Response:
        try:
            token = self._tokens.grant(await json_body(request))
        except SignInRefused as refused:
            raise ApiError(refused.status, refused.error, refused.message, refused.context) from refused
        return hal(self._token(token), 201)

    async def _revoke(self, request: web.Request) -> web.Response:
        if not self._tokens.revoke(request.match_info["id"], request[TOKEN].user):
            raise not_found()
        return web.Response(status=204)

    async def _current(self, request: web.Request) -> web.Response:
        return hal(self._token(request[TOKEN]))

    async def _organizations(self, request: web.Request) -> web.Response:
        rows = [] if self._hidden(request) else [self._shown_organization()]
        return page(request, "organizations", rows)

    async def _organization(self, request: web.Request) -> web.Response:
        if request.match_info["id"] != ORGANIZATION or self._hidden(request):
            raise not_found()
        return hal(self._shown_organization())

    async def _to_sign_in_anew(self, request: web.Request) -> web.Response:
        rows = [self._shown_organization()] if self._hidden(request) else []
        return page(request, "organizations", rows)

    async def _user(self, request: web.Request) -> web.Response:
        return hal(self._person(self._own(request)))

    async def _roles(self, request: web.Request) -> web.Response:
        return page(request, "roles", [self._shown_role(self._own(request).role)])

    async def _roles_of_all(self, request: web.Request) -> web.Response:
        return page(request, "roles", [self._shown_role(role) for role in ROLES])

    async def _role(self, request: web.Request) -> web.Response:
        for role in ROLES:
            if role.id == request.match_info["id"]:
                return hal(self._shown_role(role))
        raise not_found()

    async def _keys(self, request: web.Request) -> web.Response:
        return page(request, "ssh_keys", [self._key(key) for key in self._own(request).keys])

    async def _add_key(self, request: web.Request) -> web.Response:
        """Only with an elevated token, as the dashboard asks one for it (app-ui, src/ssh-keys/index.ts)."""
        user = self._own(request)
        if request[TOKEN].scope not in {"elevated", "privileged"}:
            raise forbidden("add an SSH key without an elevated token")
        body = await json_body(request)
        text = " ".join(str(body.get("ssh_public_key") or "").split()[:2])
        try:
            asyncssh.import_public_key(text)
        except asyncssh.KeyImportError as error:
            raise unprocessable("SSH public key is invalid") from error
        if text in self.known_keys:
            raise unprocessable("SSH public key has already been taken")
        key = SshKey(str(uuid.uuid4()), str(body.get("name") or ""), text, now())
        user.keys.append(key)
        self.known_keys.add(text)
        return hal(self._key(key), 201)

    async def _remove_key(self, request: web.Request) -> web.Response:
        user = request[TOKEN].user
        for key in user.keys:
            if key.id == request.match_info["id"]:
                user.keys.remove(key)
                self.known_keys.discard(key.public_key)
                return web.Response(status=204)
        raise not_found()

    def _hidden(self, request: web.Request) -> bool:
        """Whether the organisation wants another way of signing in than this token's."""
        return self._tokens.needs_sso and not request[TOKEN].sso

    def _own(self, request: web.Request) -> User:
        user = request[TOKEN].user
        if user.id != request.match_info["id"]:
            raise not_found()
        return user

    def _shown_organization(self) -> Json:
        return {
            "id": ORGANIZATION,
            "name": "Acme",
            "sso_enforced": self._tokens.needs_sso,
            "created_at": "2024-01-15T09:00:00.000Z",
            "updated_at": "2024-01-15T09:00:00.000Z",
            "_type": "organization",
            "_links": {"self": {"href": f"{self.server.url}/organizations/{ORGANIZATION}"}},
        }

    def _shown_role(self, role: Role) -> Json:
        return {
            "id": role.id,
            "name": role.name,
            "type": role.type,
            "scim_created": False,
            "_type": "role",
            "_links": {
                "self": {"href": f"{self.server.url}/roles/{role.id}"},
                "organization": {"href": f"{self.server.url}/organizations/{ORGANIZATION}"},
            },
        }

    def _person(self, user: User) -> Json:
        here = f"{self.server.url}/users/{user.id}"
        return {
            "id": user.id,
            "name": user.name,
            "email": user.email,
            "otp_enabled": user.otp is not None,
            "verified": True,
            "_type": "user",
            "_links": {
                "self": {"href": here},
                "roles": {"href": f"{here}/roles"},
                "ssh_keys": {"href": f"{here}/ssh_keys"},
            },
        }

    def _key(self, key: SshKey) -> Json:
        blob = base64.b64decode(key.public_key.split()[1])
        md5 = hashlib.md5(blob, usedforsecurity=False).hexdigest()
        sha = base64.b64encode(hashlib.sha256(blob).digest()).rstrip(b"=").decode()
        fingerprint = ":".join(md5[at : at + 2] for at in range(0, 32, 2))
        return {
            "id": key.id,
            "name": key.name,
            "md5_fingerprint": fingerprint,
            "public_key_fingerprint": fingerprint,
            "sha256_fingerprint": f"SHA256:{sha}",
            "ssh_public_key": key.public_key,
            "created_at": key.created_at,
            "updated_at": key.created_at,
            "_type": "ssh_key",
            "_links": {"self": {"href": f"{self.server.url}/ssh_keys/{key.id}"}},
        }

    def _token(self, token: IssuedToken) -> Json:
        user = f"{self.server.url}/users/{token.user.id}"
        return {
            "id": token.id,
            "access_token": token.value,
            "token_type": "bearer",
            "scope": token.scope,
            "expires_at": int(token.expires_at),
            "created_at": token.created_at,
            "refresh_token": None,
            "_type": "token",
            "_links": {
                "self": {"href": f"{self.server.url}/tokens/{token.id}"},
                "user": {"href": user},
                "actor": {"href": user} if token.sso else None,
            },
        }
