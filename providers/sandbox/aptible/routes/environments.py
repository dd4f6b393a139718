"""Routes of stacks, environments (the API's accounts), permissions, plans and prices."""

from aiohttp import web

from providers.sandbox.aptible.http import (
    TOKEN,
    forbidden,
    hal,
    json_body,
    not_found,
    number,
    page,
    unprocessable,
    wants_embedded,
)
from providers.sandbox.aptible.lookup import checked_handle, found
from providers.sandbox.aptible.people import ORGANIZATION
from providers.sandbox.aptible.shapes import Shapes
from providers.sandbox.aptible.shapes.environments import PLANS
from providers.sandbox.aptible.world import SHARED_STACKS, Account, World

DEFAULT_STACK = next(stack.id for stack in SHARED_STACKS if stack.default)
TYPES = ("development", "production")


class EnvironmentRoutes:
    """The root, `/stacks`, `/accounts`, and what an organisation has booked."""

    def __init__(self, world: World, shapes: Shapes) -> None:
        self._world = world
        self._shapes = shapes

    def add_to(self, routes: web.UrlDispatcher) -> None:
        for path, handler in {
            "/": self._root,
            "/stacks": self._stacks,
            "/stacks/{id}": self._stack,
            "/stacks/{id}/accounts": self._stack_accounts,
            "/accounts": self._accounts,
            "/accounts/{id}": self._account,
            "/accounts/{id}/permissions": self._permissions,
            "/accounts/{id}/backup_retention_policies": self._retention,
            "/backup_retention_policies/{id}": self._policy,
            "/permissions": self._all_permissions,
            "/permissions/{id}": self._permission,
            "/find/account": self._find,
            "/plans": self._plans,
            "/plans/{id}": self._plan,
            "/active_plans": self._active_plans,
            "/active_plans/{id}": self._active_plan,
            "/costs/{organization}/rates": self._rates,
            "/maintenances/{what:apps|databases}": self._maintenances,
        }.items():
            routes.add_get(path, handler)
        routes.add_post("/accounts", self._create)
        routes.add_post("/accounts/{id}/backup_retention_policies", self._set_retention)
        for method in ("PUT", "PATCH"):
            routes.add_route(method, "/accounts/{id}", self._change)

    async def _root(self, request: web.Request) -> web.Response:
        return hal(self._shapes.root())

    async def _stacks(self, request: web.Request) -> web.Response:
        return page(request, "stacks", [self._shapes.stack(item) for item in self._world.stacks.values()])

    async def _stack(self, request: web.Request) -> web.Response:
        return hal(self._shapes.stack(found(self._world.stacks, number(request))))

    async def _accounts(self, request: web.Request) -> web.Response:
        return self._listed(request, list(self._world.accounts.values()))

    async def _stack_accounts(self, request: web.Request) -> web.Response:
        stack = found(self._world.stacks, number(request))
        return self._listed(
            request, [item for item in self._world.accounts.values() if item.stack.id == stack.id]
        )

    def _listed(self, request: web.Request, accounts: list[Account]) -> web.Response:
        embedded = wants_embedded(request)
        return page(request, "accounts", [self._shapes.account(item, embedded=embedded) for item in accounts])

    async def _account(self, request: web.Request) -> web.Response:
        account = found(self._world.accounts, number(request))
        return hal(self._shapes.account(account, embedded=wants_embedded(request)))

    async def _find(self, request: web.Request) -> web.Response:
        account = self._world.account_by_handle(request.query.get("handle", ""))
        if account is None:
            raise not_found()
        return hal(self._shapes.account(account, embedded=wants_embedded(request)))

    async def _create(self, request: web.Request) -> web.Response:
        """Only owners of the organisation make environments. Which `type` goes with which stack is up to
        clients (app-ui, go-deploy): nothing is known of a check."""
        if request[TOKEN].user.role.type not in {"owner", "platform_owner"}:
            raise forbidden("create an account in this organization")
        body = await json_body(request)
        handle = checked_handle(body, self._handles())
        if body.get("organization_id") != ORGANIZATION:
            raise unprocessable("Organization is not accessible")
        stack = self._world.stacks.get(body.get("stack_id", DEFAULT_STACK))
        if stack is None or stack.organization not in {None, ORGANIZATION}:
            raise unprocessable("Stack is not accessible")
        kind = str(body.get("type") or "development")
        if kind not in TYPES:
            raise unprocessable("Type is not included in the list")
        account = Account(self._world.new_id(), handle, kind, stack)
        self._world.accounts[account.id] = account
        return hal(self._shapes.account(account, embedded=wants_embedded(request)), 201)

    async def _change(self, request: web.Request) -> web.Response:
        account = found(self._world.accounts, number(request))
        body = await json_body(request)
        if "handle" in body and body["handle"] != account.handle:
            account.handle = checked_handle(body, self._handles())
        return hal(self._shapes.account(account, embedded=wants_embedded(request)))

    def _handles(self) -> list[str]:
        return [account.handle for account in self._world.accounts.values()]

    async def _permissions(self, request: web.Request) -> web.Response:
        account = found(self._world.accounts, number(request))
        return page(request, "permissions", self._shapes.permissions(account))

    async def _all_permissions(self, request: web.Request) -> web.Response:
        accounts = self._world.accounts.values()
        rows = [row for account in accounts for row in self._shapes.permissions(account)]
        return page(request, "permissions", rows)

    async def _permission(self, request: web.Request) -> web.Response:
        account = found(self._world.accounts, number(request) // 100)
        for row in self._shapes.permissions(account):
            if row["id"] == number(request):
                return hal(row)
        raise not_found()

    async def _retention(self, request: web.Request) -> web.Response:
        account = found(self._world.accounts, number(request))
        return page(request, "backup_retention_policies", [self._shapes.retention(account)])

    async def _policy(self, request: web.Request) -> web.Response:
        return hal(self._shapes.retention(found(self._world.accounts, number(request))))

    async def _set_retention(self, request: web.Request) -> web.Response:
        account = found(self._world.accounts, number(request))
        body = await json_body(request)
        account.retention.update({name: body[name] for name in account.retention if name in body})
        return hal(self._shapes.retention(account), 201)

    async def _plans(self, request: web.Request) -> web.Response:
        return page(request, "plans", [self._shapes.plan(item) for item in PLANS])

    async def _plan(self, request: web.Request) -> web.Response:
        found(PLANS, number(request))
        return hal(self._shapes.plan(number(request)))

    async def _active_plans(self, request: web.Request) -> web.Response:
        wanted = request.query.get("organization_id")
        return page(
            request, "active_plans", [self._shapes.active_plan()] if wanted in {None, ORGANIZATION} else []
        )

    async def _active_plan(self, request: web.Request) -> web.Response:
        return hal(self._shapes.active_plan())

    async def _rates(self, request: web.Request) -> web.Response:
        if request.match_info["organization"] != ORGANIZATION:
            raise not_found()
        return hal(self._shapes.rates())

    async def _maintenances(self, request: web.Request) -> web.Response:
        return page(request, request.match_info["what"], [])
