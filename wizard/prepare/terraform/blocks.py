"""A stack as blocks of Terraform: what stands in main.tf, variables.tf, outputs.tf and versions.tf."""

from collections.abc import Iterator

from wizard.model.grace import HEROKU_GRACE
from wizard.prepare.terraform.hcl import Attribute, Block, Comment, Expression, Value, quoted
from wizard.prepare.terraform.provider import Provider
from wizard.prepare.terraform.stack import Config, Database, Drain, Names, Program, Stack

Blocks = list[Block | Comment]


def versions(provider: Provider) -> Blocks:
    """The provider, and from where."""
    source = Expression(_inline(provider))
    wanted = Block("required_providers", (), (Attribute(provider.provider, source),))
    body = (Attribute("required_version", provider.terraform), wanted)
    return [Block("terraform", (), body), Block("provider", (provider.provider,), ())]


def main(stack: Stack, provider: Provider) -> Blocks:
    """The resources."""
    environment = Block(
        "data",
        (provider.type("environment"), "this"),
        (Attribute("handle", Expression("var.environment")),),
    )
    blocks: Blocks = [environment]
    blocks += [_database(one, provider) for one in stack.databases]
    for one in stack.programs:
        blocks.append(_app(one, stack, provider))
        blocks += _endpoints(one, stack, provider)
    blocks += [_drain(one, provider) for one in stack.drains]
    return blocks


def variables(stack: Stack) -> Blocks:
    """All variables. None that holds a value of Heroku's has a default."""
    blocks: Blocks = [
        _variable("environment", "Handle of the environment.", default=stack.environment or None)
    ]
    for one in stack.programs:
        what = f"Image of {one.app.name} with its tag, in a registry."
        blocks.append(_variable(one.image_variable, what, default=one.image or None))
    for name in ("username", "password"):
        body = (
            Attribute("description", f"The {name} for a registry that wants one."),
            Attribute("type", Expression("string")),
            Attribute("default", None),
            Attribute("sensitive", True),
        )
        blocks.append(Block("variable", (f"registry_{name}",), body))
    for one in stack.programs:
        for config in one.config:
            if config.variable:
                blocks.append(
                    _variable(config.variable, f"Config var {config.name} of {one.app.name}.", secret=True)
                )
    for drain in stack.drains:
        if drain.scheme == "https":
            what = f"Address of the log drain {drain.handle}, with its token."
            blocks.append(_variable(drain.variable, what, secret=True))
    return blocks


def outputs(stack: Stack, provider: Provider, names: dict[str, str]) -> Blocks:
    """Web addresses, and what DNS has to say for custom domains.

    Args:
        names: of outputs that there are already for the address of an app, by its label.
    """
    blocks: Blocks = []
    given = Names()
    for one in stack.programs:
        if not one.web:
            continue
        address = f'"https://${{{provider.type("endpoint")}.{one.label}.virtual_domain}}"'
        name = given.give(names.get(one.label, f"{one.label}_url"))
        blocks.append(_output(name, f"Web address of {one.app.name}.", address))
        for label, hostname in one.domains:
            for attribute, what in (
                ("external_hostname", f"What the CNAME of {hostname} has to name."),
                ("dns_validation_record", f"Name of the CNAME that proves {hostname} for its certificate."),
                ("dns_validation_value", f"What the CNAME that proves {hostname} has to name."),
            ):
                reference = f"{provider.type('endpoint')}.{label}.{attribute}"
                blocks.append(_output(given.give(f"{label}_{attribute}"), what, reference))
    return blocks


def addresses(stack: Stack, provider: Provider) -> Iterator[tuple[str, str]]:
    """The addresses of all resources, with what each is in words."""
    for database in stack.databases:
        yield f"{provider.type('database')}.{database.label}", f"database {database.handle}"
    for program in stack.programs:
        yield f"{provider.type('app')}.{program.label}", f"app {program.handle}"
        if program.web:
            yield f"{provider.type('endpoint')}.{program.label}", f"endpoint of {program.handle}"
        for label, hostname in program.domains:
            yield f"{provider.type('endpoint')}.{label}", f"endpoint of {hostname}"
    for drain in stack.drains:
        yield f"{provider.type('log_drain')}.{drain.label}", f"log drain {drain.handle}"


def _inline(provider: Provider) -> str:
    indent = " " * 6
    return f'{{\n{indent}source  = "{provider.registry}"\n{indent}version = "{provider.version}"\n    }}'


def _environment(provider: Provider) -> Attribute:
    return Attribute("env_id", Expression(f"data.{provider.type('environment')}.this.env_id"))


def _database(one: Database, provider: Provider) -> Block:
    body = [
        _environment(provider),
        Attribute("handle", one.handle),
        Attribute("database_type", one.type),
        *([Attribute("version", one.version)] if one.version else []),
        Attribute("container_size", one.memory_mb),
        *([Attribute("container_profile", one.profile)] if one.profile else []),
        Attribute("disk_size", one.disk_gb),
    ]
    # Another handle would make a new one, without what is in it.
    kept = Block("lifecycle", (), (Attribute("prevent_destroy", True),))
    return Block("resource", (provider.type("database"), one.label), (*body, kept))


def _app(one: Program, stack: Stack, provider: Provider) -> Block:
    body: list[Attribute | Block | Comment] = [
        _environment(provider),
        Attribute("handle", one.handle),
        Attribute("docker_image", Expression(f"var.{one.image_variable}")),
        Attribute("private_registry_username", Expression("var.registry_username")),
        Attribute("private_registry_password", Expression("var.registry_password")),
    ]
    if one.config:
        told = {config.name: _config(config, stack, provider) for config in one.config}
        body.append(Attribute("config", told))
    for service in one.services:
        inner = [
            Attribute("process_type", service.type),
            Attribute("container_count", service.containers),
            Attribute("container_memory_limit", service.memory_mb),
            *([Attribute("container_profile", service.profile)] if service.profile else []),
            # What ends in good order on Heroku is not to be killed earlier there.
            Attribute("stop_timeout", HEROKU_GRACE),
        ]
        body.append(Block("service", (), tuple(inner)))
    return Block("resource", (provider.type("app"), one.label), tuple(body))


def _config(one: Config, stack: Stack, provider: Provider) -> Value:
    if one.kind == "port":
        return str(stack.port)
    if one.kind == "database":
        database = f"{provider.type('database')}.{one.ref}"
        if one.tls:
            all_urls = f"{database}.connection_urls"
            return Expression(f'[for url in {all_urls} : url if startswith(url, "rediss://")][0]')
        return Expression(f"{database}.default_connection_url")
    if one.kind == "address":
        new = f"{provider.type('endpoint')}.{one.ref}.virtual_domain"
        return Expression(f"replace(var.{one.variable}, {quoted(one.host)}, {new})")
    return Expression(f"var.{one.variable}")


def _endpoints(one: Program, stack: Stack, provider: Provider) -> Iterator[Block]:
    if not one.web:
        return
    shared = (
        _environment(provider),
        Attribute("resource_id", Expression(f"{provider.type('app')}.{one.label}.app_id")),
        Attribute("resource_type", "app"),
        Attribute("process_type", one.web),
        Attribute("endpoint_type", "https"),
        Attribute("container_port", stack.port),
    )
    kind = provider.type("endpoint")
    yield Block("resource", (kind, one.label), (*shared, Attribute("default_domain", True)))
    for label, hostname in one.domains:
        more = (Attribute("managed", True), Attribute("domain", hostname))
        yield Block("resource", (kind, label), (*shared, *more))


def _drain(one: Drain, provider: Provider) -> Block:
    kind = provider.drains[one.scheme]
    where = (
        [Attribute("url", Expression(f"var.{one.variable}"))]
        if one.scheme == "https"
        else [Attribute("drain_host", one.host), Attribute("drain_port", one.port or 6514)]
    )
    body = [_environment(provider), Attribute("handle", one.handle), Attribute("drain_type", kind), *where]
    # Heroku sends what its router says along.
    more = [
        Attribute("drain_apps", True),
        Attribute("drain_databases", one.databases),
        Attribute("drain_proxies", True),
    ]
    return Block("resource", (provider.type("log_drain"), one.label), (*body, *more))


def _variable(name: str, what: str, *, default: str | None = None, secret: bool = False) -> Block:
    body = [Attribute("description", what), Attribute("type", Expression("string"))]
    body += [Attribute("default", default)] if default is not None else []
    body += [Attribute("sensitive", True)] if secret else []
    return Block("variable", (name,), tuple(body))


def _output(name: str, what: str, value: str) -> Block:
    return Block("output", (name,), (Attribute("description", what), Attribute("value", Expression(value))))
