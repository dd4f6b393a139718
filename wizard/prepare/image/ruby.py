"""A Dockerfile for a Ruby app (Rails, Rack or plain): what Heroku's Ruby buildpack does, step by step.

Variables are those of lib/language_pack/helpers/default_env_vars.rb and ruby.rb; Node.js and yarn come along
where there is a package.json, execjs or webpacker; assets are compiled where the task exists and no manifest
is committed (heroku-buildpack-ruby, 2026).
"""

import re

from wizard.document.checkout import Checkout
from wizard.mapping.problem import Problem
from wizard.prepare.image.catalogue import images
from wizard.prepare.image.guests import guest_stages, node_steps
from wizard.prepare.image.libraries import command_packages, library_packages
from wizard.prepare.image.stage import (
    Final,
    apt,
    dockerfile,
    environment,
    guests,
    sees_config,
    without_config,
)
from wizard.prepare.image.version import choose, numbers, pins_of, runtime_of, unread, written
from wizard.prepare.image.wish import Image, ImageWish

_NEEDS_CODE = re.compile(r"\b(path|file|gemspec|eval_gemfile|require\w*|File|Dir|ENV|instance_eval|load)\b")
"""Words of a Gemfile that reads other files of the code, or variables."""

_ASSETS = ("sprockets", "propshaft", "webpacker", "shakapacker", "vite_rails", "jsbundling-rails")


def ruby_image(checkout: Checkout, wish: ImageWish) -> Image:
    """The Dockerfile, with what a person should know about it."""
    problems: list[Problem] = []
    version, debian = _version(checkout, wish.app, problems)
    values = ruby_env(checkout, wish)
    build = [
        f"FROM ruby:{version}-{debian} AS build",
        *apt((*wish.beside.build_packages, *wish.beside.packages)),
        *environment(values),
        *sees_config(wish),
        "WORKDIR /app",
        *guests(wish),
        *_bundler(checkout),
        *_gems(checkout, wish),
        *(["RUN chmod +x bin/*"] if checkout.has("bin/") else []),
        *(node_steps(checkout, wish, problems) if wish.beside.node else []),
        *_assets(checkout, wish, problems),
        *without_config(wish),
    ]
    _lock(checkout, wish, problems)
    final = Final(
        base=f"ruby:{version}-slim-{debian}",
        env=values,
        paths=("/app/bin", "/app/vendor/bundle/bin"),
        packages=(*library_packages(checkout, "ruby"), *command_packages(wish.lines)),
        # Without it `bundle exec` would fetch the version that the lock file names, at each start.
        root=tuple(_bundler(checkout)),
        code="COPY --from=build --chown=app:app /app ./",
    )
    stages = [*guest_stages(checkout, wish, problems), build]
    return Image(text=dockerfile(wish, "its Ruby buildpack", stages, final), problems=tuple(problems))


def brings_node(checkout: Checkout) -> bool:
    """Whether the Ruby buildpack installs Node.js by itself."""
    return checkout.has("package.json") or bool(gem(checkout, "execjs") or gem(checkout, "webpacker"))


def gem(checkout: Checkout, name: str) -> tuple[int, ...]:
    """The version of a gem in Gemfile.lock; empty when it is not there."""
    match = re.search(
        rf"^ {{4}}{re.escape(name)} \((\d[^)]*)\)", checkout.files.get("Gemfile.lock", ""), re.M
    )
    return numbers(match[1]) if match else ()


def ruby_env(checkout: Checkout, wish: ImageWish) -> dict[str, str]:
    """The variables that the buildpack sets; a config var of the same name counts more there, too."""
    values = {
        "BUNDLE_DEPLOYMENT": "1",
        "BUNDLE_PATH": "vendor/bundle",
        "BUNDLE_BIN": "vendor/bundle/bin",
        "BUNDLE_WITHOUT": "development:test",
        "DISABLE_SPRING": "1",
        "MALLOC_ARENA_MAX": "2",
        "PUMA_PERSISTENT_TIMEOUT": "95",
    }
    if gem(checkout, "rack"):
        values["RACK_ENV"] = "production"
    rails = gem(checkout, "railties")
    if rails:
        values["RAILS_ENV"] = "production"
    if rails >= (4, 2):
        values["RAILS_SERVE_STATIC_FILES"] = "enabled"
    if rails >= (5, 0):
        values["RAILS_LOG_TO_STDOUT"] = "enabled"
    return values


def _version(checkout: Checkout, app: str, problems: list[Problem]) -> tuple[str, str]:
    """The tag of the image: version and the name of its Debian."""
    pins = pins_of(runtime_of(checkout, "heroku/ruby"), "ruby")
    pin = next((one for one in pins if numbers(one.version)), None)
    if pin is not None and "jruby" in pin.version:
        problems.append(
            Problem(
                code="jruby",
                component=app,
                text=f"runs with JRuby ({pin.version}); Offramp writes Dockerfiles for Ruby itself",
                remedy="Write a Dockerfile from the official image jruby, and commit it.",
                blocks=True,
            )
        )
    if pin is not None:
        unread("ruby", app, pin, problems)
    known = images().ruby
    wanted = numbers(pin.version, 3) if pin else ()
    if len(wanted) < 3:
        found = choose("ruby", app, known, (), problems, strict=True) if not wanted else written(wanted)
        return found, "bookworm"
    for series in images().ruby_series:
        if numbers(series.series) != wanted[:2]:
            continue
        if series.bookworm is not None and wanted[2] >= series.bookworm:
            return written(wanted), "bookworm"
        if series.bullseye is not None and wanted[2] >= series.bullseye:
            return written(wanted), "bullseye"
        return choose("ruby", app, known, wanted, problems, strict=False), "bullseye"
    if wanted < numbers(known.versions[0], 3):
        return choose("ruby", app, known, wanted, problems, strict=True), "bullseye"
    return written(wanted), "bookworm"


def _bundler(checkout: Checkout) -> list[str]:
    pins = pins_of(runtime_of(checkout, "heroku/ruby"), "bundler")
    version = pins[0].version if pins else ""
    if not re.fullmatch(r"\d+(\.\d+)*", version):
        return []
    return [f"RUN gem install bundler --version {version} --no-document"]


def _gems(checkout: Checkout, wish: ImageWish) -> list[str]:
    """The lines that bring gems and code: gems first where they need nothing of the code and no key, so that
    they are not installed anew for each change of it."""
    install = "RUN bundle install -j4 && rm -rf vendor/bundle/ruby/*/cache"
    keys = any(name.startswith("BUNDLE_") for name in wish.config)
    if keys or not checkout.has("Gemfile.lock") or _NEEDS_CODE.search(checkout.files.get("Gemfile", "")):
        return ["COPY . .", install]
    return ["COPY Gemfile Gemfile.lock ./", install, "COPY . ."]


def _lock(checkout: Checkout, wish: ImageWish, problems: list[Problem]) -> None:
    if not checkout.has("Gemfile.lock"):
        problems.append(
            Problem(
                code="ruby-no-lock",
                component=wish.app,
                text="has no Gemfile.lock, without which neither Heroku nor the Dockerfile builds it",
                remedy="Run `bundle lock --add-platform x86_64-linux` and commit Gemfile.lock.",
                blocks=True,
            )
        )
        return
    platforms = re.search(r"^PLATFORMS\n((?:  \S+\n?)+)", checkout.files.get("Gemfile.lock", ""), re.M)
    if platforms and not re.search(r"^  (ruby|x86_64-linux(-gnu)?)$", platforms[1], re.M):
        problems.append(
            Problem(
                code="ruby-platform",
                component=wish.app,
                text="its Gemfile.lock was made for no Linux: the build refuses it",
                remedy="Run `bundle lock --add-platform x86_64-linux` and commit Gemfile.lock.",
                blocks=True,
            )
        )
    if gem(checkout, "railties") >= (4, 1) and "SECRET_KEY_BASE" not in wish.config:
        problems.append(
            Problem(
                code="secret-key-base",
                component=wish.app,
                text="is Rails and has no config var SECRET_KEY_BASE: Heroku's buildpack made one up and "
                "keeps it in the slug; without it no session and no encrypted cookie stays valid",
                remedy="Set it on Heroku before the move, to the value that runs now: `heroku run --app "
                f"{wish.app} 'echo $SECRET_KEY_BASE'` shows it; it is carried over then.",
            )
        )


def _assets(checkout: Checkout, wish: ImageWish, problems: list[Problem]) -> list[str]:
    """The line that compiles assets, where the task for it exists."""
    rails = gem(checkout, "railties")
    task = "assets:precompile" in checkout.files.get("Rakefile", "")
    if not task and not (rails and any(gem(checkout, name) for name in _ASSETS)):
        return []
    if not wish.env_file:
        problems.append(
            Problem(
                code="assets-without-config",
                component=wish.app,
                text="assets:precompile saw all config vars on Heroku; in the build it sees none",
                remedy="Look that the app loads without them, or change the Dockerfile on the new branch.",
            )
        )
    # Rails wants some key to load at all. From 7.1 on it has a word for that; before, any will do.
    if rails >= (7, 1):
        before = "SECRET_KEY_BASE_DUMMY=1 "
    elif rails:
        before = 'SECRET_KEY_BASE="${SECRET_KEY_BASE:-only-for-the-build}" '
    else:
        before = ""
    return [f"RUN {before}bundle exec rake assets:precompile"]
