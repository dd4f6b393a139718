"""The auth API of the sandbox's Aptible."""

from aiohttp import web

from providers.sandbox.aptible.http import TOKEN, ApiError, Json, Server, hal, json_body, page
from providers.sandbox.aptible.tokens import IssuedToken, SignInRefused, Tokens, User
from providers.sandbox.aptible.world import ORGANIZATION
from providers.sandbox.faults import Faults


class AuthApi:
    """`POST /tokens`, `GET /current_token`, users and the one organisation."""

    def __init__(self, faults: Faults, tokens: Tokens) -> None:
        self._tokens = tokens
        self.server = Server(faults, tokens, frozenset({"/", "/tokens"}))
        routes = self.server.application.router
        routes.add_get("/", self._root)
        routes.add_post("/tokens", self._grant)
        routes.add_get("/current_token", self._current)
        routes.add_get("/organizations", self._organizations)
        routes.add_get("/users/{id}", self._user)

    async def start(self) -> None:
        await self.server.start()
        self._tokens.issuer = self.server.url

    async def _root(self, request: web.Request) -> web.Response:
        return hal({"_links": {"self": {"href": self.server.url}}, "_type": "root"})

    async def _grant(self, request: web.Request) -> web.Response:
        try:
            token = self._tokens.grant(await json_body(request))
        except SignInRefused as refused:
            raise ApiError(refused.status, refused.error, refused.message, refused.context) from refused
        return hal(self._token(token), 201)

    async def _current(self, request: web.Request) -> web.Response:
        return hal(self._token(request[TOKEN]))

    async def _organizations(self, request: web.Request) -> web.Response:
        organization = {
            "id": ORGANIZATION,
            "name": "Acme",
            "_type": "organization",
            "_links": {"self": {"href": f"{self.server.url}/organizations/{ORGANIZATION}"}},
        }
        return page(request, "organizations", [organization])

    async def _user(self, request: web.Request) -> web.Response:
        user = request[TOKEN].user
        if user.id != request.match_info["id"]:
            raise ApiError(404, "not_found", "Not Found")
        return hal(self._person(user))

    def _person(self, user: User) -> Json:
        return {
            "id": user.id,
            "name": user.name,
            "email": user.email,
            "otp_enabled": user.otp is not None,
            "verified": True,
            "_type": "user",
            "_links": {"self": {"href": f"{self.server.url}/users/{user.id}"}},
        }

    def _token(self, token: IssuedToken) -> Json:
        user = f"{self.server.url}/users/{token.user.id}"
        return {
            "id": token.id,
            "access_token": token.value,
            "token_type": "bearer",
            "scope": token.scope,
            "expires_at": token.expires_at,
            "created_at": token.created_at,
            "refresh_token": None,
            "_type": "token",
            "_links": {
                "self": {"href": f"{self.server.url}/tokens/{token.id}"},
                "user": {"href": user},
                "actor": None,
            },
        }
