"""Lines of code: what each language's way of reading, writing and trusting looks like, and what is none."""

from collections.abc import Callable
from pathlib import Path

import pytest

from wizard.document.checkout import Checkout
from wizard.document.config.platform_variables import set_by
from wizard.document.repository.code import read_code
from wizard.document.repository.code_text import safe_line
from wizard.document.repository.code_tree import FolderTree
from wizard.document.repository.config_reads import config_reads
from wizard.document.repository.env_reads import family_of, reads
from wizard.model.secret import DOTS

MakeCheckout = Callable[..., Path]

READS = [
    ("a.rb", 'x = ENV["DYNO"]', ["DYNO"]),
    ("a.rb", "ENV.fetch('PORT') { 3000 }", ["PORT"]),
    ("a.rb", 'ENV.fetch("PORT", ENV["STACK"])', ["PORT", "STACK"]),
    ("a.rb", "if ENV.key?('DYNO')", ["DYNO"]),
    ("a.erb", "<%= ENV['PORT'] %>", ["PORT"]),
    ("a.rb", 'ENV["DYNO"] = "x"', []),
    ("a.rb", 'ENV["DYNO"] ||= "x"', []),
    ("a.rb", 'ENV["DYNO"] == "x"', ["DYNO"]),
    ("a.js", "process.env.PORT || 3000", ["PORT"]),
    ("a.ts", "process.env['PORT']", ["PORT"]),
    ("a.ts", "const { DYNO, PORT: port = 1 } = process.env;", ["PORT", "DYNO"]),
    ("a.js", "process.env.PORT = 1", []),
    ("a.ts", "WEB_CONCURRENCY = toNumber(environment.WEB_CONCURRENCY)", ["WEB_CONCURRENCY"]),
    ("a.js", "import.meta.env.STACK", ["STACK"]),
    ("a.ts", 'Deno.env.get("PORT")', ["PORT"]),
    ("a.js", 'if ("DYNO" in process.env)', ["DYNO"]),
    ("a.py", 'os.environ["PORT"]', ["PORT"]),
    ("a.py", "os.environ.get('PORT', 1)", ["PORT"]),
    ("a.py", 'os.getenv("DYNO")', ["DYNO"]),
    ("a.py", '"DYNO" not in os.environ', ["DYNO"]),
    ("a.py", 'env.int("PORT", default=1)', ["PORT"]),
    ("a.py", 'config("PORT", cast=int)', ["PORT"]),
    ("a.py", 'port: int = Field(1, validation_alias="PORT")', ["PORT"]),
    ("a.py", 'os.environ["PORT"] = "1"', []),
    ("a.php", "getenv('PORT')", ["PORT"]),
    ("a.php", "$_ENV['PORT'] . $_SERVER['DYNO']", ["PORT", "DYNO"]),
    ("a.php", "env('PORT', 80)", ["PORT"]),
    ("A.java", 'System.getenv("PORT")', ["PORT"]),
    ("A.java", 'System.getenv().getOrDefault("PORT", "1")', ["PORT"]),
    ("A.java", '@Value("${PORT:8080}")', ["PORT"]),
    ("a.scala", 'sys.env.getOrElse("PORT", "1")', ["PORT"]),
    ("a.scala", 'sys.env("PORT")', ["PORT"]),
    ("application.conf", "http.port = ${?PORT}", ["PORT"]),
    ("application.properties", "server.port=${PORT:5000}", ["PORT"]),
    ("a.go", 'os.Getenv("PORT")', ["PORT"]),
    ("a.go", 'p, ok := os.LookupEnv("PORT")', ["PORT"]),
    ("a.go", 'Port int `env:"PORT"`', ["PORT"]),
    ("a.cs", 'Environment.GetEnvironmentVariable("PORT")', ["PORT"]),
    ("a.cs", 'builder.Configuration["PORT"]', ["PORT"]),
    ("a.cs", 'config.GetValue<int>("PORT")', ["PORT"]),
    ("a.ex", 'System.fetch_env!("PORT")', ["PORT"]),
    ("a.ex", 'System.get_env("PORT")', ["PORT"]),
    ("a.rs", 'std::env::var("PORT")', ["PORT"]),
    ("a.clj", '(System/getenv "PORT")', ["PORT"]),
    ("a.clj", "(env :web-concurrency)", ["WEB_CONCURRENCY"]),
    ("a.sh", "echo ${PORT:-80} $DYNO", ["PORT", "DYNO"]),
    ("a.sh", "echo \\$PORT", []),
    ("Procfile", "web: run -p $PORT", ["PORT"]),
    ("Dockerfile", "CMD run -p ${PORT}", ["PORT"]),
    ("nginx.conf.erb", 'listen <%= ENV["PORT"] %>;', ["PORT"]),
    ("a.yml", "port: <%= ENV['PORT'] %>", ["PORT"]),
    ("a.js", "const PORT = 3000; listen(PORT)", []),
    ("a.js", "`${PORT}`", []),
    ("a.py", 'config["port"]', []),
    ("a.py", "REPORT = 1", []),
]


@pytest.mark.parametrize(("path", "line", "found"), READS)
def test_every_languages_way_of_reading(path: str, line: str, found: list[str]) -> None:
    family = family_of(path)
    assert family is not None
    assert sorted(set(reads(line, family))) == sorted(found)


def test_who_sets_a_variable() -> None:
    assert "dyno" in set_by("DYNO") and "Ruby" in set_by("RAILS_SERVE_STATIC_FILES")
    assert "Postgres" in set_by("HEROKU_POSTGRESQL_BLUE_URL") and set_by("HEROKU_WHATEVER")
    assert [name for name in ("DATABASE_URL", "heroku_x", "SECRET", "HEROKU") if set_by(name)] == []


FILES = {
    "app.rb": "# ENV['DYNO']\nputs ENV['DYNO'] # here\nx = 1 # ENV['STACK']\n",
    "spec/app_spec.rb": "ENV['DYNO']\nFile.write('x', y)\n",
    "node_modules/x/index.js": "process.env.PORT\n",
    "vendor/x.rb": "ENV['DYNO']\n",
    "public/app.min.js": "process.env.PORT\n",
    "README.md": "ENV['DYNO']\n",
    "compose.yml": "services: {a: {environment: {P: ${PORT}}}}\n",
    ".github/workflows/x.yml": "on: {schedule: [{cron: '1 2 * * *'}]}\njobs: {heroku: {run: $PORT}}\n",
    ".github/workflows/y.yml": "on: {schedule: [{cron: '1 2 * * *'}]}\n",
    "config/environments/production.rb": "config.active_storage.service = :local\n",
    "config/environments/development.rb": "config.active_storage.service = :local\nx = ENV['PORT']\n",
    "Gemfile": "gem 'rails_12factor', group: :production\ngem 'rack'\n",
    "package.json": '{"dependencies": {\n"heroku-ssl-redirect": "^1.0",\n"x": "heroku"}}',
    "dj.py": "import django_heroku\nherokuish = 1\nMEDIA_ROOT = ''\n",
    "pom.xml": "<groupId>com.heroku.sdk</groupId>\n",
    "config/schedule.rb": "every 1.day, at: '4:30 am' do\nend\n",
    "config/sidekiq.yml": ":schedule:\n  nightly:\n    cron: '0 3 * * *'\n    class: <%= X %>\n",
    "crontab": "# m h\n0 4 * * * bin/nightly\n@daily bin/other\nMAILTO=x\n",
    "Procfile": "web: puma -p $PORT\nclock: clockwork clock.rb\n",
    "clock.rb": "include Clockwork\nevery(1.day, 'mail')\n",
    "beat.py": "app.conf.beat_schedule = {}\n",
    "store.py": (
        "with open(path, 'w') as f: pass\nopen(path)\nopen('/tmp/x', 'w')\nopen(name, mode='rb')\n"
        "tmp_path.write_text('x')\nwhere.write_bytes(b'x')\nMEDIA_ROOT: str = BASE / 'media'\n"
    ),
    "save.js": (
        "fs.writeFileSync(p, x);\nfs.readFileSync(p);\nmulter({ dest: 'up/' })\nfs.openSync(p)\n"
        "async writeFile(f) {\n"
    ),
    "config/session.php": "'driver' => env('SESSION_DRIVER', 'file'),\n",
    "webpack.config.js": "fs.writeFileSync('x', y)\nprocess.env.NODE_ENV\n",
    "scripts/seed.py": "open('x', 'w')\n",
    "settings.py": "DATABASES = {'ENGINE': 'django.db.backends.sqlite3'}\nx = dj_database_url.config()\n",
    "lite.py": "sqlite3.connect('app.db')\nsqlite3.connect(':memory:')\n",
    "redis.rb": "Redis.new(ssl_params: { verify_mode: OpenSSL::SSL::VERIFY_NONE })\n",
    "pg.ts": "new Pool({ ssl: { rejectUnauthorized: false } })\nssl({ rejectUnauthorized: true })\n",
    "tls.rb": "url.sub('redis:', 'rediss:')\n",
    "red.py": (
        "redis.from_url(u, ssl_cert_reqs=None)\nrequests.get(u, verify=False)\nverify = True\n"
        "jwt.decode(x, verify=False)\nf(ssl_require=False)\nf(ssl_require=not DEBUG)\n"
    ),
    "db.go": 'dsn := "postgres://u:hunter2@db.example/x?sslmode=require"\n',
    "long.js": "process.env.PORT;" + "x" * 2_000 + "\n",
    "binary.rb": b"ENV['DYNO']\0\n",
    "é.rb": "ENV['DYNO']\n",
}  # fmt: skip

FOUND = {
    "platform": [
        ("DYNO", "app.rb:2"),
        ("PORT", "Procfile:1"),
        ("DYNO", "é.rb:1"),
    ],
    "disk": [
        ("Active Storage on local disk", "config/environments/production.rb:1"),
        ("file store for cache or sessions", "config/session.php:1"),
        ("SQLite database", "lite.py:1"),
        ("writes a file", "save.js:1"),
        ("uploads by multer", "save.js:3"),
        ("writes a file", "store.py:1"),
        ("writes a file", "store.py:6"),
        ("uploads of Django", "store.py:7"),
    ],
    "certificate": [
        ("sslmode that checks no certificate", "db.go:1"),
        ("rejectUnauthorized: false", "pg.ts:1"),
        ("ssl_cert_reqs off", "red.py:1"),
        ("verify=False", "red.py:2"),
        ("ssl_require, which checks no certificate", "red.py:6"),
        ("VERIFY_NONE", "redis.rb:1"),
    ],
    "clock": [
        ("a timed workflow of GitHub", ".github/workflows/x.yml:1"),
        ("a clock process", "Procfile:2"),
        ("Celery beat", "beat.py:1"),
        ("Clockwork", "clock.rb:1"),
        ("Clockwork", "clock.rb:2"),
        ("whenever", "config/schedule.rb:1"),
        ("sidekiq-scheduler", "config/sidekiq.yml:2"),
        ("crontab", "crontab:2"),
        ("crontab", "crontab:3"),
    ],
    "library": [
        ("a gem for Heroku", "Gemfile:1"),
        ("a package for Heroku", "dj.py:1"),
        ("a package for Heroku", "package.json:2"),
        ("a library for Heroku", "pom.xml:1"),
    ],
}


def lines(checkout: Checkout) -> dict[str, list[tuple[str, str]]]:
    found: dict[str, list[tuple[str, str]]] = {}
    for line in checkout.lines:
        found.setdefault(line.kind, []).append((line.name, f"{line.file}:{line.line}"))
    return {kind: sorted(of, key=str) for kind, of in found.items()}


def test_lines_of_a_commit_and_of_a_plain_folder(make_checkout: MakeCheckout, tmp_path: Path) -> None:
    folder = make_checkout("app", FILES)
    (folder / "app.rb").write_text("ENV['STACK']\n")  # not committed, so not read
    (folder / "new.rb").write_text("ENV['STACK']\n")
    committed = read_code(folder)
    wanted = {kind: sorted(of, key=str) for kind, of in FOUND.items()}
    assert lines(committed) == wanted
    assert "hunter2" not in str(committed.lines)
    plain = tmp_path / "plain"
    for name, text in FILES.items():
        (plain / name).parent.mkdir(parents=True, exist_ok=True)
        (plain / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    (plain / "loop").symlink_to(plain)
    (plain / "link.rb").symlink_to(plain / "app.rb")
    assert lines(read_code(plain)) == wanted


def test_a_part_of_a_repository_is_read_alone(make_checkout: MakeCheckout) -> None:
    folder = make_checkout(
        "mono", {"api/a.rb": "ENV['DYNO']\n", "web/b.rb": "ENV['DYNO']\n", "api/Procfile": ""}
    )
    assert lines(read_code(folder / "api")) == {"platform": [("DYNO", "a.rb:1")]}


def test_many_lines_of_one_name_are_counted(make_checkout: MakeCheckout) -> None:
    text = "ENV['RAILS_ENV']\n" * 30 + "File.write(a, b)\n" * 260
    checkout = read_code(make_checkout("app", {"a.rb": text}))
    assert checkout.look is not None
    assert checkout.look.left_out == {"platform: RAILS_ENV": 25, "disk: writes a file": 60}
    assert len(checkout.lines) == 205


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ('password = "hunter2hunter2"', f'password = "{DOTS}"'),
        ("url = 'postgres://u:hunter2@h/d'", f"url = 'postgres://u:{DOTS}@h/d'"),
        ("url = 'postgres://u:#{pw}@h/d'", "url = 'postgres://u:#{pw}@h/d'"),
        ('key: "sk_live_hunter2hunter2"', f'key: "{DOTS}"'),
        ("x = 'a1b2c3d4e5f6a7b8c9d0e1f2'", f"x = '{DOTS}'"),
        ('-H "Authorization: Bearer hunter2hunter2"', f'-H "Authorization: Bearer {DOTS}"'),
        ("connect('user=me password=hunter dbname=x')", f"connect('user=me password={DOTS} dbname=x')"),
        ('"Server=x;Password=hunter;Ssl=1"', f'"Server=x;Password={DOTS};Ssl=1"'),
        ("PGPASSWORD=hunter22 psql", f"PGPASSWORD={DOTS} psql"),
        ("dpl --api-key=hunter22x --app=a", f"dpl --api-key={DOTS} --app=a"),
        ("curl -u me:hunter22 https://x", f"curl -u me:{DOTS} https://x"),
        ("auth: { user: 'me', pass: 'hunter' }", f"auth: {{ user: 'me', pass: '{DOTS}' }}"),
        ('f("SECRET_KEY", "MAIL_API_KEY")', 'f("SECRET_KEY", "MAIL_API_KEY")'),
        ("f(password=password, token=token)", "f(password=password, token=token)"),
        ("heroku run -a $APP --token $TOKEN", "heroku run -a $APP --token $TOKEN"),
        ('password = ENV.fetch("DB_PASSWORD")', 'password = ENV.fetch("DB_PASSWORD")'),
        ('require "active_storage/service/disk_service"', 'require "active_storage/service/disk_service"'),
        ('ENV["SECRET_KEY_BASE"] || "hunter2"', f'ENV["SECRET_KEY_BASE"] || "{DOTS}"'),
        ("ENV.fetch('API_TOKEN') { 'hunter2' }", f"ENV.fetch('API_TOKEN') {{ '{DOTS}' }}"),
        ("process.env.JWT_SECRET ?? 'hunter2'", f"process.env.JWT_SECRET ?? '{DOTS}'"),
        ("jwt=${JWT_SECRET:hunter2}", f"jwt=${{JWT_SECRET:{DOTS}}}"),
        ("psql -c \"alter role x password 'hunter2'\"", f"psql -c \"alter role x password '{DOTS}'\""),
        ("echo ${JWT_SECRET:?not set}", "echo ${JWT_SECRET:?not set}"),
        ("  \tx\x1b[31m\u202e", "x␛[31m<U+202E>"),
    ],
)
def test_what_of_a_line_is_shown(line: str, shown: str) -> None:
    assert safe_line(line) == shown
    assert safe_line(shown) == shown


CONFIG = {
    "a.rb": 'ENV["READ"]\n# ENV["COMMENT"]\nputs "SAID is set"\nENV["READ_TOO"]\nENV["UNREAD_MORE"]\n',
    "spec/a_spec.rb": 'ENV["TESTED"]\n',
    "application.yml": "acme:\n  mail-host: x\n",
    "settings.py": "class Settings(BaseSettings):\n    stripe_secret: str\n",
    ".env": "ONLY_ENV_FILE=hunter2\n",
    "app.json": '{"env": {"ONLY_APP_JSON": "x"}}',
    "README.md": "Set DOCUMENTED\n",
}


def test_which_config_vars_are_read(make_checkout: MakeCheckout) -> None:
    names = (
        "READ SAID COMMENT TESTED ACME_MAIL_HOST STRIPE_SECRET ONLY_ENV_FILE ONLY_APP_JSON DOCUMENTED UNREAD"
    )
    asked = [*names.split(), "DATABASE_URL", "SENTRY_DSN", "odd name", "a|b"]
    found = read_code(make_checkout("app", CONFIG), asked).config_reads
    assert found is not None
    assert {name: [f"{line.file}:{line.line}" for line in of] for name, of in found.lines.items()} == {
        "READ": ["a.rb:1"],
        "SAID": ["a.rb:3"],
        "ACME_MAIL_HOST": ["application.yml:2"],
        "STRIPE_SECRET": ["settings.py:2"],
    }
    assert found.only_named == ("SAID", "ACME_MAIL_HOST", "STRIPE_SECRET")
    assert found.in_tests == ("TESTED",)
    assert set(found.by_library) == {"DATABASE_URL", "SENTRY_DSN"}
    assert set(found.unread) == {
        "COMMENT",
        "TESTED",
        "ONLY_ENV_FILE",
        "ONLY_APP_JSON",
        "DOCUMENTED",
        "UNREAD",
    }


@pytest.mark.parametrize(
    ("file", "line", "shown"),
    [
        ("a.yml", "FLUFF_PASS: rabbit", f"FLUFF_PASS: {DOTS}"),
        ("a.yml", "FLUFF_PASS: ${{ secrets.FLUFF }}", "FLUFF_PASS: ${{ secrets.FLUFF }}"),
        ("a.yml", "FLUFF_LEVEL: info", "FLUFF_LEVEL: info"),
        ("compose.yml", "- FLUFF_PASS=rabbit", f"- FLUFF_PASS={DOTS}"),
        ("Dockerfile", "ENV FLUFF_PASS rabbit", f"ENV FLUFF_PASS {DOTS}"),
        ("a.tf", 'FLUFF_PASS = "rabbit"', f'FLUFF_PASS = "{DOTS}"'),
        (
            "a.json",
            '{"name": "FLUFF_PASS", "value": "rabbit"}',
            f'{{"name": "FLUFF_PASS", "value": "{DOTS}"}}',
        ),
        ("application.properties", "fluff.pass=rabbit", f"fluff.pass={DOTS}"),
        ("a.py", 'x = os.environ.get("FLUFF_PASS", "rabbit")', f'x = os.environ.get("FLUFF_PASS", "{DOTS}")'),
        ("a.py", 'FLUFF_PASS = env("FLUFF_PASS")', 'FLUFF_PASS = env("FLUFF_PASS")'),
        ("a.rb", 'ENV["FLUFF_LEVEL"] || "info"', 'ENV["FLUFF_LEVEL"] || "info"'),
    ],
)
def test_a_value_that_stands_beside_a_config_var_is_not_shown(
    tmp_path: Path, file: str, line: str, shown: str
) -> None:
    (tmp_path / file).write_text(f"{line}\n")
    found = config_reads(FolderTree(tmp_path), ["FLUFF_PASS", "FLUFF_LEVEL"])
    assert {line.text for lines in found.lines.values() for line in lines} == {shown}
