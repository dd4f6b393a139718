"""Heroku's Terraform and the map become fresh Terraform for Aptible, in a folder of its own."""

import shutil
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.wizard.prepare_terraform.choir import (
    EMAIL,
    GOLDEN,
    MAPPING,
    SITE,
    SYSTEM,
    by_git,
    checkout,
    files,
    part,
)
from tests.wizard.prepare_terraform.terraform_program import badly_laid_out, needs_terraform
from wizard.model.mapping import DrainChoice, Mapping
from wizard.model.network import Drain
from wizard.model.stores import KeyValue
from wizard.model.system import Autoscale, Process
from wizard.prepare.terraform.heroku_config import heroku_config


def told(mapping: Mapping = MAPPING, **more: object) -> dict[str, str]:
    return {problem.code: f"{problem.sentence()}. {problem.remedy}" for problem in part(mapping, **more)[1]}  # type: ignore[arg-type]


@pytest.mark.parametrize("app", [SITE, EMAIL])
def test_the_choir_comes_out_as_it_was_read_over(app: object) -> None:
    found = files(part(app=app))  # type: ignore[arg-type]
    golden = {
        f"aptible/{path.name}": path.read_text(encoding="utf-8") for path in (GOLDEN / "aptible").iterdir()
    }
    assert {path: text for path, text in found.items() if path != "aptible/.gitignore"} == golden
    assert "*.tfvars" in found["aptible/.gitignore"]


def test_each_file_says_what_it_is() -> None:
    reasons = {change.path: change.why for change in part()[0]}
    assert len(set(reasons.values())) == len(reasons) == 6
    assert reasons["aptible/main.tf"] == "what stands at Aptible (Terraform for choir-site, choir-email)"


@needs_terraform
def test_the_files_are_laid_out_as_terraform_does(tmp_path: Path) -> None:
    shutil.copytree(GOLDEN / "aptible", tmp_path / "there")
    assert badly_laid_out(tmp_path) == ""


def test_an_endpoint_with_a_certificate_of_ones_own_is_left_to_offramp() -> None:
    own = replace(MAPPING.domains[0], chain_file="/c/chain.pem", key_file="/c/key.pem", fingerprint="f" * 64)
    text = "".join(files(part(replace(MAPPING, domains=(own,)))).values())
    assert "tickets.choir.example" in "".join(files(part()).values())
    assert "tickets.choir.example" not in text and "/c/key.pem" not in text


def test_a_second_proposal_changes_nothing() -> None:
    code = checkout()
    again = replace(code, files={**code.files, **files(part())})
    assert part(code=again)[0] == []


def test_names_stay_when_herokus_files_are_gone() -> None:
    first = files(part())
    after = files(part(code=checkout(first)))
    # Under another name Terraform would destroy what it made. Only the page tells of other files.
    assert after.keys() == {"aptible/README.md"}
    assert "part_site" in after["aptible/README.md"]
    renamed = first | {"aptible/main.tf": first["aptible/main.tf"].replace('tickets" {', 'my-db" {')}
    assert '"aptible_database" "my-db"' in files(part(code=checkout(renamed)))["aptible/main.tf"]
    edited = first | {"aptible/main.tf": first["aptible/main.tf"].replace("\n", "\r\n")}
    assert 'resource "aptible_app" "part_site"' in files(part(code=checkout(edited)))["aptible/main.tf"]


def test_what_is_missing_is_said() -> None:
    assert "heroku_pipeline.choir (infra/main.tf:73)" in told()["terraform-no-counterpart"]
    assert "module.mail" in told()["terraform-no-counterpart"]
    assert "part_site_SESSION_KEY" in told()["terraform-values"]
    assert "TF_VAR_part_email_image" in told(app=EMAIL)["terraform-image"]
    assert "terraform-image" not in told()


def test_an_app_that_is_pushed_gets_no_files() -> None:
    assert part(by_git())[0] == []
    assert "heroku_app.part" in told(by_git())["terraform-on-heroku"]
    assert part(by_git(), code=checkout({})) == ([], [])


def test_the_map_alone_is_enough() -> None:
    found = files(part(code=checkout({})))
    assert 'resource "aptible_app" "site"' in found["aptible/main.tf"]
    assert "What became of Heroku's" not in found["aptible/README.md"]


def test_a_file_of_somebody_else_is_never_written_over() -> None:
    changes, problems = part(code=checkout({"aptible/main.tf": "# ours\n"}))
    assert changes == []
    assert [(one.code, one.blocks) for one in problems if one.blocks] == [("terraform-own-file", True)]


def test_what_the_provider_refuses_is_refused_here() -> None:
    (choice, *others) = MAPPING.processes
    odd = replace(MAPPING, processes=(replace(choice, memory_mb=768), *others))
    changes, problems = part(odd)
    assert changes == []
    assert "container_memory_limit is 768, and must be one of 512, 1024" in problems[0].text
    kafka = replace(MAPPING, stores=(replace(MAPPING.stores[0], type="kafka"),))
    assert "database_type is kafka" in told(kafka)["terraform-schema"]


def test_addresses_in_a_circle_are_given_by_hand() -> None:
    circle = replace(MAPPING.config[-1], app_id="s", name="MAIL_URL", refers_to="e")
    web = replace(MAPPING.processes[-1], type="web", service="web")
    mapping = replace(MAPPING, config=(*MAPPING.config, circle), processes=(*MAPPING.processes[:-1], web))
    main = files(part(mapping))["aptible/main.tf"]
    # Of the two that name each other, the first keeps the reference.
    assert '"MAIL_URL"     = replace(var.part_site_MAIL_URL, "choir-email-1a2b3c.example"' in main
    assert '"SITE_URL"     = var.part_email_SITE_URL\n' in main
    assert "SITE_URL names a web address" in told(mapping, app=EMAIL)["terraform-by-hand"]


def test_a_database_of_another_folder_is_given_by_hand() -> None:
    shop, mail = MAPPING.apps
    apart = replace(MAPPING, apps=(shop, replace(mail, checkout="/mail")))
    found = files(part(apart, app=EMAIL))
    assert "aptible_database" not in found["aptible/main.tf"]
    assert '"DATABASE_URL" = var.part_email_DATABASE_URL' in found["aptible/main.tf"]
    assert "aptible_database" in files(part(apart))["aptible/main.tf"]


def test_a_part_of_a_url_is_given_by_hand_and_tls_is_kept() -> None:
    redis = replace(MAPPING.config[-2], name="REDIS_TLS_URL")
    host = replace(MAPPING.config[-2], name="REDIS_HOST")
    mapping = replace(MAPPING, config=(*MAPPING.config, redis, host))
    main = files(part(mapping))["aptible/main.tf"]
    urls = "aptible_database.choir_cache.connection_urls"
    assert f'"REDIS_TLS_URL" = [for url in {urls} : url if startswith(url, "rediss://")][0]' in main
    assert '"REDIS_HOST"    = var.part_email_REDIS_HOST' in main
    said = told(mapping, app=EMAIL)
    assert "REDIS_HOST holds the host of a database" in said["terraform-by-hand"]
    assert "REDIS_URL becomes a URL without TLS" in said["terraform-redis"]
    assert "terraform-redis" not in told(mapping)


def test_an_app_that_speaks_tls_to_its_redis_goes_on_with_it() -> None:
    mark = MAPPING.config[-2].refers_to
    add_ons = tuple(
        replace(one, key_value=KeyValue(tls=True)) if one.id == mark else one for one in SYSTEM.add_ons
    )
    secure = replace(SYSTEM, add_ons=add_ons)
    urls = "aptible_database.choir_cache.connection_urls"
    main = files(part(MAPPING, system=secure))["aptible/main.tf"]
    assert f'"REDIS_URL"    = [for url in {urls} : url if startswith(url, "rediss://")][0]' in main


def test_a_number_that_heroku_changes_by_itself_is_named() -> None:
    web = Process(
        type="web", command="x", quantity=2, size="Performance-M", autoscale=Autoscale(least=1, most=4)
    )
    app = replace(SITE, processes=(web,))
    assert "scales `web`" in told(app=app, system=replace(SYSTEM, apps=(app, EMAIL)))["terraform-autoscale"]


def test_drains_go_where_their_scheme_says() -> None:
    app = replace(SITE, drains=(Drain(id="d", address="syslog+tls://logs.choir.example:6515"),))
    system = replace(SYSTEM, apps=(app, EMAIL))
    main = files(part(app=app, system=system))["aptible/main.tf"]
    assert 'drain_host      = "logs.choir.example"\n  drain_port      = 6515\n' in main
    plain = replace(SITE, drains=(Drain(id="d", address="syslog://logs.choir.example:514"),))
    assert "goes to syslog" in told(app=plain)["terraform-drain"]
    without = replace(MAPPING, drains=(replace(MAPPING.drains[0], databases=False),))
    assert "drain_databases = false" in files(part(without))["aptible/main.tf"]
    left = replace(MAPPING, drains=(DrainChoice(app_id="s", drain_id="d", action="leave"),))
    assert "log_drain" not in files(part(left))["aptible/main.tf"]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ('resource "heroku_app" "a" {\n  name = "plain"\n}\n', ["plain"]),
        ('variable "n" {\n  default = "x"\n}\nresource "heroku_app" "a" {\n  name = var.n\n}\n', ["x"]),
        (
            'resource "heroku_app" "a" {\n  for_each = toset(["b", "c"])\n  name = "x-${each.key}"\n}\n',
            ["x-b", "x-c"],
        ),
        (
            'resource "heroku_app" "a" {\n  for_each = { p = { name = "q" } }\n  name = each.value.name\n}\n',
            ["q"],
        ),
        ('resource "heroku_app" "a" {\n  count = 2\n  name = "x-${count.index}"\n}\n', ["x-0", "x-1"]),
        ('resource "heroku_app" "a" {\n  for_each = [{}]\n  name = each.key\n}\n', [""]),
        ('resource "heroku_app" "a" {\n  name = lower(var.unknown)\n}\n', [""]),
        ('variable "n" {}\nresource "heroku_app" "a" {\n  for_each = var.n\n  name = each.key\n}\n', [""]),
        (
            'locals {\n  a = local.b\n  b = local.a\n}\nresource "heroku_app" "a" {\n  name = local.a\n}\n',
            [""],
        ),
    ],
)  # fmt: skip
def test_names_are_worked_out_where_the_files_say_them(text: str, names: list[str]) -> None:
    assert [one.name for one in heroku_config({"main.tf": text}, but="aptible").apps] == names


def test_each_folder_of_terraform_has_variables_of_its_own() -> None:
    app = 'resource "heroku_app" "web" {\n  name = var.name\n}\n'
    found = heroku_config(
        {
            "a/main.tf": app,
            "a/variables.tf": 'variable "name" {\n  default = "x-a"\n}\n',
            "b/main.tf": app,
            "b/variables.tf": 'variable "name" {\n  default = "x-b"\n}\n',
            "modules/m/main.tf": app,
        },
        but="aptible",
    )
    assert [one.name for one in found.apps] == ["x-a", "x-b", ""]


def test_no_sign_of_an_address_is_taken_for_an_expression() -> None:
    site = replace(SITE, web_url='https://a"${file("x")}.example/')
    main = files(part(app=site, system=replace(SYSTEM, apps=(site, EMAIL))))["aptible/main.tf"]
    assert "${file" not in main and '", aptible_endpoint.part_site.virtual_domain)' in main


def test_names_with_dashes_and_addresses_put_together_are_followed() -> None:
    text = (
        'resource "heroku_app" "the-site" {\n  name = "choir-site"\n}\n'
        'resource "heroku_addon" "seats" {\n  app_id = heroku_app.the-site.id\n'
        '  plan = "heroku-postgresql:mini"\n}\n'
        'output "where" {\n  value = "https://${heroku_app.the-site.name}.herokuapp.com"\n}\n'
    )
    found = files(part(code=checkout({"main.tf": text})))
    assert 'resource "aptible_app" "the_site"' in found["aptible/main.tf"]
    assert 'resource "aptible_database" "seats"' in found["aptible/main.tf"]
    assert 'output "where"' in found["aptible/outputs.tf"]


def test_a_file_that_is_no_terraform_is_named() -> None:
    code = checkout({"a.tf": 'resource "heroku_app" "x" {\n  name = = \n', "b.tf": "locals {}\n"})
    assert "a.tf could not be read" in told(code=code)["terraform-unread"]
