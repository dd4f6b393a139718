"""Values reach Terraform byte for byte, or are refused by name."""

import subprocess
from pathlib import Path

import hcl2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.wizard.prepare_terraform.terraform_program import needs_terraform, variables_of
from wizard.model.secret import Secret
from wizard.model.trouble import Trouble
from wizard.prepare.terraform.values import as_environment, as_shell, as_tfvars, changed_by_terraform

HARD = [
    "", " ", "007", "yes", "null", "1e3", '"', "'", "\\", "\\n", "a\nb\n", "\r\n", "\t", "a&b<c>", "$", "$$",
    "${", "%{", "$${x}", "$$${x}", "%%{if}", '${file("x")}', "%{ for x in y }", "EOT", "<<EOT", "# no",
    "// no", "/* no */",
    "héllo wörld", "\U0001f468\u200d\U0001f469", "\u2028\ufeff\x85\x7f\x01", "\ue000", "`id`",
    "$(id)", "!!", "a" * 32_768,
]  # fmt: skip
VALUES = {f"v_{number}": Secret(value, "x", register=False) for number, value in enumerate(HARD)}


@needs_terraform
@pytest.mark.parametrize("way", ["tfvars", "environment"])
def test_terraform_itself_reads_each_as_it_is(tmp_path: Path, way: str) -> None:
    environment = {}
    if way == "tfvars":
        (tmp_path / "terraform.tfvars").write_bytes(as_tfvars(VALUES).reveal().encode())
    else:
        environment = {name: value.reveal() for name, value in as_environment(VALUES).items()}
    assert variables_of(tmp_path, list(VALUES), environment) == HARD


def test_a_shell_exports_each_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_bytes(as_shell(VALUES).reveal().encode())
    said = subprocess.run(
        ["sh", "-c", ". ./.env; env -0"], cwd=tmp_path, capture_output=True, check=True
    ).stdout
    told = dict(one.split("=", 1) for one in said.decode().split("\0") if one.startswith("TF_VAR_"))
    assert [told[f"TF_VAR_{name}"] for name in VALUES] == HARD


@given(st.text(st.characters(exclude_categories=["Cs"])))
@settings(max_examples=60, deadline=None)
def test_a_tfvars_file_has_one_line_for_each_value(value: str) -> None:
    if changed_by_terraform(value):
        return
    text = as_tfvars(
        {"a": Secret(value, "x", register=False), "b": Secret("end", "x", register=False)}
    ).reveal()
    assert text.count("\n") == 2
    read = hcl2.loads(text)
    assert read["b"] == '"end"'
    assert "${" not in text
    assert "%{" not in text


@pytest.mark.parametrize(
    ("value", "why"), [("e\u0301", "decomposed"), ("a\0b", "zero byte"), ("\ud800", "UTF-8")]
)
def test_what_terraform_would_change_is_refused(value: str, why: str) -> None:
    with pytest.raises(Trouble) as caught:
        as_tfvars({"NAME": Secret(value, "x", register=False)})
    assert why in caught.value.cause
    assert "NAME" in caught.value.cause


@needs_terraform
def test_terraform_does_change_the_decomposed_form(tmp_path: Path) -> None:
    assert variables_of(tmp_path, ["a"], {"TF_VAR_a": "e\u0301"}) == ["\u00e9"]
