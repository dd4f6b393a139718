"""The login service, and the page of the web app that tells its application key."""

import hmac

from aiohttp import web

from providers.sandbox.code_capsules.accounts import Accounts
from providers.sandbox.code_capsules.http import ApiError, Server, answer, json_body, text_of
from providers.sandbox.faults import Faults

TYPE = "[User] Login Initiated"
CHUNK = "/chunk-SANDBOX1.js"


class LoginRoutes:
    """`POST /api/auth/login` and `/api/auth/refresh`."""

    def __init__(self, accounts: Accounts, faults: Faults) -> None:
        self._accounts = accounts
        self._faults = faults

    def add_to(self, server: Server) -> None:
        server.route("POST", "/api/auth/login", self._login, open_to_all=True)
        server.route("POST", "/api/auth/refresh", self._again, open_to_all=True)

    async def _login(self, request: web.Request) -> web.Response:
        self._check_key(request)
        body = await json_body(request)
        if text_of(body, "type", wanted=True) != TYPE:
            raise ApiError(400, "Unknown type")
        email, password = text_of(body, "email", wanted=True), text_of(body, "password", wanted=True)
        account = self._accounts.check_password(email, password)
        if account is None:
            raise ApiError(401, "Invalid email or password.")
        if account.second_factor or self._faults.take("LOGIN", "login:/") is not None:
            return answer({"token": self._accounts.issue(account, challenge=True)})
        token, refresh = self._accounts.issue(account), self._accounts.issue_refresh(account)
        return self._given(request, token, refresh)

    async def _again(self, request: web.Request) -> web.Response:
        self._check_key(request)
        account = self._accounts.use_refresh(text_of(await json_body(request), "refreshToken", wanted=True))
        if account is None:
            raise ApiError(401, "Invalid refresh token.")
        token, refresh = self._accounts.issue(account), self._accounts.issue_refresh(account)
        return self._given(request, token, refresh)

    def _given(self, request: web.Request, token: str, refresh: str) -> web.Response:
        """Without the header that asks for it in the body, the refresh token comes as a browser's cookie."""
        if request.headers.get("x-auth-transport") == "body":
            return answer({"token": token, "refreshToken": refresh})
        said = answer({"token": token})
        said.set_cookie("refreshToken", refresh, httponly=True, samesite="Strict")
        return said

    def _check_key(self, request: web.Request) -> None:
        key = request.headers.get("X-Api-Key", "")
        if not hmac.compare_digest(key.encode(), self._accounts.application_key.encode()):
            raise ApiError(401, "Invalid API key")


class AppPage:
    """The dashboard's address. Its page shows nothing; a script beside it has the application key, as the
    vendor's web app has."""

    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts

    def add_to(self, server: Server) -> None:
        server.route("GET", "/", self._page, open_to_all=True)
        server.route("GET", CHUNK, self._script, open_to_all=True)

    async def _page(self, request: web.Request) -> web.Response:
        text = f'<!doctype html><title>Code Capsules</title><script src="{CHUNK[1:]}" type="module"></script>'
        return web.Response(text=text, content_type="text/html")

    async def _script(self, request: web.Request) -> web.Response:
        text = f'export const e={{appstraxServicesApiKey:"{self._accounts.application_key}"}};'
        return web.Response(text=text, content_type="text/javascript")
