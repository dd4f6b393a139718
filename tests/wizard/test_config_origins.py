"""Where config vars come from and which values are hidden, judged from names and values alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wizard.document.config.origins import config_vars, origin_of
from wizard.document.config.references import AppPlace, Places
from wizard.document.config.secrets import judge as judged
from wizard.document.config.servers import Servers, servers_of
from wizard.model.noun import encode
from wizard.model.secret import Secret


def judge(name: str, value: str, *, from_add_on: bool = False) -> bool:
    return judged(name, Secret(value), "add-on" if from_add_on else "person").secret


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", "abc"),
        ("STRIPE_API_KEY", "12345678"),
        ("GITHUB_TOKEN", "x"),
        ("DB_PASSWORD", "letmein"),
        ("SMTP_PWD", "letmein"),
        ("SENTRY_DSN", "https://abc@sentry.example/1"),
        ("DATABASE_URL", "postgres://u:p@db.example/x"),
        ("READ_REPLICA", "postgres://u:p@db.example/x"),
        ("SLACK", "https://hooks.slack.example/services/T000000000/B0000/xxxxxxxxxxxxxxxxxxxxxxxx"),
        ("CALLBACK", "https://example.com/?token=1"),
        ("JWT", "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.abc"),
        ("SSH", "-----BEGIN OPENSSH PRIVATE KEY-----\nabc\n-----END OPENSSH PRIVATE KEY-----"),
        ("CONFIG", '{"password": "hunter2"}'),
        ("WHO_KNOWS", "7f3a 99b1 hmm"),
        ("ADMIN", "f00ba4f00ba4f00ba4f00ba4f00ba4f0"),
    ],
)
def test_secrets_are_hidden(name: str, value: str) -> None:
    assert judge(name, value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LOG_LEVEL", "info"),
        ("NODE_ENV", "production"),
        ("WEB_CONCURRENCY", "2"),
        ("TIMEOUT", "30.5"),
        ("TTL", "15m"),
        ("FLAG", "true"),
        ("USE_AUTH", "true"),
        ("TOKEN_REQUIRED", "0"),
        ("SECRET", ""),
        ("FROM", "hello@acme.example"),
        ("FRONTEND_URL", "https://www.acme.example/"),
        ("BACKEND", "http://127.0.0.1:5000"),
        ("HOST", "db.acme.example:5432"),
        ("REGION", "eu-west-1"),
        ("TZ", "Europe/Zurich"),
        ("DATA_DIR", "/app/data"),
    ],
)
def test_what_is_plainly_no_secret_is_shown(name: str, value: str) -> None:
    assert not judge(name, value)


def test_a_word_from_an_add_on_may_be_a_password() -> None:
    assert judge("CLOUDAMQP_VHOST", "fluffy", from_add_on=True)
    assert not judge("MAILGUN_SMTP_SERVER", "smtp.mailgun.example", from_add_on=True)


def test_origins() -> None:
    set_by = {"DATABASE_URL": "db-1"}
    assert (origin_of("DATABASE_URL", set_by).kind, origin_of("DATABASE_URL", set_by).add_on_id) == (
        "add-on",
        "db-1",
    )
    assert origin_of("BUILDPACK_URL", set_by).kind == "platform"
    assert origin_of("HEROKU_APP_NAME", set_by).kind == "platform"
    assert origin_of("HEROKU_POSTGRESQL_BLUE_URL", set_by).kind == "person"
    assert origin_of("LOG_LEVEL", set_by).kind == "person"
    assert origin_of("HEROKU_API_KEY", set_by).kind == "person"
    assert origin_of("HEROKU_WEBHOOK_SECRET", set_by).kind == "person"
    assert origin_of("HEROKU_SLUG_COMMIT", set_by).kind == "platform"


URLS = {
    "shop": "https://shop-0123456789ab.herokuapp.com/",
    "myshop": "https://my-shop-0123456789ab.herokuapp.com/",
    "one": "http://127.0.0.1:5000/",
    "two": "http://127.0.0.1:50001/",
    "none": "",
}
PLACES = Places(AppPlace(app_id, web_url=url) for app_id, url in URLS.items())


@pytest.mark.parametrize(
    ("value", "apps"),
    [
        ("https://shop-0123456789ab.herokuapp.com/", ("shop",)),
        ("shop-0123456789ab.herokuapp.com", ("shop",)),
        ("https://SHOP-0123456789ab.HerokuApp.com/path?x=1", ("shop",)),
        ("https://my-shop-0123456789ab.herokuapp.com", ("myshop",)),
        ("shop-0123456789ab.herokuapp.com.evil.example", ()),
        ("http://127.0.0.1:5000", ("one",)),
        ("http://127.0.0.1:50001/x", ("two",)),
        ("a=http://127.0.0.1:5000,b=https://shop-0123456789ab.herokuapp.com.", ("shop", "one")),
        ("", ()),
    ],
)
def test_addresses_of_apps_are_found_in_values(value: str, apps: tuple[str, ...]) -> None:
    (found,) = config_vars({"X": Secret(value)}, set_by={}, places=PLACES)
    assert found.refers_to_apps == apps


def test_all_of_an_app() -> None:
    values = {"B": Secret(""), "A": Secret("s3cr3t-s3cr3t-s3cr3t-s3cr3t")}
    found = config_vars(values, set_by={"A": "add-on-1"})
    assert [(one.name, one.empty, one.secret) for one in found] == [("A", False, True), ("B", True, False)]
    assert "s3cr3t" not in encode(found)


@given(st.text(min_size=1), st.text())
def test_no_value_breaks_the_judgement_or_comes_through(name: str, value: str) -> None:
    (found,) = config_vars({name: Secret("kept-" + value)}, set_by={}, places=PLACES)
    assert found.name == name
    assert not found.empty


PASSWORD = "p0123456789abcdef0123456789abcdef%40x"
OLD_URL = f"postgres://u1234:{PASSWORD}@ec2-1-2-3-4.eu.compute.example:5432/d9876543210"
SERVERS = servers_of({"DATABASE_URL": Secret(OLD_URL), "LEVEL": Secret("info")}, {"DATABASE_URL": "db-1"})


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (OLD_URL, ("db-1", "url")),
        (OLD_URL.replace("postgres://", "postgresql://") + "?sslmode=require", ("db-1", "url")),
        # Another credential of the same database, and a host that somebody wrote in capitals.
        ("postgres://reader:x@EC2-1-2-3-4.eu.compute.example/d9876543210", ("db-1", "url")),
        (f"jdbc:{OLD_URL}", ("db-1", "part")),
        (f"{OLD_URL},{OLD_URL}", ("db-1", "part")),
        ("host=ec2-1-2-3-4.eu.compute.example dbname=d9876543210", ("db-1", "part")),
        (PASSWORD, ("db-1", "part")),
        ("p0123456789abcdef0123456789abcdef@x", ("db-1", "part")),
        # The same host is that of many databases.
        ("postgres://u:other@ec2-1-2-3-4.eu.compute.example/d1111111111", ("", "")),
        ("postgres://u:p@my-ec2-1-2-3-4.eu.compute.example/d9876543210", ("", "")),
        ("info", ("", "")),
        ("", ("", "")),
    ],
)
def test_copies_of_an_add_ons_url_are_found(value: str, found: tuple[str, str]) -> None:
    (var,) = config_vars({"REPORTING_DB": Secret(value)}, set_by={}, servers=Servers(SERVERS))
    assert (var.copied_from, var.copied_as) == found
    assert var.origin.kind == "person"
    assert PASSWORD not in encode(var) and "ec2-1-2-3-4" not in encode(var)


def test_what_the_add_on_sets_itself_is_no_copy() -> None:
    (var,) = config_vars(
        {"DATABASE_URL": Secret(OLD_URL)}, set_by={"DATABASE_URL": "db-1"}, servers=Servers(SERVERS)
    )
    assert var.copied_from == ""


def test_a_server_does_not_print_its_password() -> None:
    assert PASSWORD not in repr(SERVERS)
