"""What a look through the code of an app finds, as plain nouns. Beside it is who reads what: `runtimes`,
`hooks`, `workflows`, `terraform`, `env_files`, `heroku_yml`, `code_lines`, `config_reads`.
"""

from typing import Literal

from msgspec import field

from wizard.model.noun import Noun


class Pin(Noun, frozen=True, kw_only=True):
    """A version as it is written. `what` is a language or a tool; `main` tells the language from its tools,
    `read` whether Heroku's buildpack looks at this place."""

    what: str
    version: str
    file: str
    line: int
    read: bool = True
    main: bool = True


class Runtime(Noun, frozen=True, kw_only=True):
    """One language. `because` is the file that its buildpack looks for; `version` what Heroku builds with, as
    written in `pinned_in` ("file:line"), both empty when nothing says so; `pins` are all places that name a
    version, of the language and of its tools; `locks` the files that pin packages."""

    buildpack: str
    because: str
    version: str = ""
    pinned_in: str = ""
    pins: tuple[Pin, ...] = ()
    managers: tuple[str, ...] = ()
    locks: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


HookKind = Literal["start", "build", "packages", "slug", "buildpacks", "container", "web-server"]
"""`start`: sourced when a dyno starts; `build`: runs in a build; `packages`: of the operating system; `slug`:
what is left out of it; `buildpacks`: chosen in a file; `container`: Dockerfiles and compose files;
`web-server`: the settings of nginx, Apache or the static buildpack."""


class Hook(Noun, frozen=True, kw_only=True):
    """One such file or script: what it is, where, and in `text` what it says or does."""

    kind: HookKind
    file: str
    line: int
    text: str


DeployHow = Literal["git", "container", "promotion", "api", "action", "run", "other"]
"""`git` push, images of the `container` registry, `promotion` in a pipeline, the Platform `api`, a ready-made
CI `action`, a one-off `run`, `other` acts on an app (scale, config, maintenance)."""


class DeployPath(Noun, frozen=True, kw_only=True):
    """One place from which code or commands reach Heroku.

    `system` is the CI system, or "script". `app` is a name or the expression that stands for one, "" when
    nothing says it; `branch` are branches in words, "" when any; `by` the action or command, made safe;
    `folder` the part of the repository that goes there, "" for all of it or where nothing says so.
    """

    system: str
    file: str
    line: int
    how: DeployHow
    by: str
    app: str = ""
    branch: str = ""
    folder: str = ""


class TerraformBlock(Noun, frozen=True, kw_only=True):
    """A block that names Heroku. `kind` is resource, data, provider or module; `type` e.g. heroku_app, `name`
    Terraform's own. `told` are attributes as written, expressions included; `variables` names of config vars.
    """

    kind: Literal["resource", "data", "provider", "module"]
    type: str
    name: str
    file: str
    line: int
    told: dict[str, str] = field(default_factory=dict)
    variables: tuple[str, ...] = ()


class EnvFile(Noun, frozen=True, kw_only=True):
    """A file of the commit that sets variables. `names` in file order; `with_values` counts those that have
    a value which looks like more than a placeholder, `secrets` those of them that look like a secret;
    `example` says that by its name the file is one."""

    file: str
    names: tuple[str, ...]
    lines: tuple[int, ...] = ()
    with_values: int = 0
    secrets: int = 0
    example: bool = False


class HerokuYmlAddOn(Noun, frozen=True, kw_only=True):
    plan: str
    attached_as: str = ""


class HerokuYmlRun(Noun, frozen=True, kw_only=True):
    """A process type; `image` names the one whose image it runs in, empty for its own."""

    type: str
    command: str = ""
    image: str = ""


class HerokuYml(Noun, frozen=True, kw_only=True):
    """heroku.yml as a whole. `images` are Dockerfiles by process type; `run` empty means that each image's
    own command runs. `oddities` are sentences about what Heroku does not know."""

    add_ons: tuple[HerokuYmlAddOn, ...] = ()
    config: tuple[str, ...] = ()
    images: dict[str, str] = field(default_factory=dict)
    build_config: tuple[str, ...] = ()
    release_image: str = ""
    release_command: str = ""
    run: tuple[HerokuYmlRun, ...] = ()
    oddities: tuple[str, ...] = ()


LineKind = Literal["platform", "disk", "certificate", "clock", "library", "config"]
"""`platform`: reads a variable that only Heroku or a buildpack sets; `disk`: writes to the local disk;
`certificate`: a check that is off; `clock`: time that lives in the code; `library`: made for Heroku;
`config`: reads a config var."""


class CodeLine(Noun, frozen=True, kw_only=True):
    """A line of code. `name` is the variable that it reads, or the rule that it falls under; `text` is clean,
    cut, and freed of what looks like a secret."""

    kind: LineKind
    name: str
    file: str
    line: int
    text: str


class Look(Noun, frozen=True, kw_only=True):
    """How far a look through the code went. `left_out` are lines that were found and not kept, since there
    are so many, by kind and name ("disk: writes a file"); `whole` False: it was ended at its limit of time or
    size."""

    files: int = 0
    left_out: dict[str, int] = field(default_factory=dict)
    whole: bool = True


class ConfigReads(Noun, frozen=True, kw_only=True):
    """Where the config vars of an app are read.

    `lines` by name: lines of kind `config`, those that read it in a way that is known before those that only
    name it. `only_named` are names of which no line is known to read them, `in_tests` those that tests alone
    name. `by_library` says by name who reads it without a line. Of those in `unread` nothing was found.
    """

    lines: dict[str, tuple[CodeLine, ...]] = field(default_factory=dict)
    only_named: tuple[str, ...] = ()
    in_tests: tuple[str, ...] = ()
    by_library: dict[str, str] = field(default_factory=dict)
    unread: tuple[str, ...] = ()
    whole: bool = True
