"""What stands on Heroku. Names are Heroku's own; every text is clean; no value of a config var is in here."""

from typing import Literal

from wizard.model.delivery import Build, Deploy, Image, Pipeline, Release
from wizard.model.network import Certificate, Domain, Drain, Space, TelemetryDrain, Webhook
from wizard.model.noun import Noun
from wizard.model.people import Collaborator, Enterprise, Invoice, SshKey, Team
from wizard.model.stores import Dataclip, Kafka, KeyValue, Postgres


class Account(Noun, frozen=True, kw_only=True):
    """Who a token belongs to.

    `suspended_at` and `delinquent_at` (UTC, ISO 8601) say since when Heroku has closed the account, or waits
    for its money; None where it does not.
    """

    id: str
    email: str
    two_factor: bool = False
    name: str = ""
    default_team: str | None = None
    identity_provider: str | None = None
    suspended_at: str | None = None
    delinquent_at: str | None = None


class Autoscale(Noun, frozen=True, kw_only=True):
    """Heroku's own autoscaling of web dynos: between two quantities, by the 95th percentile of response time
    in milliseconds."""

    least: int
    most: int
    p95_ms: int | None = None
    active: bool = True


class Process(Noun, frozen=True, kw_only=True):
    """One line of an app's formation, scaled to zero or not.

    `command` is what the current slug runs (Procfile plus buildpack defaults); `size` a dyno size
    ("Standard-1X"); `memory_mb`, `compute` (Heroku's CPU share) and `monthly_cents` are one dyno's, None
    where Heroku did not tell. `autoscale` is set where Heroku scales it by itself. `added_by` names the
    buildpack that adds this type with this command to every app ("heroku/ruby"), "" where somebody wrote it.
    """

    type: str
    command: str
    quantity: int
    size: str
    memory_mb: int | None = None
    monthly_cents: int | None = None
    compute: int | None = None
    dedicated: bool = False
    autoscale: Autoscale | None = None
    added_by: str = ""


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

    `secret` says whether the value looks like one, `secret_because` what that follows from, in words; `empty`
    whether it is the empty string (which some targets cannot hold); `refers_to_apps` are ids of apps whose
    web address stands in the value, `bare_hosts` those of them that stand there without `https://`. `origins`
    says that it is a list of web origins, as CORS settings are.
    `copied_from` is the id of an add-on that does not set it, but whose server and password stand in it:
    `copied_as` says whether they are all of the value (`url` of a database) or a `part` of something else.
    `domains_of` are ids of apps one of whose custom domains stands in it (which goes with the app when it
    moves), `names_apps` of those whose name on Heroku or in a Private Space does (which does not),
    `gone_hosts` Heroku addresses that belong to no app of the inventory, `outside` services elsewhere that it
    reaches, in words ("MongoDB Atlas").
    """

    name: str
    origin: Origin
    secret: bool = True
    empty: bool = False
    refers_to_apps: tuple[str, ...] = ()
    copied_from: str = ""
    copied_as: Literal["", "url", "part"] = ""
    secret_because: str = ""
    bare_hosts: tuple[str, ...] = ()
    origins: bool = False
    domains_of: tuple[str, ...] = ()
    names_apps: tuple[str, ...] = ()
    gone_hosts: tuple[str, ...] = ()
    outside: tuple[str, ...] = ()


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


class AddOn(Noun, frozen=True, kw_only=True):
    """An add-on. `app_id` is the owning (billed) app; `service` e.g. `heroku-postgresql`.

    `billed_to` is who pays ("app migrate-backend", "team acme"); `contract` says that the price is agreed and
    not told; `foreign` that the owning app is none that this account can read.
    """

    id: str
    name: str
    service: str
    plan: str
    app_id: str
    state: str
    monthly_cents: int | None = None
    config_vars: tuple[str, ...] = ()
    postgres: Postgres | None = None
    app_name: str = ""
    billed_to: str = ""
    contract: bool = False
    foreign: bool = False
    created_at: str = ""
    key_value: KeyValue | None = None
    kafka: Kafka | None = None


class App(Noun, frozen=True, kw_only=True):
    """An app with everything that hangs on it. `jobs` is None when Heroku did not tell the jobs.

    `unread` names the parts that Heroku did not tell ("config vars", "domains"): what they hold here says
    nothing. `releases` are the latest, newest first; `release_command` is what the release phase runs.
    `features` are names of labs features that are on; no `buildpacks` means that Heroku chooses. `folder` is
    the part of its repository that they build, "" for all of it, and `procfile` the path in there of the file
    that they take as the Procfile, "" for the usual one.
    """

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
    folder: str = ""
    procfile: str = ""
    release: int | None = None
    released_at: str | None = None
    slug_commit: str | None = None
    maintenance: bool = False
    processes: tuple[Process, ...] = ()
    config: tuple[ConfigVar, ...] = ()
    domains: tuple[Domain, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    jobs: tuple[Job, ...] | None = ()
    unread: tuple[str, ...] = ()
    created_at: str = ""
    owner: str = ""
    space: str | None = None
    locked: bool = False
    internal_routing: bool = False
    acm: bool = False
    image: Image | None = None
    release_command: str = ""
    releases: tuple[Release, ...] = ()
    builds: tuple[Build, ...] = ()
    deploy: Deploy = Deploy()
    certificates: tuple[Certificate, ...] = ()
    drains: tuple[Drain, ...] = ()
    telemetry: tuple[TelemetryDrain, ...] = ()
    webhooks: tuple[Webhook, ...] = ()
    collaborators: tuple[Collaborator, ...] = ()
    features: tuple[str, ...] = ()


class UnreadApp(Noun, frozen=True, kw_only=True):
    """An app that is named to this account but not told: of a team that it has not joined, locked, refused,
    or gone while it was read. `why` says which, in words."""

    id: str
    name: str
    why: str
    team: str | None = None
    space: str | None = None
    region: str = ""
    stack: str = ""


class Gap(Noun, frozen=True, kw_only=True):
    """Something that no API told. `question` asks a person; `key` names the answer in the session.

    kind `jobs` is answered by typing scheduler jobs in, `deploy` by choosing how the app is deployed,
    `acknowledge` by reading it. `group` names what kind of thing it is about ("webhooks"): many of one group
    can be read at once.
    """

    key: str
    kind: Literal["jobs", "deploy", "acknowledge"]
    app_id: str | None
    question: str
    why: str
    group: str = ""


class System(Noun, frozen=True, kw_only=True):
    """The whole inventory at one moment. `taken_at` is UTC, ISO 8601; `calls` counts API requests.

    `keys` and `invoices` are the account's own, `dataclips` those that it can reach; None where they could
    not be read. Of the invoices only those of the latest year, the newest first.
    """

    taken_at: str
    account: Account
    apps: tuple[App, ...]
    add_ons: tuple[AddOn, ...]
    gaps: tuple[Gap, ...] = ()
    calls: int = 0
    unread_apps: tuple[UnreadApp, ...] = ()
    teams: tuple[Team, ...] = ()
    enterprises: tuple[Enterprise, ...] = ()
    spaces: tuple[Space, ...] = ()
    pipelines: tuple[Pipeline, ...] = ()
    account_features: tuple[str, ...] = ()
    keys: tuple[SshKey, ...] | None = ()
    invoices: tuple[Invoice, ...] | None = ()
    dataclips: tuple[Dataclip, ...] | None = ()

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
