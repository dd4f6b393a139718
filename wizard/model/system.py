"""What stands on Heroku. Names are Heroku's own; every text is clean; no value of a config var is in here."""

from typing import Literal

from wizard.model.noun import Noun


class Account(Noun, frozen=True, kw_only=True):
    """Who a token belongs to."""

    id: str
    email: str
    two_factor: bool = False


class Process(Noun, frozen=True, kw_only=True):
    """One line of an app's formation, scaled to zero or not.

    `command` is what the current slug runs (Procfile plus buildpack defaults); `size` a dyno size
    ("Standard-1X"); `memory_mb` and `monthly_cents` are one dyno's, None where Heroku did not tell.
    """

    type: str
    command: str
    quantity: int
    size: str
    memory_mb: int | None = None
    monthly_cents: int | None = None


class Origin(Noun, frozen=True, kw_only=True):
    """Where a config var comes from.

    kind: `add-on` (set by the add-on or attachment `add_on_id`), `platform` (Heroku sets or reads it:
    WEB_CONCURRENCY, BUILDPACK_URL ...), `app-json`, or `person` (somebody typed it).
    """

    kind: Literal["add-on", "platform", "app-json", "person"]
    add_on_id: str | None = None
    detail: str = ""


class ConfigVar(Noun, frozen=True, kw_only=True):
    """A config var by name. Its value stays on Heroku.

    `secret` says whether the value looks like one; `empty` whether it is the empty string (which some
    targets cannot hold); `refers_to_apps` are ids of apps whose web address stands in the value.
    `copied_from` is the id of an add-on that does not set it, but whose server and password stand in it:
    `copied_as` says whether they are all of the value (`url` of a database) or a `part` of something else.
    """

    name: str
    origin: Origin
    secret: bool = True
    empty: bool = False
    refers_to_apps: tuple[str, ...] = ()
    copied_from: str = ""
    copied_as: Literal["", "url", "part"] = ""


class Domain(Noun, frozen=True, kw_only=True):
    """A host name of an app. `kind` is `heroku` or `custom`; `cname` the DNS target to point at today."""

    hostname: str
    kind: str
    cname: str | None = None
    acm_status: str | None = None


class Attachment(Noun, frozen=True, kw_only=True):
    """An add-on as one app sees it. `namespace` is None for the default credential."""

    id: str
    name: str
    add_on_id: str
    app_id: str
    namespace: str | None = None
    config_vars: tuple[str, ...] = ()


class Job(Noun, frozen=True, kw_only=True):
    """A job of Heroku Scheduler.

    `every` is 10, 60 or 1440 minutes; `at` the minute of the hour or of the UTC day. `told_by` says
    whether Heroku's API gave it or a person typed it in.
    """

    id: str
    command: str
    every: int
    at: int = 0
    dyno_size: str = ""
    told_by: Literal["api", "person"] = "api"


class Postgres(Noun, frozen=True, kw_only=True):
    """What Heroku's data API tells of a database. Sizes in bytes; None where it did not tell."""

    version: str
    plan: str
    bytes: int | None = None
    tables: int | None = None
    connections: int | None = None
    connection_limit: int | None = None


class AddOn(Noun, frozen=True, kw_only=True):
    """An add-on. `app_id` is the owning (billed) app; `service` e.g. `heroku-postgresql`."""

    id: str
    name: str
    service: str
    plan: str
    app_id: str
    state: str
    monthly_cents: int | None = None
    config_vars: tuple[str, ...] = ()
    postgres: Postgres | None = None


class App(Noun, frozen=True, kw_only=True):
    """An app with everything that hangs on it. `jobs` is None when Heroku did not tell the jobs."""

    id: str
    name: str
    region: str
    stack: str
    web_url: str
    generation: str = "cedar"
    team: str | None = None
    pipeline: str | None = None
    pipeline_stage: str | None = None
    buildpacks: tuple[str, ...] = ()
    release: int | None = None
    released_at: str | None = None
    slug_commit: str | None = None
    maintenance: bool = False
    processes: tuple[Process, ...] = ()
    config: tuple[ConfigVar, ...] = ()
    domains: tuple[Domain, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    log_drains: tuple[str, ...] = ()
    jobs: tuple[Job, ...] | None = ()


class Gap(Noun, frozen=True, kw_only=True):
    """Something that no API told. `question` asks a person; `key` names the answer in the session.

    kind `jobs` is answered by typing scheduler jobs in, `acknowledge` by reading it.
    """

    key: str
    kind: Literal["jobs", "acknowledge"]
    app_id: str | None
    question: str
    why: str


class System(Noun, frozen=True, kw_only=True):
    """The whole inventory at one moment. `taken_at` is UTC, ISO 8601; `calls` counts API requests."""

    taken_at: str
    account: Account
    apps: tuple[App, ...]
    add_ons: tuple[AddOn, ...]
    gaps: tuple[Gap, ...] = ()
    calls: int = 0

    def app(self, app_id: str) -> App:
        """The app with that id; KeyError when there is none."""
        for app in self.apps:
            if app.id == app_id:
                return app
        raise KeyError(app_id)

    def add_on(self, add_on_id: str) -> AddOn:
        """The add-on with that id; KeyError when there is none."""
        for add_on in self.add_ons:
            if add_on.id == add_on_id:
                return add_on
        raise KeyError(add_on_id)
