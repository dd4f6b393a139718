"""Dockerfiles for apps on the Java virtual machine: Maven, Gradle, sbt and Leiningen.

What each buildpack runs is from its source (heroku-buildpack-java lib/maven.sh, -gradle bin/compile, -scala
bin/compile, -clojure bin/compile, -jvm-common opt/*.sh, 2026).
"""

import re
from typing import NamedTuple

from wizard.document.checkout import Checkout
from wizard.mapping.problem import Problem
from wizard.prepare.image.guests import guest_stages, node_steps
from wizard.prepare.image.java_version import java_version
from wizard.prepare.image.libraries import command_packages
from wizard.prepare.image.stage import (
    Final,
    apt,
    dockerfile,
    environment,
    guests,
    sees_config,
    without_config,
)
from wizard.prepare.image.version import pins_of, runtime_of
from wizard.prepare.image.wish import Image, ImageWish
from wizard.prepare.start_script import SCRIPT, start_script

_BUILD_TOOL = re.compile(r"(?:^|[\s/])(gradlew?|mvnw?|sbt|lein|clojure|clj)\b")

SBT_URL = "https://github.com/sbt/sbt/releases/download"

_GRADLE_TASKS = (
    # In the order of the buildpack: a task of the app's own, then those of frameworks.
    (r"""task\s+stage\b|(?:register|create)\s*\(\s*['"]stage['"]|tasks\.stage\b""", "stage"),
    (r"org\.springframework\.boot", "build -x check"),
    (r"io\.micronaut", "shadowJar -x check"),
    (r"io\.quarkus", "build -x check"),
    (r"io\.ratpack", "installDist -x check"),
)


class _Tool(NamedTuple):
    """How a build tool is had and used: the image of the build, lines before the code is there, the RUN that
    builds; `after` drops what was only for building."""

    title: str
    base: str
    build: str
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()


def maven_image(checkout: Checkout, wish: ImageWish) -> Image:
    """The Dockerfile of an app that Maven builds."""
    problems: list[Problem] = []
    java = java_version(checkout, wish.app, problems)
    wrapper = checkout.has("mvnw")
    options = _from_config(wish, "MAVEN_CUSTOM_OPTS", "-DskipTests")
    goals = _from_config(wish, "MAVEN_CUSTOM_GOALS", "clean install")
    settings = " -s settings.xml" if checkout.has("settings.xml") else ""
    tool = _Tool(
        "its Java buildpack and Maven",
        f"eclipse-temurin:{java}-jdk" if wrapper else f"maven:3.9-eclipse-temurin-{java}",
        f"{'chmod +x mvnw && ./mvnw' if wrapper else 'mvn'} -B{settings} {options} {goals}",
    )
    return _image(checkout, wish, java, tool, problems)


def gradle_image(checkout: Checkout, wish: ImageWish) -> Image:
    """The Dockerfile of an app that Gradle builds, by its own wrapper."""
    problems: list[Problem] = []
    java = java_version(checkout, wish.app, problems)
    if not checkout.has("gradlew"):
        problems.append(
            Problem(
                code="gradle-wrapper",
                component=wish.app,
                text="has no Gradle wrapper (gradlew), without which Heroku does not build it either",
                remedy="Run `gradle wrapper` in the code and commit what it makes.",
                blocks=True,
            )
        )
    text = "\n".join(checkout.files.get(name, "") for name in ("build.gradle", "build.gradle.kts"))
    task = next((task for pattern, task in _GRADLE_TASKS if re.search(pattern, text)), "stage")
    build = f"chmod +x gradlew && ./gradlew --no-daemon {_from_config(wish, 'GRADLE_TASK', task)}"
    tool = _Tool(
        "its Gradle buildpack", f"eclipse-temurin:{java}-jdk", build, after=("RUN rm -rf .gradle build/tmp",)
    )
    return _image(checkout, wish, java, tool, problems)


def scala_image(checkout: Checkout, wish: ImageWish) -> Image:
    """The Dockerfile of an app that sbt builds."""
    problems: list[Problem] = []
    java = java_version(checkout, wish.app, problems)
    pins = pins_of(runtime_of(checkout, "heroku/scala"), "sbt")
    version = pins[0].version if pins else ""
    if not re.fullmatch(r"\d+\.\d+\.\d+(-[A-Za-z0-9]+)?", version):
        version = "1.11.7"
        problems.append(
            Problem(
                code="sbt-not-pinned",
                component=wish.app,
                text="names no version of sbt in project/build.properties; Heroku does not build that either",
                remedy="Write sbt.version=... there and commit it.",
                blocks=True,
            )
        )
    tasks = _from_config(wish, "SBT_TASKS", "compile stage")
    before = (
        f"ADD {SBT_URL}/v{version}/sbt-{version}.tgz /tmp/sbt.tgz",
        "RUN tar -xzf /tmp/sbt.tgz -C /opt && rm /tmp/sbt.tgz",
        "ENV PATH=/opt/sbt/bin:$PATH",
    )
    tool = _Tool(
        "its Scala buildpack",
        f"eclipse-temurin:{java}-jdk",
        f"sbt {tasks}",
        before,
        ("RUN rm -rf target/streams project/target",),
    )
    return _image(checkout, wish, java, tool, problems)


def clojure_image(checkout: Checkout, wish: ImageWish) -> Image:
    """The Dockerfile of an app that Leiningen builds."""
    problems: list[Problem] = []
    java = java_version(checkout, wish.app, problems)
    uberjar = ":uberjar-name" in checkout.files.get("project.clj", "")
    task = "uberjar" if uberjar else "with-profile production compile :all"
    own = "bin/build" in wish.hooks
    task = _from_config(wish, "LEIN_BUILD_TASK", task)
    build = "chmod +x bin/build && bin/build" if own else f"lein {task}"
    tool = _Tool(
        "its Clojure buildpack",
        f"clojure:temurin-{java}-lein-bookworm",
        build,
        # What Leiningen fetches must lie where the app's user finds it, if it starts the app.
        tuple(environment({"LEIN_JVM_OPTS": "-Duser.home=/app", "LEIN_ROOT": "1"})),
        ("RUN rm -rf .m2",) if uberjar else (),
    )
    return _image(checkout, wish, java, tool, problems, env={"LEIN_NO_DEV": "yes", "RING_ENV": "production"})


def _from_config(wish: ImageWish, name: str, default: str) -> str:
    """Words of a command that a config var may replace, as on Heroku, where the build sees it."""
    return f"${{{name}:-{default}}}" if name in wish.config and wish.env_file else default


def _image(
    checkout: Checkout,
    wish: ImageWish,
    java: str,
    tool: _Tool,
    problems: list[Problem],
    *,
    env: dict[str, str] | None = None,
) -> Image:
    build = [
        f"FROM {tool.base} AS build",
        *apt((*wish.beside.build_packages, *wish.beside.packages)),
        *environment(env or {}),
        *sees_config(wish),
        *tool.before,
        "WORKDIR /app",
        *guests(wish),
        "COPY . .",
        *(node_steps(checkout, wish, problems) if wish.beside.node else []),
        f"RUN {tool.build}",
        *tool.after,
        *without_config(wish),
    ]
    # A start line that calls the build tool needs it, and a whole JDK.
    whole = any(_BUILD_TOOL.search(line) for line in (wish.command, *wish.lines))
    final = Final(
        base=tool.base if whole else f"eclipse-temurin:{java}-jre",
        env=env or {},
        packages=command_packages(wish.lines),
        # Ubuntu's images bring a user of their own with the number that Heroku's has.
        root=("RUN ! id ubuntu > /dev/null 2>&1 || userdel --remove ubuntu",),
        before=tuple(line for line in tool.before if whole),
        code="COPY --from=build --chown=app:app /app ./",
        entrypoint=True,
    )
    stages = [*guest_stages(checkout, wish, problems), build]
    why = "Heroku sets the JVM's memory and JDBC_DATABASE_URL before each process; this does the same"
    return Image(
        text=dockerfile(wish, tool.title, stages, final),
        problems=tuple(problems),
        files={SCRIPT: (start_script(jvm=True), why)},
    )
