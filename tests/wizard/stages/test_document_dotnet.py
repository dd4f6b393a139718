"""Which of .NET's files Heroku's buildpack goes by, and which version that gives."""

import pytest

from wizard.document.repository.runtime_dotnet import MOST_FILES, dotnet_files
from wizard.document.repository.runtimes import Runtime, runtimes


def project(framework: str, name: str = "TargetFramework") -> str:
    head = '<Project Sdk="Microsoft.NET.Sdk.Web">\n<PropertyGroup>'
    return f"{head}\n<{name}>{framework}</{name}>\n</PropertyGroup>\n"


SHOP = "src/Shop/Shop.csproj"
NET8 = project("net8.0")
TABLE = "[com.heroku.buildpacks.dotnet]"


SLN = """\ufeff
Microsoft Visual Studio Solution File, Format Version 12.00
Project("{9A19103F-16F7-4668-BE54-9A1E7A4F7556}") = "Shop", "src\\Shop\\Shop.csproj", "{1}"
EndProject
Project("{2150E333-8FDC-42A3-9474-1A3956D46DE8}") = "docs", "docs", "{2}"
EndProject
Project("{9A19103F-16F7-4668-BE54-9A1E7A4F7556}") = "Jobs", "src\\Jobs\\Jobs.fsproj", "{3}"
EndProject
"""
SLNX = """<Solution>
<Folder Name="/a/"><Project Path="src\\Shop\\Shop.csproj" /></Folder>
<!-- <Project Path="old/Old.csproj" /> -->
</Solution>"""
GLOBAL = '{\n "sdk": {"version": "8.0.204", "rollForward": "latestFeature"}}'


def read(texts: dict[str, str]) -> Runtime:
    (found,) = runtimes(sorted(texts), texts)
    return found


@pytest.mark.parametrize(
    ("texts", "version", "where"),
    [
        # A solution wins over a project beside it, and its projects alone count.
        ({"Shop.sln": SLN, "Other.csproj": project("net9.0"), SHOP: NET8,
          "src/Jobs/Jobs.fsproj": project("net6.0"), "tools/T.csproj": project("net9.0")},
         "net8.0", "src/Shop/Shop.csproj:3"),
        ({"Shop.slnx": SLNX, SHOP: NET8, "old/Old.csproj": project("net9.0")},
         "net8.0", "src/Shop/Shop.csproj:3"),
        ({"Shop.sln": SLN, SHOP: NET8, "global.json": GLOBAL},
         "8.0.204", "global.json:2"),
        # Only the one in the root counts.
        ({"Shop.csproj": NET8, "src/global.json": GLOBAL}, "net8.0", "Shop.csproj:3"),
        ({"Shop.csproj": NET8, "global.json": '{"msbuild-sdks": {}}'}, "net8.0", "Shop.csproj:3"),
        # A later group of properties takes the place of an earlier one; what is in a comment is none.
        ({"Shop.csproj": project("net6.0") + NET8 + f"<!--\n{project('net9.0')}-->"},
         "net8.0", "Shop.csproj:7"),
        ({"Shop.sln": SLN, SHOP: "<Project/>", "src/Directory.Build.props": project("net9.0"),
          "Directory.Build.props": project("net6.0")},
         "net9.0", "src/Directory.Build.props:3"),
        # The buildpack compares them as texts.
        ({"Shop.sln": SLN, SHOP: project("net10.0"), "src/Jobs/Jobs.fsproj": project("net9.0")},
         "net9.0", "src/Jobs/Jobs.fsproj:3"),
        ({"app.cs": "#:sdk Web\n#:property TargetFramework=net9.0\n"}, "net9.0", "app.cs:2"),
        ({"A.sln": SLN, "B.sln": "", "project.toml": f'{TABLE}\nsolution_file = "A.sln"',
          SHOP: NET8}, "net8.0", "src/Shop/Shop.csproj:3"),
    ],
)  # fmt: skip
def test_the_version_that_the_buildpack_takes(texts: dict[str, str], version: str, where: str) -> None:
    found = read(texts)
    assert (found.version, found.pinned_in) == (version, where)


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        ({"A.sln": SLN, "B.slnx": SLNX}, "unless the config var SOLUTION_FILE names one"),
        ({"A.csproj": NET8, "B.csproj": NET8}, "A.csproj, B.csproj: Heroku's build fails."),
        ({"a.cs": "", "b.cs": ""}, "a.cs, b.cs: Heroku's build fails."),
        ({"A.sln": "", "A.csproj": NET8}, "A.sln names no project"),
        ({"A.csproj": project("net8.0;net9.0", "TargetFrameworks")}, "names no single TargetFramework"),
        ({"A.csproj": NET8, "global.json": '{// ours\n"sdk": {"version": "8.0.100"}}'}, "no plain JSON"),
        ({"A.csproj": NET8, "global.json": '{"sdk": {"version": "8.0"}}'}, "no whole version"),
        ({"A.csproj": NET8, "global.json": '{"sdk": 3}'}, "no whole version"),
        ({"A.sln": SLN, "project.toml": f'{TABLE}\nsolution_file = "B.sln"'}, "names B.sln"),
    ],
)  # fmt: skip
def test_what_fails_the_build_is_said_and_nothing_is_guessed(texts: dict[str, str], said: str) -> None:
    found = read(texts)
    assert any(said in note for note in found.notes), found.notes
    assert found.version in ("", "net8.0")


def test_what_is_for_another_system_is_named() -> None:
    found = read({"A.csproj": project("net8.0-windows")})
    assert found.notes == ("A.csproj is for net8.0-windows, which Heroku does not build.",)


def test_what_nothing_builds_is_listed_as_unread() -> None:
    found = read({"Shop.sln": SLN, SHOP: NET8, "old/Old.csproj": project("net5.0")})
    assert [(pin.file, pin.version, pin.read) for pin in found.pins] == [
        (SHOP, "net8.0", True),
        ("old/Old.csproj", "net5.0", False),
    ]


def test_a_file_of_csharp_needs_no_version() -> None:
    assert read({"app.cs": 'Console.WriteLine("x");\n'}).notes == (
        "app.cs names no version: Heroku builds it for .NET 10.",
    )


def test_the_nearest_projects_are_read_of_many() -> None:
    paths = [f"src/deep/p{number}/P.csproj" for number in range(200)] + ["Shop.csproj", "Shop.sln", "x/y.sln"]
    wanted = dotnet_files(paths)
    assert (
        wanted[:2] == ["Shop.sln", "Shop.csproj"]
        and len(wanted) == MOST_FILES + 1
        and "x/y.sln" not in wanted
    )
