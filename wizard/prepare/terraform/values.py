"""Values on their way into Terraform: as a tfvars file, as its environment, as lines for a shell.

All of it is made in memory and is secret whole. Terraform keeps texts in Unicode's composed form (NFC) and as
UTF-8; what cannot get through so is refused by name, never changed.
"""

import shlex
import unicodedata
from collections.abc import Mapping

from wizard.model.secret import Secret
from wizard.model.trouble import Trouble
from wizard.prepare.terraform.hcl import is_identifier, quoted

PREFIX = "TF_VAR_"


def as_tfvars(values: Mapping[str, Secret]) -> Secret:
    """The text of a tfvars file with these variables.

    Raises:
        Trouble: a name is none of a variable, or Terraform would change a value.
    """
    lines = [f"{name} = {quoted(value)}\n" for name, value in _checked(values).items()]
    return Secret("".join(lines), "values for Terraform", register=False)


def as_environment(values: Mapping[str, Secret]) -> dict[str, Secret]:
    """The environment in which Terraform finds these variables, all texts. Raises as `as_tfvars`."""
    return {f"{PREFIX}{name}": values[name] for name in _checked(values)}


def as_shell(values: Mapping[str, Secret]) -> Secret:
    """Lines that set that environment in any shell of Unix, as a file `.env` to be sourced. Raises as
    `as_tfvars`."""
    lines = [f"export {PREFIX}{name}={shlex.quote(value)}\n" for name, value in _checked(values).items()]
    return Secret("".join(lines), "values for Terraform", register=False)


def changed_by_terraform(value: str) -> str:
    """Why Terraform cannot hold `value` as it is, in words; empty where it can."""
    if "\0" in value:
        return "has a zero byte, which no environment holds"
    if any("\ud800" <= sign <= "\udfff" for sign in value):
        return "is no valid UTF-8"
    if unicodedata.normalize("NFC", value) != value:
        return "has letters in parts (Unicode's decomposed form), which Terraform puts together"
    return ""


def _checked(values: Mapping[str, Secret]) -> dict[str, str]:
    told = {}
    for name, secret in values.items():
        value = secret.reveal()
        why = changed_by_terraform(value) if is_identifier(name) else "is no name of a variable"
        if why:
            raise Trouble(
                f"Terraform cannot be given {name}: it {why}.",
                untouched="Nothing was written.",
                remedy="Set this one at the target itself, and leave it out of Terraform.",
                code="terraform-value",
            )
        told[name] = value
    return told
