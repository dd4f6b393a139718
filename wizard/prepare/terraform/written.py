"""The names that files which Offramp wrote before give to their resources and outputs."""

import re
from collections.abc import Mapping

from wizard.prepare.terraform.provider import Provider

MARK = "Written by Offramp"
"""Stands in the first line of every file that Offramp wrote, and may write over."""

Labels = Mapping[tuple[str, str], str]
"""Labels of resources by their noun (app, database, log_drain) and handle."""

_RESOURCE = re.compile(r'^resource "(\w+)" "([\w-]+)" \{\n(.*?)^\}', re.MULTILINE | re.DOTALL)
_HANDLE = re.compile(r'^  handle += "([^"$%\\]+)"$', re.MULTILINE)
_OUTPUT = re.compile(r'^output "([\w-]+)" \{\n(.*?)^\}', re.MULTILINE | re.DOTALL)


def written_labels(files: Mapping[str, str], provider: Provider) -> Labels:
    """The labels of what stands in the files of the provider's folder."""
    found = {}
    for type_, label, body in _RESOURCE.findall(_text(files, provider, "main.tf")):
        handle = _HANDLE.search(body)
        if handle and type_.startswith(f"{provider.provider}_"):
            found[type_.removeprefix(f"{provider.provider}_"), handle[1]] = label
    return found


def written_outputs(files: Mapping[str, str], provider: Provider) -> dict[str, str]:
    """The names of the outputs with the web address of an app, by the label of its endpoint."""
    address = re.compile(rf"\b{re.escape(provider.type('endpoint'))}\.([\w-]+)\.virtual_domain\b")
    return {
        label[1]: name
        for name, body in _OUTPUT.findall(_text(files, provider, "outputs.tf"))
        if (label := address.search(body))
    }


def _text(files: Mapping[str, str], provider: Provider, name: str) -> str:
    text = files.get(f"{provider.folder}/{name}", "").replace("\r\n", "\n")
    return text if MARK in text.split("\n", 1)[0] else ""
