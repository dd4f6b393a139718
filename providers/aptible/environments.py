"""Environments (the API calls them accounts), and the stack a new one is put on."""

from providers.aptible.answers import AccountAnswer, Organization, Stack
from providers.aptible.client import Api, created
from wizard import ports
from wizard.model.trouble import Trouble
from wizard.ports import Environment, Log


class Environments:
    """Reads from the deploy API; organisations are the auth API's."""

    def __init__(self, api: Api, auth: Api) -> None:
        self._api = api
        self._auth = auth
        self._stacks: dict[str, Stack] = {}

    async def all(self) -> list[Environment]:
        """Every environment that this account may see, by handle. Stacks do not change where environments
        come and go: they are read when one is on a stack that is not known yet."""
        found = await self._api.listed("/accounts", "accounts", AccountAnswer, what="the environments")
        wanted = {stack for account in found if (stack := account.linked_id("stack"))}
        if not wanted <= self._stacks.keys():
            await self._all_stacks()
        stacks = self._stacks
        return sorted(
            (
                Environment(
                    id=str(account.id),
                    handle=account.handle,
                    region=stack.region if stack else "",
                    stack=stack.name if stack else "",
                )
                for account in found
                for stack in (stacks.get(account.linked_id("stack") or ""),)
            ),
            key=lambda environment: environment.handle,
        )

    async def handle(self, environment_id: str) -> str:
        account = await self._api.get(f"/accounts/{environment_id}", AccountAnswer, what="the environment")
        return account.handle

    async def create(self, handle: str, region: str, log: Log, *, stack_name: str = "") -> Environment:
        """Adopt the environment of that handle, or create it: on the stack of that name, else on the best
        one that there is in `region`."""
        found = await self._find(handle)
        if found is not None:
            log(f"The environment {handle} is there already.")
            return found
        organization = await self._organization()
        stacks = await self._all_stacks()
        if stack_name:
            stack = named_stack(stacks, organization.id, stack_name, region)
        else:
            stack = best_stack(stacks, organization.id, region)
        log(f"Creating the environment {handle} on the stack {stack.name} ({stack.region}).")
        body = {
            "handle": handle,
            "organization_id": organization.id,
            # app-ui, go-deploy: production on a stack of one's own, development on a shared one.
            "type": "production" if stack.linked_id("organization") else "development",
            "stack_id": stack.id,
        }

        async def post() -> Environment:
            what = f"create the environment {handle}"
            account = await self._api.post("/accounts", body, AccountAnswer, what=what)
            return Environment(
                id=str(account.id), handle=account.handle, region=stack.region, stack=stack.name
            )

        return await created(self._api.patience, post, lambda: self._find(handle))

    async def _find(self, handle: str) -> Environment | None:
        return next((found for found in await self.all() if found.handle == handle), None)

    async def stacks(self) -> list[ports.Stack]:
        """The stacks that this account's organisation may use: its own first, then by name."""
        organization = await self._organization()
        own, shared = usable(await self._all_stacks(), organization.id)
        return [
            ports.Stack(name=stack.name, region=stack.region, dedicated=dedicated, profiles=stack.profiles)
            for some, dedicated in ((own, True), (shared, False))
            for stack in sorted(some, key=lambda one: one.name)
        ]

    async def _all_stacks(self) -> list[Stack]:
        found = await self._api.listed("/stacks", "stacks", Stack, what="the stacks")
        self._stacks = {str(stack.id): stack for stack in found}
        return found

    async def _organization(self) -> Organization:
        found = await self._auth.listed(
            "/organizations", "organizations", Organization, what="the organisations of this account"
        )
        if len(found) != 1:
            names = ", ".join(organization.name for organization in found) or "none"
            raise Trouble(
                f"This account belongs to {len(found)} organisations ({names}), so Offramp does not know "
                "who shall pay for a new environment.",
                remedy="Create the environment in Aptible's dashboard, then choose it here.",
                code="organization-unclear",
            )
        return found[0]


def usable(stacks: list[Stack], organization_id: str) -> tuple[list[Stack], list[Stack]]:
    """The organisation's own stacks, and those that are for all."""
    return (
        [stack for stack in stacks if stack.linked_id("organization") == organization_id],
        [stack for stack in stacks if stack.linked_id("organization") is None and stack.public],
    )


def named_stack(stacks: list[Stack], organization_id: str, name: str, region: str) -> Stack:
    """The stack of that name.

    Raises:
        Trouble: the organisation has none of that name, or it is in another region.
    """
    own, shared = usable(stacks, organization_id)
    for stack in (*own, *shared):
        if stack.name == name and region in ("", stack.region):
            return stack
    offered = ", ".join(f"{stack.name} ({stack.region})" for stack in (*own, *shared)) or "none"
    where = f" in {region}" if region else ""
    raise Trouble(
        f"Aptible offers this account no stack {name}{where} (it offers: {offered}).",
        remedy="Choose one of these stacks on the map, and make the plan again.",
        code="no-stack",
    )


def best_stack(stacks: list[Stack], organization_id: str, region: str) -> Stack:
    """A stack in `region`: the organisation's own before a shared one, the default among shared ones.

    An empty region is good enough where all usable stacks are in the same one.

    Raises:
        Trouble: there is none in that region, or a person has to choose.
    """
    own, shared = usable(stacks, organization_id)
    regions = sorted({stack.region for stack in own + shared})
    offered = ", ".join(regions) or "none"
    if not region and len(regions) > 1:
        raise Trouble(
            f"It is not chosen in which region the new environment is to be (Aptible offers: {offered}).",
            remedy="Choose a region on the map, and make the plan again.",
            code="region-unclear",
        )
    own, shared = ([one for one in some if region in ("", one.region)] for some in (own, shared))
    chosen = own or [stack for stack in shared if stack.default] or shared
    if not chosen:
        raise Trouble(
            f"Aptible offers this account no stack in {region or 'any region'} (it offers: {offered}).",
            remedy="Choose one of these regions on the map, or create the environment in Aptible's dashboard "
            "and choose it there; then make the plan again.",
            code="no-stack",
        )
    if len(chosen) > 1:
        names = ", ".join(stack.name for stack in chosen)
        raise Trouble(
            f"There are {len(chosen)} stacks in {chosen[0].region} that the new environment could be on: "
            f"{names}.",
            remedy="Create the environment on one of them in Aptible's dashboard, choose it on the map, and "
            "make the plan again.",
            code="stack-unclear",
        )
    return chosen[0]
