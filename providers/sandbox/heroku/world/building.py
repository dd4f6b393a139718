"""Putting things into a world, with all that Heroku puts beside them: ids, releases, attachments, domains."""

from collections.abc import Iterable, Mapping

from providers.sandbox.heroku.world.catalogue import PLANS, SERVICES
from providers.sandbox.heroku.world.ids import stable_id
from providers.sandbox.heroku.world.world import (
    AddOn,
    App,
    Attachment,
    Certificate,
    Domain,
    Image,
    Pipeline,
    Process,
    Release,
    ReviewApp,
    Slug,
    Team,
    World,
)

CREATED = "2023-05-11T08:12:31Z"
DEPLOYED = "2026-11-08T14:22:37Z"


def new_world(email: str = "robin@acme.example") -> World:
    """A world with nothing in it but the account."""
    return World(email=email, account_id=stable_id("account", email))


def add_app(
    world: World,
    name: str,
    *,
    region: str = "us",
    stack: str = "heroku-24",
    generation: str = "cedar",
    team: Team | None = None,
    space_id: str | None = None,
    created_at: str = CREATED,
) -> App:
    """An app as it is just after it was made: its Heroku domain, nothing released."""
    host = f"{name}-{stable_id('host', name).replace('-', '')[:12]}.herokuapp.com"
    app = App(
        id=stable_id("app", name),
        name=name,
        web_url=f"https://{host}/",
        created_at=created_at,
        region=region,
        stack=stack,
        generation=generation,
        team_id=team.id if team else None,
        space_id=space_id,
        updated_at=created_at,
        buildpacks=(),
    )
    app.domains.append(Domain(stable_id("domain", name), host, "heroku", created_at=created_at))
    world.apps[app.id] = app
    return app


def add_process(app: App, kind: str, command: str, quantity: int, size: str) -> Process:
    """A line of the formation; a container app's has an image of its own."""
    image = stable_id("docker-image", app.id, kind) if app.stack == "container" else None
    line = Process(stable_id("process", app.id, kind), kind, command, quantity, size, image)
    app.processes[kind] = line
    return line


def add_domain(
    app: App,
    hostname: str,
    cname: str,
    acm_status: str | None = None,
    *,
    acm_reason: str | None = None,
    certificate: str = "",
    managed: bool = False,
) -> Domain:
    """A custom domain, with a certificate for it alone where a name for one is given."""
    mark = None
    if certificate:
        made = Certificate(stable_id("cert", hostname), certificate, (hostname,), managed=managed)
        app.certificates.append(made)
        mark = made.id
    domain = Domain(
        stable_id("domain", hostname),
        hostname,
        "custom",
        cname,
        acm_status,
        acm_reason=acm_reason,
        certificate=mark,
    )
    app.domains.append(domain)
    return domain


def add_review_app(world: World, pipeline: Pipeline, app: App, branch: str, number: int) -> ReviewApp:
    """Make an app the review app of a pull request."""
    world.couplings[app.id] = (pipeline.id, "review")
    made = ReviewApp(stable_id("review", app.id), branch, number, app.id)
    pipeline.review_apps.append(made)
    return made


def commit_named(*key: str) -> str:
    """A commit, the same for the same key."""
    return (stable_id("commit", *key) + stable_id("commit", "more", *key)).replace("-", "")[:40]


def add_release(
    app: App,
    description: str,
    *,
    at: str = DEPLOYED,
    status: str = "succeeded",
    commit: str | None = None,
    user: str = "",
    output: Iterable[str] = (),
) -> Release:
    """The next release; with a `commit` it brings code: a slug, or an image of Fir and container apps.

    It is current if it succeeded. Call it after processes and config are there: it holds them as they are.
    """
    version = max((one.version for one in app.releases), default=0) + 1
    before = app.release
    slug_id, image_id = (before.slug_id, before.image_id) if before else (None, None)
    if commit is not None:
        slug_id, image_id = _code(app, commit, at)
    release = Release(
        id=stable_id("release", app.id, str(version)),
        version=version,
        description=description,
        slug_id=slug_id,
        created_at=at,
        config=dict(app.config),
        status=status,
        output=list(output),
        image_id=image_id,
        user=user,
    )
    app.releases.append(release)
    if status == "succeeded":
        app.current_version = version
    app.updated_at = max(app.updated_at, at)
    return release


def _code(app: App, commit: str, at: str) -> tuple[str | None, str | None]:
    types = {line.type: line.command for line in app.processes.values()}
    if app.generation == "cedar" and app.stack != "container":
        slug = Slug(stable_id("slug", app.id, commit), commit, types, at)
        app.slugs[slug.id] = slug
        return slug.id, None
    digest = f"sha256:{commit_named('digest', app.id, commit)}{commit[:24]}"
    mark = stable_id("image", app.id, commit)
    container = app.stack == "container"
    app.images[mark] = Image(
        mark,
        commit,
        types,
        at,
        digest=digest,
        base="" if container else "heroku/heroku:24-cnb",
        repository=f"registry.heroku.com/{app.name}" if container else f"{app.name}/builds",
        buildpacks=() if container else tuple((name, "1.4.2") for name in app.buildpacks),
    )
    return None, mark


def attach(
    world: World,
    add_on: AddOn,
    app: App,
    name: str,
    values: Mapping[str, str] | None = None,
    *,
    namespace: str | None = None,
) -> Attachment:
    """Attach an add-on to an app under `name`; `values` are the config vars that this sets there."""
    mark = stable_id("attachment", app.id, name, namespace or "")
    made = Attachment(mark, name, add_on.id, app.id, tuple(values or ()), namespace)
    world.attachments[mark] = made
    app.config.update(values or {})
    return made


def add_add_on(
    world: World,
    app: App,
    plan: str,
    *,
    name: str = "",
    attached_as: str = "",
    values: Mapping[str, str] | None = None,
) -> AddOn:
    """An add-on of `plan` ("heroku-postgresql:essential-1") that `app` owns, attached to it.

    Args:
        attached_as: what the attachment is called; the service's name in capitals if none.
        values: the config vars that it sets in its app.
    """
    service = plan.partition(":")[0]
    called = attached_as or ("DATABASE" if service == "heroku-postgresql" else plain_name(service))
    title = (
        name or f"{'postgresql' if service == 'heroku-postgresql' else service}-{_colour(app.name, called)}"
    )
    add_on = AddOn(
        id=stable_id("addon", app.name, service, title),
        name=title,
        service=service,
        plan=plan,
        app_id=app.id,
        cents=PLANS[plan][2] if plan in PLANS else 0,
        config_vars=tuple(values or ()),
    )
    world.add_ons[add_on.id] = add_on
    attach(world, add_on, app, called, values)
    return add_on


def plain_name(service: str) -> str:
    """What an attachment of a service is called if nobody says otherwise."""
    return "REDIS" if service == "heroku-redis" else service.removeprefix("heroku-").upper().replace("-", "_")


def default_values(service: str, secret: str) -> dict[str, str]:
    """Config vars of a service with values made up from `secret`, a text of letters and digits."""
    if service == "heroku-postgresql":
        where = f"{secret[:12]}.eu-west-1.compute.amazonaws.example:5432/d{secret[-13:]}"
        return {"DATABASE_URL": f"postgres://u{secret[:13]}:p{secret}@{where}"}
    if service == "heroku-redis":
        return {"REDIS_URL": f"rediss://:p{secret}@{secret[:12]}.compute.amazonaws.example:6379"}
    named = SERVICES[service].config_vars if service in SERVICES else (f"{plain_name(service)}_URL",)
    return {
        name: f"https://{service}:{secret}@{service}.example/{secret[:6]}"
        if name.endswith("_URL")
        else secret
        for name in named
    }


def _colour(*key: str) -> str:
    """The end of an add-on's name as Heroku makes it: an adjective and a number."""
    number = int(stable_id("add-on name", *key).replace("-", "")[:8], 16)
    words = ("acute", "cubed", "shaped", "tapered", "round", "flat", "angular", "curved", "regular", "solid")
    return f"{words[number % len(words)]}-{10_000 + number % 89_999}"
