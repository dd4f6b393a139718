"""Packages before the code, so that a change of it installs nothing anew; and not where they need it."""

import json
import re

import msgspec
import pytest

from tests.wizard.prepare.described_apps import APPS, checkout
from wizard.prepare.dockerfile import IMAGES
from wizard.prepare.image.wish import ImageWish

WISH = ImageWish(app="shop", port=3000, command='["run"]')


@pytest.mark.parametrize(
    ("gemfile", "config", "early"),
    [
        ('source "https://rubygems.org"\ngem "rails", "~> 7.2"\n', (), True),
        ('gem "ours", path: "gems/ours"\n', (), False),
        ("gemspec\n", (), False),
        ('ruby file: ".ruby-version"\n', (), False),
        ('gem "x", git: "https://#{ENV["KEY"]}@git.example/x"\n', (), False),
        ('gem "rails"\n', ("BUNDLE_GEMS__EXAMPLE__COM",), False),
    ],
)
def test_gems_come_before_the_code_where_they_can(gemfile: str, config: tuple[str, ...], early: bool) -> None:
    wish = msgspec.structs.replace(WISH, config=config)
    text = IMAGES["ruby"](checkout({**APPS["ruby"], "Gemfile": gemfile}), wish).text
    assert (text.index("RUN bundle install") < text.index("COPY . .")) is early


def test_the_bundler_of_the_lock_file_is_in_both_stages() -> None:
    text = IMAGES["ruby"](checkout(APPS["ruby"]), WISH).text
    assert text.count("RUN gem install bundler --version 2.5.22 --no-document\n") == 2


@pytest.mark.parametrize(
    ("package", "files", "config", "early"),
    [
        ({"dependencies": {"express": "~4.1.0"}, "scripts": {"build": "tsc"}}, {}, (), True),
        ({"scripts": {"postinstall": "x"}}, {}, (), False),
        ({"scripts": {"prepare": "husky"}}, {}, (), False),
        ({"workspaces": ["packages/*"]}, {}, (), False),
        ({"dependencies": {"ours": "file:lib"}}, {}, (), False),
        ({"dependencies": {"ours": "../lib"}}, {}, (), False),
        ({"devDependencies": {"prisma": "^5"}}, {}, (), False),
        ({}, {".npmrc": "x"}, (), False),
        ({}, {"yarn.lock": ""}, (), False),
        ({}, {}, ("NPM_TOKEN",), False),
    ],
)
def test_packages_come_before_the_code_where_they_can(
    package: dict[str, object], files: dict[str, str], config: tuple[str, ...], early: bool
) -> None:
    app = {"package.json": json.dumps(package), "package-lock.json": "{}", **files}
    text = IMAGES["nodejs"](checkout(app), msgspec.structs.replace(WISH, config=config)).text
    install = re.search(r"RUN (npm ci|yarn install --production=false)", text)
    assert install and (install.start() < text.index("COPY . .")) is early
    assert text.count("npm ci ") + text.count("--production=false") == 1


@pytest.mark.parametrize(
    ("files", "early"),
    [({"go.sum": "x"}, True), ({}, False), ({"go.sum": "x", "vendor/modules.txt": ""}, False),
     ({"go.sum": "x", "go.mod": "module x\n\ngo 1.22\nreplace a => ./a\n"}, False)],
)  # fmt: skip
def test_modules_come_before_the_code_where_they_can(files: dict[str, str], early: bool) -> None:
    text = IMAGES["go"](checkout({**APPS["go"], **files}), WISH).text
    assert ("RUN go mod download\nCOPY . ." in text) is early
