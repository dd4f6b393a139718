"""A target's Terraform provider as the catalogue has it: which resources take which attributes."""

import functools
from collections.abc import Iterable, Iterator, Mapping
from importlib.resources import as_file, files
from typing import Literal

from msgspec import field

from wizard.model.noun import Noun, decode_toml
from wizard.ports import Profile
from wizard.prepare.terraform.hcl import Attribute, Block, Comment, Expression, Value


class Schema(Noun, frozen=True, kw_only=True):
    """One attribute. `computed` ones are only read; `values` are all that a literal may be."""

    type: Literal["string", "number", "bool", "map", "list", "block"]
    required: bool = False
    sensitive: bool = False
    computed: bool = False
    values: tuple[str | int, ...] = ()
    least: int | None = None
    most: int | None = None


class Provider(Noun, frozen=True, kw_only=True):
    """The provider. `resources` and `data` are attributes by type, a nested block standing as "type.block";
    `drains` kinds of log drains by the scheme of an address; `counterparts` what stands for a resource of
    Heroku's provider, in words."""

    source: str
    date: str
    provider: str
    registry: str
    version: str
    terraform: str
    folder: str
    sign_in: str
    find_ids: str
    drains: dict[str, str] = field(default_factory=dict)
    resources: dict[str, dict[str, Schema]]
    data: dict[str, dict[str, Schema]]
    counterparts: dict[str, str]

    def type(self, noun: str) -> str:
        """The type of resource for one of our nouns: app, database, endpoint, log_drain, environment."""
        return f"{self.provider}_{noun}"


@functools.cache
def _load(name: str) -> Provider | None:
    place = files("assets") / "catalogue" / f"{name}_terraform.toml"
    if not place.is_file():
        return None
    with as_file(place) as path:
        return decode_toml(path, Provider)


def provider_of(profile: Profile) -> Provider | None:
    """The provider of a target, None where the catalogue has none."""
    return _load(profile.name.replace("-", "_"))


def faults(provider: Provider, blocks: Iterable[Block | Comment]) -> list[str]:
    """What the provider would refuse in these blocks, as sentences; resources of others are not looked at."""
    found: list[str] = []
    for block in blocks:
        if isinstance(block, Comment) or block.type not in ("resource", "data"):
            continue
        known = provider.resources if block.type == "resource" else provider.data
        if block.labels[0].startswith(f"{provider.provider}_"):
            found += _faults(known, block.labels[0], ".".join(block.labels), block.body)
    return found


def _faults(
    known: Mapping[str, dict[str, Schema]],
    path: str,
    where: str,
    body: Iterable[Attribute | Block | Comment],
) -> Iterator[str]:
    schema = known.get(path)
    if schema is None:
        yield f"{where}: there is no {path}"
        return
    told = set()
    for one in body:
        if isinstance(one, Comment):
            continue
        name = one.name if isinstance(one, Attribute) else one.type
        if name in _OF_TERRAFORM:
            continue
        about = schema.get(name)
        if about is None or about.computed:
            yield f"{where}: {name} cannot be set"
        elif isinstance(one, Block) != (about.type == "block"):
            yield f"{where}: {name} is {'no block' if isinstance(one, Block) else 'a block'}"
        elif isinstance(one, Block):
            yield from _faults(known, f"{path}.{name}", f"{where}.{name}", one.body)
        else:
            if name in told:
                yield f"{where}: {name} is set twice"
            if wrong := _wrong(about, one.value):
                yield f"{where}: {name} {wrong}"
        told.add(name)
    for name, about in schema.items():
        if about.required and name not in told:
            yield f"{where}: {name} is missing"


_OF_TERRAFORM = ("count", "depends_on", "for_each", "lifecycle", "provider")
_KINDS: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "number": (int,),
    "bool": (bool,),
    "map": (Mapping,),
    "list": (),
}


def _wrong(about: Schema, value: Value) -> str:
    if value is None or isinstance(value, Expression):
        return ""
    if not isinstance(value, _KINDS[about.type]) or (isinstance(value, bool) and about.type != "bool"):
        return f"must be a {about.type}"
    if about.values and value not in about.values:
        return f"is {value}, and must be one of {', '.join(map(str, about.values))}"
    if isinstance(value, int) and about.least is not None and value < about.least:
        return f"is {value}, and must be at least {about.least}"
    if isinstance(value, int) and about.most is not None and value > about.most:
        return f"is {value}, and must be at most {about.most}"
    return ""
