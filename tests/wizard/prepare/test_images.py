"""The Dockerfile of every language: BuildKit reads it, hadolint passes it, and it does what Heroku does."""

import json
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.wizard.prepare.described_apps import APPS, RACK, RAILS, checkout, instructions, lint, stages
from wizard.mapping.problem import Problem
from wizard.model.system import App
from wizard.prepare.command import exec_form
from wizard.prepare.dockerfile import IMAGES
from wizard.prepare.image.slug import slug_image
from wizard.prepare.image.wish import Beside, Image, ImageWish
from wizard.prepare.schedules import cron_stage

GONE = "gone"
"""The text of a file that an app has not."""

WISH = ImageWish(app="shop", port=3000, command='["run"]')
FULL = ImageWish(
    app="shop",
    port=3000,
    command='["run"]',
    cron_stage=cron_stage(),
    env_file=".target.env",
    lines=("psql $DATABASE_URL", "curl x"),
    beside=Beside(packages=("ffmpeg",), build_packages=("cmake",), env={"A": "b c"}, node=True, java=True,
                  scripts=("start-nginx",), commands=("RUN true",)),
    hooks=("bin/pre_compile", "bin/post_compile", "bin/go-pre-compile", "bin/go-post-compile"),
    copied={"/.target/Procfile": "Procfile"},
)  # fmt: skip


def wish_for(language: str, wish: ImageWish) -> ImageWish:
    guests = msgspec.structs.replace(wish.beside, node=wish.beside.node and language != "nodejs")
    return msgspec.structs.replace(wish, beside=guests)


def image(language: str, wish: ImageWish = WISH, **files: str) -> Image:
    return IMAGES[language](checkout({**APPS[language], **files}), wish_for(language, wish))


def codes(problems: tuple[Problem, ...]) -> set[str]:
    return {problem.code for problem in problems}


def test_every_dockerfile_passes_hadolint(tmp_path: Path) -> None:
    files = []
    for language in APPS:
        for number, wish in enumerate((WISH, FULL)):
            file = tmp_path / f"{language}-{number}.Dockerfile"
            file.write_text(image(language, wish).text)
            files.append(file)
    slug = slug_image(
        App(id="a", name="shop", region="eu", stack="heroku-22", web_url=""), FULL, elsewhere=True
    )
    (tmp_path / "slug.Dockerfile").write_text(slug.text)
    assert lint([*files, tmp_path / "slug.Dockerfile"]) == []


def test_hadolint_is_asked_at_all(tmp_path: Path) -> None:
    file = tmp_path / "Dockerfile"
    file.write_text("FROM debian:latest\nRUN cd /tmp && sudo ls\nEXPOSED 80\n")
    assert lint([file])


@pytest.mark.parametrize("language", APPS)
def test_what_every_image_has(language: str) -> None:
    for wish in (WISH, FULL):
        made = image(language, wish)
        *builds, final = stages(made.text)
        names = [name for name, _ in final]
        assert builds and not any(problem.blocks for problem in made.problems)
        users = [rest for name, rest in final if name == "USER"]
        assert users[-1] in ("app", "node", "www-data", "dyno")
        assert ("EXPOSE", "3000") in final and any(
            "PORT 3000" in rest for name, rest in final if name == "ENV"
        )
        assert ("WORKDIR", "/app") in final and any(
            "HOME /app" in rest for name, rest in final if name == "ENV"
        )
        assert final[-1] == ("CMD", "run")
        assert names.index("USER") > max(i for i, (name, _) in enumerate(final) if name in ("COPY", "RUN"))
        # An ENTRYPOINT of the base image would take the shell from the lines of the Procfile.
        takes = language in ("clojure", "gradle", "java", "nodejs", "php", "scala", "static")
        assert any(name == "ENTRYPOINT" and not rest for name, rest in final) is takes
        # Only what was built goes along.
        assert not any(name == "COPY" and rest.startswith(". ") for name, rest in final)


@pytest.mark.parametrize("language", APPS)
def test_the_config_of_the_build_stays_out_of_the_image(language: str) -> None:
    told = stages(image(language, FULL).text)
    build = next(stage for stage in told if any(rest == ". ." for name, rest in stage if name == "COPY"))
    assert ("SHELL", "/bin/bash -a -c") in build
    assert ("ENV", "BASH_ENV /app/.target.env =") in build or ("ENV", "BASH_ENV /app/.target.env") in build
    last = [rest for name, rest in build if name == "RUN"][-1]
    assert last == "rm -f .target.env"
    assert not any(".target.env" in rest for name, rest in told[-1])
    assert ".target.env" not in image(language, WISH).text


@pytest.mark.parametrize("language", sorted(set(APPS) - {"nodejs"}))
def test_a_guest_is_in_both_stages(language: str) -> None:
    told = stages(image(language, FULL).text)
    with_node = [stage for stage in told if any("--from=node" in step[1] or "/usr/local/bin/" in step[1]
                                                for step in stage if step[0] == "COPY")]  # fmt: skip
    assert len(with_node) >= 2 and told[-1] in with_node


def base(made: Image) -> str:
    return stages(made.text)[-1][0][1]


def build_base(made: Image) -> str:
    return next(rest for name, rest in instructions(made.text) if name == "FROM" and rest.endswith("build"))


@pytest.mark.parametrize(
    ("language", "files", "built", "runs", "expected"),
    [
        ("go", {"go.mod": "module x\n\ngo 1.23.4\n"}, "golang:1.23-bookworm", "debian:bookworm-slim", set()),
        ("go", {"go.mod": "module x\n\ngo 1.13\n"}, "golang:1.20-bookworm", "debian:bookworm-slim",
         {"go-no-image"}),
        ("go", {"go.mod": "module x\n"}, "golang:1.25-bookworm", "debian:bookworm-slim", {"go-not-pinned"}),
        ("java", {}, "maven:3.9-eclipse-temurin-21", "eclipse-temurin:21-jre", set()),
        ("java", {"mvnw": "", "system.properties": "java.runtime.version=1.8"},
         "eclipse-temurin:8-jdk", "eclipse-temurin:8-jre", set()),
        ("java", {"system.properties": "java.runtime.version = zulu-19"},
         "maven:3.9-eclipse-temurin-21", "eclipse-temurin:21-jre", {"java-no-image"}),
        ("java", {"system.properties": ""}, "maven:3.9-eclipse-temurin-25", "eclipse-temurin:25-jre",
         {"java-not-pinned"}),
        ("gradle", {}, "eclipse-temurin:17-jdk", "eclipse-temurin:17-jre", set()),
        ("clojure", {}, "clojure:temurin-21-lein-bookworm", "eclipse-temurin:21-jre", set()),
        ("dotnet", {}, "mcr.microsoft.com/dotnet/sdk:8.0", "mcr.microsoft.com/dotnet/aspnet:8.0", set()),
        ("ruby", {}, "ruby:3.3.6-bookworm", "ruby:3.3.6-slim-bookworm",
         {"secret-key-base", "assets-without-config"}),
        ("ruby", {"Gemfile.lock": RACK.replace("3.2.4p170", "3.1.2p20")},
         "ruby:3.1.2-bullseye", "ruby:3.1.2-slim-bullseye", set()),
        ("python", {}, "python:3.12-bookworm", "python:3.12-slim-bookworm", {"collectstatic"}),
        ("nodejs", {}, "node:22-bookworm", "node:22-bookworm-slim", set()),
    ],
)  # fmt: skip
def test_versions(language: str, files: dict[str, str], built: str, runs: str, expected: set[str]) -> None:
    made = IMAGES[language](checkout({**APPS[language], **files}), WISH)
    assert build_base(made) == f"{built} as build" or build_base(made) == f"{built} AS build"
    assert base(made) == runs
    assert codes(made.problems) == expected


@pytest.mark.parametrize(
    ("require", "lock", "version"),
    [
        ("^8.2", [], "8.5"),
        ("~8.2.0", [], "8.2"),
        ("8.3.*", [], "8.3"),
        (">=8.1 <8.4", [], "8.3"),
        ("^7.4 || ^8.0", [], "8.5"),
        ("8.1.12", [], "8.1"),
        ("^8.0", ["<8.4"], "8.3"),
        (">=8.1", ["^8.1 || ^8.2", "~8.1.0 || ~8.2.0 || ~8.3.0"], "8.3"),
        ("8.0 - 8.2", [], "8.2"),
        ("*", [], "8.5"),
        ("!=8.5.1", [], "8.5"),
    ],
)
def test_ranges_of_composer(require: str, lock: list[str], version: str) -> None:
    packages = {"packages": [{"require": {"php": one}} for one in lock]}
    files = {
        "composer.json": json.dumps({"require": {"php": require}}),
        "composer.lock": json.dumps(packages),
    }
    made = IMAGES["php"](checkout(files), WISH)
    assert f"FROM php:{version}-apache-bookworm AS base\n" in made.text and made.problems == ()


def test_php_has_its_extensions_and_its_server() -> None:
    nginx = image("php", msgspec.structs.replace(WISH, lines=("heroku-php-nginx -C nginx_app.conf public/",)))
    assert "FROM php:8.5-fpm-bookworm AS base" in nginx.text
    assert (
        "install-php-extensions bz2 gd mysqli opcache pdo_mysql pdo_pgsql pgsql sockets zip\n" in nginx.text
    )
    assert "ln -s /app/heroku-php.sh /usr/local/bin/heroku-php-nginx" in nginx.text
    assert set(nginx.files) == {"heroku-php.sh"}
    assert "php:8.5-apache-bookworm" in image("php").text


@pytest.mark.parametrize(
    ("language", "files", "config", "line"),
    [
        ("java", {}, (), "RUN mvn -B -DskipTests clean install\n"),
        ("java", {"mvnw": "x"}, (), "RUN chmod +x mvnw && ./mvnw -B -DskipTests clean install\n"),
        ("java", {}, ("MAVEN_CUSTOM_OPTS",), "RUN mvn -B ${MAVEN_CUSTOM_OPTS:--DskipTests} clean install\n"),
        ("gradle", {}, (), "./gradlew --no-daemon build -x check\n"),
        ("gradle", {"build.gradle": "task stage { }"}, (), "./gradlew --no-daemon stage\n"),
        ("gradle", {"build.gradle": ""}, ("GRADLE_TASK",), "./gradlew --no-daemon ${GRADLE_TASK:-stage}\n"),
        ("scala", {}, (), "RUN sbt compile stage\n"),
        ("scala", {}, (), "/v1.10.7/sbt-1.10.7.tgz "),
        ("clojure", {}, (), "RUN lein uberjar\n"),
        ("clojure", {"project.clj": "(defproject x)"}, (), "RUN lein with-profile production compile :all\n"),
        ("go", {}, (), "RUN mkdir -p bin && GOBIN=/app/bin go install -v -tags heroku ./...\n"),
        ("go", {"go.mod": "// +heroku install ./cmd/web ./cmd/job\nmodule x\n"}, (),
         "heroku ./cmd/web ./cmd/job\n"),
        ("go", {}, ("GO_INSTALL_PACKAGE_SPEC",), "heroku ${GO_INSTALL_PACKAGE_SPEC:-./...}\n"),
        ("dotnet", {}, (),
         "RUN dotnet publish Shop.csproj --configuration Release -p:PublishDir=bin/publish\n"),
        ("ruby", {}, (), "RUN gem install bundler --version 2.5.22 --no-document\n"),
        ("ruby", {}, (), "RUN SECRET_KEY_BASE_DUMMY=1 bundle exec rake assets:precompile\n"),
        ("ruby", {"Gemfile.lock": RAILS.replace("7.2.2", "5.2.8")}, (),
         'RUN SECRET_KEY_BASE="${SECRET_KEY_BASE:-only-for-the-build}" bundle exec rake assets:precompile\n'),
        ("php", {"composer.json": '{"scripts": {"compile": "x"}}'}, (),
         "RUN composer run-script --no-dev --no-interaction compile\n"),
        ("python", {"nltk.txt": "punkt"}, (), "python -m nltk.downloader -d /app/nltk_data"),
        ("python", {}, (), "RUN python manage.py collectstatic --noinput\n"),
        ("nodejs", {"package.json": '{"scripts": {"heroku-cleanup": "x"}}'}, (),
         "RUN npm prune --omit=dev\nRUN npm run heroku-cleanup\n"),
        ("nodejs", {"package-lock.json": GONE, "pnpm-lock.yaml": "",
                    "package.json": '{"engines": {"pnpm": "9.1.0"}}'},
         (), "RUN corepack enable && corepack prepare pnpm@9.1.0 --activate\n"),
    ],
)  # fmt: skip
def test_the_lines_that_build(
    language: str, files: dict[str, str], config: tuple[str, ...], line: str
) -> None:
    wish = msgspec.structs.replace(WISH, config=config, env_file=".target.env")
    app = {name: text for name, text in {**APPS[language], **files}.items() if text != GONE}
    assert line in IMAGES[language](checkout(app), wish).text


def test_a_config_var_steers_nothing_where_the_build_does_not_see_it() -> None:
    wish = msgspec.structs.replace(WISH, config=("MAVEN_CUSTOM_OPTS", "GRADLE_TASK"))
    assert "$" not in build_of(IMAGES["java"](checkout(APPS["java"]), wish))
    assert "$" not in build_of(IMAGES["gradle"](checkout(APPS["gradle"]), wish))


def build_of(made: Image) -> str:
    return "\n".join(rest for name, rest in stages(made.text)[-2] if name == "RUN")


@pytest.mark.parametrize(
    ("language", "files", "code"),
    [
        ("gradle", {"gradlew": GONE}, "gradle-wrapper"),
        ("scala", {"project/build.properties": GONE}, "sbt-not-pinned"),
        ("go", {"go.mod": GONE}, "go-no-modules"),
        ("dotnet", {"Other.csproj": "<Project/>"}, "dotnet-source"),
        ("ruby", {"Gemfile.lock": GONE}, "ruby-no-lock"),
        ("ruby", {"Gemfile.lock": RACK.replace("S\n  ruby", "S\n  arm64-darwin-23")}, "ruby-platform"),
        ("ruby", {"Gemfile.lock": RACK.replace("3.2.4p170", "2.3.8p459")}, "ruby-too-old"),
        ("ruby", {"Gemfile.lock": RACK.replace("3.2.4p170", "3.1.4p0 (jruby 9.4.8.0)")}, "jruby"),
        ("static", {"static.json": "{"}, "static-json"),
        ("php", {"composer.json": '{"require": {"php": "^5.6"}}'}, "php-too-old"),
    ],
)  # fmt: skip
def test_what_cannot_be_built_blocks_and_says_what_to_do(
    language: str, files: dict[str, str], code: str
) -> None:
    app = {name: text for name, text in {**APPS[language], **files}.items() if text != GONE}
    made = IMAGES[language](checkout(app), WISH)
    (problem,) = (problem for problem in made.problems if problem.blocks)
    assert problem.code == code and problem.text and problem.remedy


def test_rails_says_where_its_key_is_unless_the_app_has_one() -> None:
    (problem,) = image("ruby", msgspec.structs.replace(WISH, env_file=".e")).problems
    assert problem.code == "secret-key-base" and "echo $SECRET_KEY_BASE" in problem.remedy
    has = msgspec.structs.replace(WISH, env_file=".e", config=("SECRET_KEY_BASE",))
    assert image("ruby", has).problems == ()
    rack = IMAGES["ruby"](checkout({"Gemfile": "", "Gemfile.lock": RACK}), WISH)
    assert rack.problems == () and "RAILS_ENV" not in rack.text and "RACK_ENV=production" in rack.text


def test_rails_serves_its_files_and_logs_as_on_heroku() -> None:
    text = image("ruby").text.split("FROM ")[-1]
    for told in ("RAILS_SERVE_STATIC_FILES=enabled", "RAILS_LOG_TO_STDOUT=enabled", "RAILS_ENV=production"):
        assert told in text
    assert "libpq5" in text


@pytest.mark.parametrize(
    ("language", "memory", "count"),
    [("python", 512, 2), ("python", 1024, 4), ("python", 2560, 5), ("python", 14336, 17), ("nodejs", 512, 1),
     ("nodejs", 2560, 5), ("nodejs", 129024, 63), ("python", 100, 1)],
)  # fmt: skip
def test_as_many_processes_as_on_heroku(language: str, memory: int, count: int) -> None:
    text = image(language, msgspec.structs.replace(WISH, memory_mb=memory)).text
    assert f"WEB_CONCURRENCY={count} " in text


def test_packages_for_what_the_code_starts() -> None:
    lines = (
        "psql $DATABASE_URL -c 'select 1'",
        "bash -c 'curl -f x'",
        "python psql.py",
        "scripts/convert.py x",
    )
    final = image("python", msgspec.structs.replace(WISH, lines=lines)).text.split("FROM ")[-1]
    assert "install -y --no-install-recommends ca-certificates curl libpq5 postgresql-client " in final


def test_static_json_becomes_settings_of_nginx() -> None:
    told = {
        "root": "build/",
        "clean_urls": True,
        "https_only": True,
        "error_page": "404.html",
        "routes": {"/assets/*": "assets/x.html", "/**": "index.html", "/bad {": "x"},
        "redirects": {"/old": {"url": "https://new.example/"}, "/env": {"url": "${SECRET_URL}/x"}},
        "headers": {"/**": {"X-Frame-Options": "DENY", "X-Bad": 'a";}'}, "/one": {"A": "b"}},
        "proxies": {"/api": {"origin": "${API_URL}"}},
    }
    made = image("static", **{"static.json": json.dumps(told)})
    script, _ = made.files["heroku-static.sh"]
    for line in (
        'root "/app/build";',
        "error_page 404 500 /404.html;",
        'if ($http_x_forwarded_proto != "https") { return 301 https://$host$request_uri; }',
        "location ~ ^/assets/[^/]*$ { try_files $uri.html $uri $uri/ /assets/x.html =404; }",
        "location / { try_files $uri.html $uri $uri/ /index.html =404; }",
        "location = /old { return 301 https://new.example/; }",
        'add_header X-Frame-Options "DENY" always;',
    ):
        assert f"    {line}\n" in script
    assert "SECRET_URL" not in script and "API_URL" not in script and "bad" not in script.lower()
    assert len([one for one in made.problems if one.code == "static-json-part"]) == 5


def test_a_slug_is_a_stop_gap_and_is_deployed_as_an_image() -> None:
    app = App(id="a", name="shop", region="eu", stack="heroku-22", web_url="")
    made = slug_image(app, WISH, elsewhere=True)
    assert "FROM heroku/heroku:22\n" in made.text and "stop-gap" in made.text
    assert codes(made.problems) == {"slug-stop-gap"} and set(made.files) == {"heroku-start.sh"}
    blocked = slug_image(app, WISH, elsewhere=False)
    assert [one.code for one in blocked.problems if one.blocks] == ["slug-needs-image"]


NAMES = sorted({name for files in APPS.values() for name in files} | {"yarn.lock", "Pipfile.lock", "uv.lock",
               "poetry.lock", "mvnw", "bun.lock", ".npmrc", "nltk.txt", "Rakefile"})  # fmt: skip
CANARY = "CANARY-4711"


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    language=st.sampled_from(sorted(APPS)),
    texts=st.dictionaries(
        st.sampled_from(NAMES), st.text(max_size=60).map(lambda text: f"{text}\n{CANARY}\n"), max_size=5
    ),
    known=st.sets(st.sampled_from(NAMES)),
    port=st.integers(1024, 65535),
    command=st.text(min_size=1, max_size=30).filter(str.strip),
    wish=st.sampled_from([WISH, FULL]),
)
def test_any_app_gives_a_file_that_is_read_and_comes_out_the_same(
    language: str, texts: dict[str, str], known: set[str], port: int, command: str, wish: ImageWish
) -> None:
    files = {**APPS[language], **texts}
    wish = msgspec.structs.replace(wish_for(language, wish), port=port, command=exec_form(command))
    made = IMAGES[language](checkout(files, *known), wish)
    assert IMAGES[language](checkout(files, *known), wish) == made
    final = stages(made.text)[-1]
    assert final[-1][0] == "CMD" and ("EXPOSE", str(port)) in final
    assert any(f"PORT {port}" in rest for name, rest in final if name == "ENV")
    assert CANARY not in made.text and CANARY not in str(made.files)
    assert all(problem.text and problem.remedy for problem in made.problems)
