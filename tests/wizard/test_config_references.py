"""What values and commands point at, and where config vars come from."""

import pytest
from msgspec.structs import replace

from tests.screens.example_system import example_system
from wizard.document.config.origins import config_vars, set_by_attachments, with_app_json
from wizard.document.config.references import AppPlace, Places, References, is_origins
from wizard.document.config.servers import Servers, servers_of
from wizard.model.secret import Secret
from wizard.model.system import Attachment, Origin

PLACES = Places(
    (
        AppPlace(
            "shop",
            "acme-shop",
            "https://acme-shop-0123456789ab.herokuapp.com/",
            domains=("www.acme.example", "bücher.example".encode("idna").decode()),
            heroku_hosts=("acme-shop-0123456789ab.herokuapp.com", "old-shop.herokuapp.com"),
        ),
        AppPlace(
            "api", "acme-api", "https://acme-api-0123456789ab.herokuapp.com/", domains=("*.tenants.example",)
        ),
        AppPlace("web", "web", "https://web-0123456789ab.herokuapp.com/"),
    )
)
SHOP, API = "acme-shop-0123456789ab.herokuapp.com", "acme-api-0123456789ab.herokuapp.com"


@pytest.mark.parametrize(
    ("value", "points"),
    [
        (f"https://{SHOP}/a?b=c", References(refers_to_apps=("shop",))),
        (f"{SHOP}:443/a", References(refers_to_apps=("shop",), bare_hosts=("shop",))),
        (f"{API}:8443/a", References(names_apps=("api",))),
        (f"https://user:pass@{SHOP}", References(refers_to_apps=("shop",))),
        (f'{{"shop":"https:\\/\\/{SHOP}","api":"{API}"}}', References(("shop", "api"), bare_hosts=("api",))),
        (f"https://x.example/?next=https%3A%2F%2F{SHOP}%2Fcb", References(refers_to_apps=("shop",))),
        (f"https://{API} , https://{SHOP}", References(refers_to_apps=("shop", "api"))),
        ("https://www.acme.example/x", References(domains_of=("shop",))),
        ("www.ACME.example", References(domains_of=("shop",), bare_hosts=("shop",))),
        ("https://bücher.example", References(domains_of=("shop",))),
        ("https://one.tenants.example", References(domains_of=("api",))),
        ("https://two.one.tenants.example", References()),
        ("https://*.tenants.example", References(domains_of=("api",))),
        (".acme.example", References(domains_of=("shop",))),
        ("sales@www.acme.example", References()),
        ("postgres://app@www.acme.example/db", References(domains_of=("shop",))),
        ("https://mywww.acme.example", References()),
        ("https://www.acme.example.evil.example", References()),
        ("https://old-shop.herokuapp.com", References(names_apps=("shop",))),
        (
            "https://api.heroku.com/apps/acme-api/dynos",
            References(names_apps=("api",), outside=("Heroku itself",)),
        ),
        ("http://web.acme-shop.app.localspace:5000", References(names_apps=("shop",))),
        ("acme-shop", References(names_apps=("shop",))),
        ("web", References()),
        (
            "https://gone-0123456789ab.herokuapp.com",
            References(gone_hosts=("gone-0123456789ab.herokuapp.com",)),
        ),
        ("https://*.herokuapp.com", References(gone_hosts=("*.herokuapp.com",))),
        ("https://s3.eu-west-1.amazonaws.com/b", References(outside=("Amazon S3",))),
        ("mongodb+srv://a:b@c0.x1y2.mongodb.net/d", References(outside=("MongoDB Atlas",))),
        ("plain words", References()),
        ("", References()),
    ],
)
def test_what_a_value_points_at(value: str, points: References) -> None:
    assert PLACES.look(Secret(value, register=False)) == points


@pytest.mark.parametrize(
    ("name", "value", "origins"),
    [
        ("CORS_ORIGINS", "https://a.example", True),
        ("ALLOWED_HOSTS", ".a.example,localhost", True),
        ("CSRF_TRUSTED_ORIGINS", "https://*.a.example https://b.example:8443/", True),
        ("ACCESS_CONTROL_ALLOW_ORIGIN", "*", True),
        ("CORS_ORIGIN_REGEX", "^https://a\\.example$", True),
        ("CORS_DEBUG", "true", False),
        ("ORIGIN_LABEL", "warehouse", False),
        ("PARTNERS", "https://a.example,https://b.example", True),
        ("PARTNERS", "https://a.example/x,https://b.example/y", False),
        ("FRONTEND_URL", "https://a.example", False),
    ],
)
def test_lists_of_origins(name: str, value: str, origins: bool) -> None:
    assert is_origins(name, Secret(value, register=False)) is origins


def _attachment(name: str, add_on: str, *names: str, namespace: str | None = None) -> Attachment:
    return Attachment(
        id=name, name=name, add_on_id=add_on, app_id="a", namespace=namespace, config_vars=names
    )


def test_what_attachments_set_by_list_and_by_convention() -> None:
    attachments = (
        _attachment("DATABASE", "pg"),
        _attachment("KAFKA", "kafka", "KAFKA_URL"),
        _attachment("SENDGRID", "mail"),
        _attachment("LOGS", "logs", "PAPERTRAIL_API_TOKEN"),
    )
    text = """
        DATABASE_URL DATABASE_CONNECTION_POOL_URL DATABASE_BASTIONS DATABASE_POOL KAFKA_URL
        KAFKA_CLIENT_CERT_KEY SENDGRID_USERNAME SENDGRID_FROM PAPERTRAIL_API_TOKEN LOGS_LEVEL
    """
    names = text.split()
    services = {"pg": "heroku-postgresql", "kafka": "heroku-kafka", "mail": "sendgrid", "logs": "papertrail"}
    assert set_by_attachments(names, attachments, services) == {
        "DATABASE_URL": "pg",
        "DATABASE_CONNECTION_POOL_URL": "pg",
        "DATABASE_BASTIONS": "pg",
        "KAFKA_URL": "kafka",
        "KAFKA_CLIENT_CERT_KEY": "kafka",
        "SENDGRID_USERNAME": "mail",
        "PAPERTRAIL_API_TOKEN": "logs",
    }


def test_an_origin_says_by_which_attachment_and_what_a_person_overrides() -> None:
    values = {
        "READER_URL": Secret("postgres://a:b@c.example/d"),
        "RAILS_ENV": Secret("staging"),
        "X": Secret("y"),
    }
    reader = _attachment("READER", "pg", "READER_URL", namespace="credential:reader")
    found = config_vars(values, set_by={"READER_URL": "pg"}, attachments=(reader,))
    assert {var.name: var.origin for var in found} == {
        "READER_URL": Origin(kind="add-on", add_on_id="pg", detail="attachment READER, credential reader"),
        "RAILS_ENV": Origin(
            kind="person",
            detail="takes the place of what is set by the Ruby buildpack, production unless it is a config "
            "var",
        ),
        "X": Origin(kind="person"),
    }


def test_app_json_says_which_config_vars_the_code_asks_for() -> None:
    backend = example_system().apps[0]
    told = {
        var.name: var.origin
        for var in with_app_json(backend, ["SECRET_KEY", "LOG_LEVEL", "DATABASE_URL"], ["SECRET_KEY"]).config
    }
    assert told["SECRET_KEY"].kind == told["LOG_LEVEL"].kind == "app-json"
    assert "make it up" in told["SECRET_KEY"].detail
    assert told["DATABASE_URL"].kind == "add-on"
    assert told["MAIL_API_KEY"].kind == "person"
    shown = replace(backend, config=tuple(replace(var, secret=False) for var in backend.config))
    again = {var.name: var for var in with_app_json(shown, ["LOG_LEVEL"], ["SECRET_KEY"]).config}
    assert again["SECRET_KEY"].secret
    assert again["SECRET_KEY"].secret_because
    assert not again["LOG_LEVEL"].secret


KAFKA = "kafka+ssl://k1.example:9096,kafka+ssl://k2.example:9096"
KEY = "k3y" + "0123456789abcdef" * 2
SERVERS = Servers(
    (
        *servers_of({"KAFKA_URL": Secret(KAFKA)}, {"KAFKA_URL": "kafka"}),
        *servers_of(
            {"REDIS_URL": Secret("rediss://:p0123456789abcdef@r.example:7000")}, {"REDIS_URL": "redis"}
        ),
        *servers_of({"MAIL_API_KEY": Secret(KEY)}, {"MAIL_API_KEY": "mail"}),
        *servers_of({"A_URL": Secret("postgres://u:p@pg.example/one12345")}, {"A_URL": "one"}),
        *servers_of({"B_URL": Secret("postgres://u:q@pg.example/two12345")}, {"B_URL": "two"}),
    )
)


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("k2.example:9096", ("kafka", "part")),
        ("r.example", ("redis", "part")),
        ("R.EXAMPLE:7000", ("redis", "part")),
        (f"Bearer {KEY}", ("mail", "part")),
        ("pg.example", ("", "")),
        ("postgres://v:w@pg.example/two12345", ("two", "url")),
        ("https://r.example/page", ("", "")),
        ("mail.example", ("", "")),
    ],
)
def test_copies_are_found_by_host_key_and_database(value: str, found: tuple[str, str]) -> None:
    assert SERVERS.copied_from(Secret(value, register=False)) == found
