"""What config vars point at, read over real HTTP from a Heroku where apps know each other in many ways."""

from providers.sandbox.heroku import HerokuSandbox
from providers.sandbox.heroku.world.world import AddOn, Attachment, Domain
from tests.providers.test_heroku_inventory import heroku, named, read, sandbox_app, source
from wizard.document.links.connections import connections
from wizard.model.noun import encode
from wizard.ports import Source

__all__ = ["heroku", "source"]

TOKEN = "canary-a1b2c3d4e5f60718293a"


async def test_what_values_point_at_is_told_and_the_values_are_not(
    heroku: HerokuSandbox, source: Source
) -> None:
    world = heroku.world
    backend, frontend = (sandbox_app(heroku, name) for name in ("migrate-backend", "migrate-frontend"))
    frontend.domains.append(
        Domain(
            id="d0000000-0000-4000-8000-000000000001", hostname="www.acme.example", kind="custom", cname="x"
        )
    )
    mail = AddOn(
        id="ad000000-0000-4000-8000-000000000001",
        name="sendgrid-flat-1",
        service="sendgrid",
        plan="sendgrid:bronze",
        app_id=backend.id,
        cents=0,
        config_vars=("SENDGRID_API_KEY",),
    )
    world.add_ons[mail.id] = mail
    attached = Attachment(
        id="a7000000-0000-4000-8000-000000000001", name="SENDGRID", add_on_id=mail.id, app_id=backend.id
    )
    world.attachments[attached.id] = attached
    backend.config |= {
        "SENDGRID_API_KEY": TOKEN,
        "SHOP": "https://www.acme.example/cart",
        "SCALES": "migrate-frontend",
        "OLD_URL": "https://gone-0123456789ab.herokuapp.com",
        "CORS_ORIGINS": frontend.web_url.rstrip("/"),
        "REPORTS": "mongodb+srv://a:b@c0.x1y2.mongodb.net/d",
    }
    frontend.config["MAILER"] = f"Bearer {TOKEN}"
    system = await read(source)
    told = {var.name: var for var in named(system, "migrate-backend").config}
    mine = frontend.id
    assert (told["SENDGRID_API_KEY"].origin.kind, told["SENDGRID_API_KEY"].origin.add_on_id) == (
        "add-on",
        mail.id,
    )
    assert (told["SHOP"].domains_of, told["SHOP"].refers_to_apps, told["SHOP"].secret) == ((mine,), (), False)
    assert told["SCALES"].names_apps == (mine,)
    assert told["OLD_URL"].gone_hosts == ("gone-0123456789ab.herokuapp.com",)
    assert (told["CORS_ORIGINS"].origins, told["CORS_ORIGINS"].refers_to_apps) == (True, (mine,))
    assert told["REPORTS"].outside == ("MongoDB Atlas",)
    assert told["REPORTS"].secret_because == "it is a URL with a password in it"
    mailer = next(var for var in named(system, "migrate-frontend").config if var.name == "MAILER")
    assert (mailer.copied_from, mailer.copied_as) == (mail.id, "part")
    assert TOKEN not in encode(system)
    kinds = {one.kind for one in connections(system).observations}
    assert {"gone", "by-name", "allowed-origins", "copied", "circle"} <= kinds
