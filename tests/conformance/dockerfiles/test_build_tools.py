"""sbt and .NET, which no registry here has: a program in the place of each lays what it makes where the real
one does, so that what is shown is the way from there to an image that answers, and not the build itself."""

import io
import tarfile
from pathlib import Path

import pytest

from tests.conformance.dockerfiles.apps import JAVA_SERVER, SmallApp
from tests.conformance.dockerfiles.building import SLOW, built, check_answers
from tests.conformance.dockerfiles.downloads import serving
from tests.conformance.dockerfiles.engine import Engine
from tests.conformance.dockerfiles.stand_ins import STAND_INS
from wizard.prepare.image import jvm

pytestmark = SLOW

SBT = """#!/bin/sh
# In the place of sbt with sbt-native-packager.
set -e
[ "$*" = "compile stage" ]
mkdir -p target/classes target/streams project/target target/universal/stage/bin target/universal/stage/lib
javac -d target/classes src/main/java/Shop.java
jar cf target/universal/stage/lib/shop.jar -C target/classes .
cat > target/universal/stage/bin/shop <<'START'
#!/bin/sh
exec java $JAVA_OPTS -cp "$(dirname "$0")/../lib/shop.jar" Shop "${1#-Dhttp.port=}"
START
chmod +x target/universal/stage/bin/shop
"""
SCALA = SmallApp(
    ("heroku/scala",),
    {
        "build.sbt": 'name := "shop"\n',
        "project/build.properties": "sbt.version=1.10.7\n",
        "system.properties": "java.runtime.version=17\n",
        "src/main/java/Shop.java": JAVA_SERVER,
        "Procfile": "web: target/universal/stage/bin/shop -Dhttp.port=$PORT\n",
    },
    ("java",),
    "hello jdbc:postgresql://db.example:5432/shop?sslmode=require",
)
CSHARP = """using System;
using System.Net;
using System.Text;

public class Shop {
  public static void Main(string[] words) {
    var server = new HttpListener();
    server.Prefixes.Add(words[1] + "/");
    server.Start();
    while (true) {
      var context = server.GetContext();
      var text = Encoding.UTF8.GetBytes("hello " + Environment.GetEnvironmentVariable("DOTNET_NOLOGO"));
      context.Response.OutputStream.Write(text, 0, text.Length);
      context.Response.Close();
    }
  }
}
"""
CSPROJ = "<Project>\n<TargetFramework>net8.0</TargetFramework>\n</Project>\n"
DOTNET = {
    "dotnet": SmallApp(
        ("heroku/dotnet",),
        {
            "Shop.csproj": CSPROJ,
            "Shop.cs": CSHARP,
            "Procfile": "web: cd bin/publish; ./Shop --urls http://*:$PORT\n",
        },
        ("dotnet",),
        "hello true",
    ),
    "dotnet with a solution": SmallApp(
        ("heroku/dotnet",),
        {
            "Shop.sln": 'Project("{F}") = "Shop", "Shop\\\\Shop.csproj", "{A}"\nEndProject\n',
            "Shop/Shop.csproj": CSPROJ,
            "Shop/Shop.cs": CSHARP,
            "Procfile": "web: cd Shop/bin/publish/; ./Shop --urls http://*:$PORT\n",
        },
        ("dotnet",),
        "hello true",
    ),
}


def test_sbt(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    STAND_INS["java"](engine)
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as release:
        member = tarfile.TarInfo("sbt/bin/sbt")
        member.size, member.mode = len(SBT), 0o755
        release.addfile(member, io.BytesIO(SBT.encode()))
    with serving({"/v1.10.7/sbt-1.10.7.tgz": packed.getvalue()}) as url:
        monkeypatch.setattr(jvm, "SBT_URL", url)
        code, image = built(SCALA, "scala", engine, tmp_path)
    check_answers(engine, image, code, SCALA.says)
    assert engine.read(image, "sh", "-c", "ls /app/target").split() == ["classes", "universal"]
    engine.buildah("rmi", "--force", image)


@pytest.mark.parametrize("name", DOTNET)
def test_dotnet(name: str, engine: Engine, tmp_path: Path) -> None:
    small = DOTNET[name]
    STAND_INS["dotnet"](engine)
    code, image = built(small, name, engine, tmp_path)
    check_answers(engine, image, code, small.says)
    engine.buildah("rmi", "--force", image)
