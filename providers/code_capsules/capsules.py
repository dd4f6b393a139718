"""Capsules that are built from a repository: created stopped, adopted by name, sized, started and stopped."""

from typing import Any

from providers.code_capsules.answers import CapsuleAnswer
from providers.code_capsules.client import Api
from providers.code_capsules.creation import created
from providers.code_capsules.failures import Missing
from providers.code_capsules.paths import CAPSULES, NEW_CAPSULE, PRODUCTS, filled
from providers.code_capsules.places import Place, Places
from providers.code_capsules.sizes import in_words, percent_for, products, resized
from wizard.model.repository_address import same_repository
from wizard.model.trouble import Trouble
from wizard.ports import Capsule, CapsuleWish, Environment, Log

KINDS = ("backend", "frontend", "docker")


class Capsules:
    """Capsules of all Spaces."""

    def __init__(self, places: Places) -> None:
        self._places = places

    async def find(self, environment: Environment, name: str) -> Capsule | None:
        """The capsule of that name, of whichever kind: of a data capsule that is its engine."""
        found = await (await self._places.of(environment.id)).named(name)
        if found is None:
            return None
        self._places.remember(found.id, environment.id)
        return capsule(found, environment.id)

    async def create(self, environment: Environment, wish: CapsuleWish, log: Log) -> Capsule:
        """Adopt the capsule of that name, or create it stopped; see `wizard.ports.CapsuleTarget`."""
        found = await self.find(environment, wish.name)
        if found is None:
            found = await self._make(environment, wish, log)
            if found.replicas:
                log(f"{wish.name} was started by itself: it is stopped, it has no config vars yet.")
                return await self.resize(found, 0, found.memory_mb, log, cpu_percent=found.cpu_percent)
        else:
            if why := another(wish, found):
                raise Trouble(
                    f"The Space {environment.handle} has a capsule called {wish.name} already, and {why}.",
                    remedy="Choose another name on the map, or another Space, and make the plan again.",
                    code="handle-taken",
                )
            log(f"The capsule {wish.name} is there already.")
            for difference in differences(wish, found):
                log(f"{wish.name}: {difference}")
            if wish.cpu_percent and wish.cpu_percent != found.cpu_percent:
                # What is chosen of a CPU goes with nothing else, so that no later step would set it.
                return await self.resize(found, 0, wish.memory_mb, log, cpu_percent=wish.cpu_percent)
        return found

    async def resize(
        self, there: Capsule, count: int, memory_mb: int, log: Log, *, cpu_percent: int = 0
    ) -> Capsule:
        """Set count and size; 0 leaves memory as it is, and 0 % is what goes with the memory."""
        place, now = await self._places.capsule(there.id)
        had = capsule(now, there.environment_id)
        memory = memory_mb or had.memory_mb
        percent = cpu_percent or (
            had.cpu_percent if memory == had.memory_mb and had.cpu_percent else percent_for(memory, had.kind)
        )
        if (had.replicas, had.memory_mb, had.cpu_percent) == (count, memory, percent):
            log(f"{had.name} has {count} x {memory} MB already.")
            return had
        log(f"Setting {had.name} to {count} x {memory} MB, {percent} % of a CPU.")
        same_memory, same_cpu = memory == had.memory_mb, percent == had.cpu_percent
        wanted = resized(
            now.products,
            memory_mb=None if same_memory else memory,
            cpu_percent=None if same_cpu else percent,
            count=count,
        )
        await set_products(place.api, now.id, wanted, what=f"set the size of {had.name}")
        _, after = await self._places.capsule(there.id)
        done = capsule(after, there.environment_id)
        if done.replicas != count:
            raise Trouble(
                f"Code Capsules took the size of {had.name} and shows {done.replicas} replicas, not {count}.",
                untouched="What runs on Heroku was not touched.",
                remedy="Look at the capsule in the dashboard, then try again.",
                code="scale-unclear",
                retry=True,
            )
        return done

    async def _make(self, environment: Environment, wish: CapsuleWish, log: Log) -> Capsule:
        place = await self._places.of(environment.id)
        percent = wish.cpu_percent or percent_for(wish.memory_mb, wish.kind)
        log(f"Creating the {wish.kind} capsule {wish.name}, stopped ({wish.memory_mb} MB, {percent} %).")
        request = {
            "name": wish.name,
            "description": "Moved from Heroku by Offramp",
            "manifest": manifest(wish),
            "products": products(memory_mb=wish.memory_mb, cpu_percent=percent, disk_gb=0, count=0),
        }
        found = await make(self._places, place, request, web_app_way=True)
        self._places.remember(found.id, environment.id)
        return capsule(found, environment.id)


async def make(places: Places, place: Place, request: dict[str, Any], *, web_app_way: bool) -> CapsuleAnswer:
    """Create a capsule with one POST, and see it in the list afterwards.

    There are two ways: the web app asks the main host (skill), the official client the cluster. What is built
    from a repository was only ever seen made by the web app, data capsules by either. Where one way is not
    there at all (404), the other one is gone, after a look.

    Raises:
        Trouble: what the vendor said, when it is not there afterwards.
    """
    name = request["name"]
    what = f"create the capsule {name}"

    async def by_main() -> None:
        main = await places.main()
        body = {"space": await places.whole_space(place), "capsuleRequest": request}
        await main.post(NEW_CAPSULE, body, object, what=what)

    async def by_cluster() -> None:
        path = filled(CAPSULES, namespace=place.space.namespace or "")
        await place.api.post(path, request, object, what=what)

    async def look() -> CapsuleAnswer | None:
        return await place.named(name)

    first, other = (by_main, by_cluster) if web_app_way else (by_cluster, by_main)
    try:
        return await created(places.patience, places.notes, first, look, what)
    except Missing:
        return await created(places.patience, places.notes, other, look, what)


async def set_products(api: Api, capsule_id: str, wanted: dict[str, Any], *, what: str) -> None:
    """Size a capsule of any type."""
    await api.send("PATCH", filled(PRODUCTS, capsule=capsule_id), wanted, what=what)


def manifest(wish: CapsuleWish) -> dict[str, Any]:
    """What a new capsule is, in the fields that are known. Which field names the sub-folder is not known."""
    made: dict[str, Any] = {
        "manifestType": wish.kind,
        "repo": {"repoId": wish.repository, "branch": wish.branch, "url": wish.url},
    }
    if wish.kind == "backend" and wish.run:
        made["entrypointCommand"] = wish.run
    if wish.kind in ("backend", "frontend") and wish.build:
        made["userBuildCommand"] = wish.build
    if wish.kind == "frontend" and wish.output:
        made["userBuildOutputDirectory"] = wish.output
    if wish.kind == "docker":
        made["servePort"] = str(wish.port)
    return made


def capsule(found: CapsuleAnswer, environment_id: str) -> Capsule:
    """An answer in the wizard's words."""
    source = found.source
    sizes = found.products
    return Capsule(
        id=found.id,
        name=found.name,
        kind=found.data_type or found.type.lower(),
        environment_id=environment_id,
        state=found.state,
        replicas=sizes.count if sizes else 0,
        memory_mb=sizes.memory_mb if sizes else 0,
        cpu_percent=sizes.cpu_percent if sizes else 0,
        host=found.told("capsuleHostName", "publicAccessHostname"),
        url=source.url or "",
        branch=source.branch or "",
        folder=found.told("projectPath"),
        run=found.told("entrypointCommand"),
        build=found.told("userBuildCommand"),
        output=found.told("userBuildOutputDirectory"),
    )


def another(wish: CapsuleWish, there: Capsule) -> str:
    """Why a capsule of that name is something else than wished, empty when it is not."""
    if there.kind != wish.kind:
        return f"it is a {there.kind} capsule, not a {wish.kind} one"
    if there.url and not same_repository(there.url, wish.url):
        return f"it is built from {there.url}, not from {wish.url}"
    return ""


def differences(wish: CapsuleWish, there: Capsule) -> list[str]:
    """What a capsule that is there has otherwise than wished, in words. What is not told is not counted."""
    found = []
    pairs = (
        ("the branch", there.branch, wish.branch),
        ("the folder", there.folder, wish.folder),
        ("the run command", there.run, wish.run),
        ("the build command", there.build, wish.build),
        ("the output folder", there.output, wish.output),
    )
    for name, have, want in pairs:
        if have and want and have != want:
            found.append(f"{name} is `{have}`, not `{want}`")
    if there.memory_mb and there.memory_mb != wish.memory_mb:
        found.append(f"it has {there.memory_mb} MB, not {wish.memory_mb} MB (set when it is started)")
    if there.replicas:
        found.append(f"it runs already, {there.replicas} x")
    return found


def taken(environment: Environment, name: str, found: CapsuleAnswer) -> Trouble:
    """Another thing has the name that is wanted."""
    what = found.data_type or found.type or "unknown"
    return Trouble(
        f"The Space {environment.handle} has another capsule called {name} already: one of the type {what} "
        f"with {in_words(found.products)}.",
        remedy="Choose another name on the map, or another Space, and make the plan again.",
        code="handle-taken",
    )


def stays_larger(name: str, have: int, wanted: int) -> str:
    """What is told of a disk that is larger than wished, be it rounded up or from before: a disk grows only
    (release note of November 2025)."""
    return f"The disk of {name} has {have} GB, more than the {wanted} GB of the plan: it stays as it is."
