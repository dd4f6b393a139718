"""The page beside the Terraform files: how to give the values, adopt what is there, and what is missing."""

from collections.abc import Iterable, Iterator, Mapping

from wizard.document.repository.code_nouns import TerraformBlock
from wizard.model.text import clean
from wizard.prepare.terraform.blocks import addresses
from wizard.prepare.terraform.heroku_config import HerokuConfig
from wizard.prepare.terraform.provider import Provider
from wizard.prepare.terraform.stack import Stack
from wizard.prepare.terraform.written import MARK


def readme(stack: Stack, provider: Provider, heroku: HerokuConfig, title: str) -> str:
    """The whole page. No value of a config var is in it."""
    names = ", ".join(one.app.name for one in stack.programs)
    return "\n".join(
        [
            f"<!-- {MARK}. -->",
            "",
            f"# {clean(names)} on {title}",
            "",
            *_steps(stack, provider),
            "",
            "## Values",
            "",
            *_values(stack, dict(heroku.sources)),
            "",
            "## What it makes",
            "",
            *_table(
                ("Address", "What it is"),
                ((_code(at), clean(what)) for at, what in addresses(stack, provider)),
            ),
            *_from_heroku(provider, heroku),
            "",
        ]
    )


def _steps(stack: Stack, provider: Provider) -> Iterator[str]:
    yield f"1. Sign in: {provider.sign_in}. The environment {_code(stack.environment)} must be there."
    yield "2. Give the values below."
    yield f"3. `terraform init`. It wants the provider {provider.version}: older ones deploy no images."
    yield (
        "4. Adopt what is there already, databases first, or Terraform tries to make it anew:"
        " `terraform import ADDRESS ID`, with the addresses below."
        f" IDs: {provider.find_ids}."
    )
    yield "5. `terraform plan`, and read it. `terraform apply` when it says what you want."
    yield ""
    first = stack.programs[0].image_variable
    yield f"A deploy is another image: `terraform apply -var {first}=REPOSITORY:TAG`, from CI or by hand."


def _values(stack: Stack, sources: Mapping[str, str]) -> Iterator[str]:
    command = _code(f"offramp values SESSION --app {stack.programs[0].app.name} -- terraform apply")
    yield "No value of a config var stands in these files."
    yield f"{command} hands Terraform those that Heroku"
    yield "has, and names the others; `import` and `plan` want them, too. By hand, Terraform takes them"
    yield ""
    yield "- from the environment, as `TF_VAR_` and the name of the variable: each is the text itself, or"
    yield "- from a file `terraform.tfvars` here. `.gitignore` keeps it out of git; let nobody else read it."
    yield ""
    yield "A registry that wants a login has it from `registry_username` and `registry_password`."
    yield ""
    yield "The state of Terraform holds all of them in clear: keep it where secrets may lie. Letters that"
    yield "Unicode lets stand in parts are put together there (NFC); all else in a text stays as it is."
    yield ""
    rows = [
        (_code(one.image_variable), "image", _code(one.app.name), "")
        for one in stack.programs
        if not one.image
    ]
    rows += [
        (
            _code(config.variable),
            _code(config.name),
            _code(one.app.name),
            _code(sources.get(config.name, "")),
        )
        for one in stack.programs
        for config in one.config
        if config.variable
    ]
    rows += [
        (_code(one.variable), "address of a log drain", "", "")
        for one in stack.drains
        if one.scheme == "https"
    ]
    head = ("Variable", "Config var", "App", "In Heroku's Terraform")
    width = 4 if sources else 3
    yield from _table(head[:width], (row[:width] for row in rows))


def _from_heroku(provider: Provider, heroku: HerokuConfig) -> Iterator[str]:
    rows = [
        (_code(address(one)), _code(f"{one.file}:{one.line}"), counterpart(provider, one))
        for one in heroku.blocks
    ]
    if rows:
        yield ""
        yield "## What became of Heroku's"
        yield ""
        yield from _table(("On Heroku", "Where", "Here"), rows)


def counterpart(provider: Provider, block: TerraformBlock) -> str:
    """What stands for a block of Heroku's Terraform, in words."""
    if block.kind == "module":
        return "not read: a module; what it makes has to be looked through"
    if block.kind == "provider":
        return f"the provider {provider.provider}"
    if block.kind == "data":
        return "not needed: nothing here is looked up on Heroku"
    return provider.counterparts.get(block.type, "no counterpart that Offramp knows")


def address(block: TerraformBlock) -> str:
    """The address of a block, as Terraform writes it."""
    start = "" if block.kind == "resource" else f"{block.kind}."
    return f"{start}{block.type}.{block.name}".rstrip(".")


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{' --- |' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(row)} |"


def _code(text: str) -> str:
    plain = clean(text).replace("`", "'").replace("|", "\\|")
    return f"`{plain}`" if plain else ""
