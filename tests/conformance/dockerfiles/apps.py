"""Small apps that need nothing that cannot be fetched here, each in one language. All answer "hello" and what
the build saw of the config var GREETING, where the language has such a build."""

import json
from typing import NamedTuple

from wizard.model.system import Job

PYTHON_SETTINGS = """import os
SECRET_KEY = os.environ["GREETING"]
ALLOWED_HOSTS = ["*"]
ROOT_URLCONF = "shop.urls"
INSTALLED_APPS = ["django.contrib.staticfiles"]
STATIC_URL, STATIC_ROOT = "/static/", "/app/staticfiles"
STATICFILES_DIRS = ["/app/assets"]
"""
PYTHON_URLS = """import pathlib
from django.http import HttpResponse
from django.urls import path
def home(request):
    return HttpResponse("hello " + pathlib.Path("/app/staticfiles/a.css").read_text())
urlpatterns = [path("", home)]
"""
MANAGE = """import os, sys
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")
from django.core.management import execute_from_command_line
execute_from_command_line(sys.argv)
"""
WSGI = """import os
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")
from django.core.wsgi import get_wsgi_application
application = get_wsgi_application()
"""
NODE_SERVER = """const http = require("http"), fs = require("fs");
const built = fs.existsSync("built.txt") ? fs.readFileSync("built.txt", "utf8").trim() : "";
let packages = "pruned";
try { require("is-number"); packages = "kept"; } catch {}
const text = `hello ${built} ${packages}`;
http.createServer((_, answer) => answer.end(text)).listen(process.env.PORT, "0.0.0.0");
"""
RUBY_SERVER = """require "socket"
server = TCPServer.new("0.0.0.0", ENV.fetch("PORT"))
loop do
  client = server.accept
  client.gets
  text = "hello #{ENV["RACK_ENV"]}"
  client.write "HTTP/1.1 200 OK\\r\\nContent-Length: #{text.size}\\r\\nConnection: close\\r\\n\\r\\n#{text}"
  client.close
end
"""
GO_SERVER = """package main

import (
	"fmt"
	"net/http"
	"os"
)

func main() {
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "hello") })
	http.ListenAndServe(":"+os.Getenv("PORT"), nil)
}
"""
JAVA_SERVER = """import com.sun.net.httpserver.HttpServer;
import java.net.InetSocketAddress;

public class Shop {
  public static void main(String[] words) throws Exception {
    HttpServer server = HttpServer.create(new InetSocketAddress("0.0.0.0", Integer.parseInt(words[0])), 0);
    byte[] text = ("hello " + System.getenv("SPRING_DATASOURCE_URL")).getBytes();
    server.createContext("/", exchange -> {
      exchange.sendResponseHeaders(200, text.length);
      exchange.getResponseBody().write(text);
      exchange.close();
    });
    server.start();
  }
}
"""
WRAPPER = """#!/bin/sh
# In the place of the real wrapper, which would fetch Maven or Gradle.
set -e
mkdir -p {out}/classes
javac -d {out}/classes Shop.java
printf 'Main-Class: Shop\\n' > {out}/manifest
jar cfm {out}/shop.jar {out}/manifest -C {out}/classes .
"""
CLOJURE_BUILD = """#!/bin/sh
mkdir -p target
cp -L /usr/share/java/clojure.jar /usr/share/java/spec.alpha.jar /usr/share/java/core.specs.alpha.jar target/
"""
CLOJURE_WEB = """(ns shop.web
  (:import [com.sun.net.httpserver HttpServer HttpHandler] [java.net InetSocketAddress]))
(defn -main [port]
  (doto (HttpServer/create (InetSocketAddress. "0.0.0.0" (Integer/parseInt port)) 0)
    (.createContext "/" (reify HttpHandler (handle [_ exchange]
      (.sendResponseHeaders exchange 200 5)
      (with-open [out (.getResponseBody exchange)] (.write out (.getBytes "hello"))))))
    (.start)))
"""
NGINX_CONF = """daemon off;
events {}
http {
  include mime.types;
  access_log logs/nginx/access.log;
  error_log logs/nginx/error.log;
  client_body_temp_path /tmp/body;
  server {
    listen <%= ENV["PORT"] %>;
    location / { proxy_pass http://127.0.0.1:8001; }
  }
}
"""
SOCKET_WEB = """open("/tmp/app-initialized", "w").close()
def app(environ, start):
    start("200 OK", [("Content-Type", "text/plain")])
    return [b"hello from a socket"]
"""
LOCK = {"name": "shop", "lockfileVersion": 3, "requires": True, "packages": {"": {"name": "shop"}}}
NUMBER = "sha512-41Cifkg6e8TylSpdtTpeLVMqvSBEVzTttHvERD741+pnZ8ANv0004MRL43QKPDlK9cGvNp6NZWZUBlbGXYxxng=="
DEV_LOCK = {
    **LOCK,
    "packages": {
        "": {"name": "shop", "devDependencies": {"is-number": "7.0.0"}},
        "node_modules/is-number": {"version": "7.0.0", "integrity": NUMBER, "dev": True},
    },
}


class SmallApp(NamedTuple):
    """Buildpacks, files, the stand-ins that the images need, and what the first answer begins with; the names
    of its config vars, its jobs, its stack, and whether its slug is kept."""

    buildpacks: tuple[str, ...]
    files: dict[str, str]
    needs: tuple[str, ...]
    says: str
    config: tuple[str, ...] = ("GREETING",)
    jobs: tuple[Job, ...] = ()
    stack: str = "heroku-24"
    slug: bool = False


def _package(**scripts: str) -> str:
    return json.dumps({"name": "shop", "engines": {"node": "22.x"}, "scripts": scripts})


PYTHON = {
    "requirements.txt": "Django<5\ngunicorn\n",
    ".python-version": "3.11\n",
    "Procfile": "web: gunicorn shop.wsgi --bind 0.0.0.0:$PORT\n",
    "manage.py": MANAGE,
    "shop/__init__.py": "",
    "shop/settings.py": PYTHON_SETTINGS,
    "shop/urls.py": PYTHON_URLS,
    "shop/wsgi.py": WSGI,
    "assets/a.css": "collected",
}

SMALL_APPS: dict[str, SmallApp] = {
    "python": SmallApp(("heroku/python",), PYTHON, ("python",), "hello collected"),
    "python-uv": SmallApp(
        ("heroku/python",),
        {
            "pyproject.toml": '[project]\nname = "shop"\nversion = "1"\nrequires-python = ">=3.11"\n',
            "uv.lock": 'version = 1\nrequires-python = ">=3.11"\n\n[[package]]\nname = "shop"\n'
            'version = "1"\n'
            'source = { virtual = "." }\n',
            ".python-version": "3.11\n",
            "index.html": "hello uv",
            "Procfile": "web: python -m http.server $PORT\n",
        },
        ("python",),
        "hello uv",
    ),
    "node": SmallApp(
        ("heroku/nodejs",),
        {
            "package.json": json.dumps(
                {
                    "name": "shop",
                    "engines": {"node": "22.x"},
                    "devDependencies": {"is-number": "7.0.0"},
                    "scripts": {
                        "start": "node server.js",
                        "heroku-postbuild": "node -e 'require(\"is-number\")' && echo $GREETING > built.txt",
                    },
                }
            ),
            "package-lock.json": json.dumps(DEV_LOCK),
            "server.js": NODE_SERVER,
        },
        ("node",),
        "hello from the config pruned",
    ),
    "node-pnpm": SmallApp(
        ("heroku/nodejs",),
        {
            "package.json": json.dumps(
                {
                    "name": "shop",
                    "packageManager": "pnpm@9.15.4",
                    "engines": {"node": "22.x"},
                    "scripts": {"start": "node server.js", "build": "echo $NODE_ENV > built.txt"},
                }
            ),
            "pnpm-lock.yaml": "lockfileVersion: '9.0'\nimporters:\n  .: {}\n",
            "server.js": NODE_SERVER,
            "Procfile": "web: pnpm start\n",
        },
        ("node",),
        "hello production",
    ),
    "python and node": SmallApp(
        ("heroku/nodejs", "heroku/python"),
        {
            **PYTHON,
            "package.json": _package(build="cp package.json assets/a.css && echo made > assets/a.css"),
            "package-lock.json": json.dumps(LOCK),
        },
        ("node", "python"),
        "hello made",
    ),
    "ruby": SmallApp(
        ("heroku/ruby",),
        {
            "Gemfile": 'source "https://rubygems.org"\n',
            "Gemfile.lock": "GEM\n  remote: https://rubygems.org/\n  specs:\n\nPLATFORMS\n  x86_64-linux\n\n"
            "DEPENDENCIES\n\nRUBY VERSION\n   ruby 3.1.2p20\n",
            "server.rb": RUBY_SERVER,
            "Procfile": "web: bundle exec ruby server.rb\n",
        },
        ("ruby",),
        "hello",
    ),
    "go": SmallApp(
        ("heroku/go",),
        {"go.mod": "module example.org/shop\n\ngo 1.19\n", "main.go": GO_SERVER, "Procfile": "web: shop\n"},
        ("go",),
        "hello",
    ),
    "java": SmallApp(
        ("heroku/java",),
        {
            "pom.xml": "<project/>\n",
            "mvnw": WRAPPER.format(out="target"),
            "Shop.java": JAVA_SERVER,
            "system.properties": "java.runtime.version=17\n",
            "Procfile": "web: java $JAVA_OPTS -jar target/shop.jar $PORT\n",
        },
        ("java",),
        "hello jdbc:postgresql://db.example:5432/shop?sslmode=require",
    ),
    "gradle": SmallApp(
        ("heroku/gradle",),
        {
            "build.gradle": "task stage {}\n",
            "gradlew": WRAPPER.format(out="build/libs"),
            "Shop.java": JAVA_SERVER,
            "system.properties": "java.runtime.version=17\n",
            "Procfile": "web: java -jar build/libs/shop.jar $PORT\n",
        },
        ("java",),
        "hello jdbc:postgresql://db.example:5432/shop?sslmode=require",
    ),
    "clojure": SmallApp(
        ("heroku/clojure",),
        {
            "project.clj": '(defproject shop "1" :min-lein-version "2.0.0" :uberjar-name "shop.jar")\n',
            "bin/build": CLOJURE_BUILD,
            "src/shop/web.clj": CLOJURE_WEB,
            "system.properties": "java.runtime.version=17\n",
            "Procfile": "web: java -cp 'target/*:src' clojure.main -m shop.web $PORT\n",
        },
        ("clojure",),
        "hello",
    ),
    "php with Apache": SmallApp(
        ("heroku/php",),
        {
            "composer.json": json.dumps({"require": {"php": "~8.2.0"}}),
            "composer.lock": "{}",
            "public/index.php": "<?php echo 'hello ' . $_SERVER['SERVER_SOFTWARE'];\n",
            "apache_app.conf": "Header set X-From apache_app.conf\n",
            "Procfile": "web: heroku-php-apache2 -C apache_app.conf public/\n",
        },
        ("php",),
        "hello Apache",
    ),
    "php with nginx": SmallApp(
        ("heroku/php",),
        {
            "composer.json": json.dumps({"require": {"php": "~8.2.0"}}),
            "composer.lock": "{}",
            "public/index.php": "<?php echo 'hello ' . $_SERVER['SERVER_SOFTWARE'];\n",
            "nginx_app.conf": "location / { index index.php; try_files $uri $uri/ /index.php; }\n",
            "Procfile": "web: heroku-php-nginx -C nginx_app.conf public/\n",
        },
        ("php",),
        "hello nginx",
    ),
    "nginx before python": SmallApp(
        ("heroku-community/nginx", "heroku/python"),
        {
            "requirements.txt": "",
            ".python-version": "3.11\n",
            "index.html": "hello behind nginx",
            "config/nginx.conf.erb": NGINX_CONF,
            "Procfile": "web: bin/start-nginx sh -c 'touch /tmp/app-initialized; "
            "exec python -m http.server 8001'\n",
        },
        ("python",),
        "hello behind nginx",
    ),
    "nginx with default settings": SmallApp(
        ("heroku-community/nginx", "heroku/python"),
        {
            "requirements.txt": "gunicorn\n",
            ".python-version": "3.11\n",
            "web.py": SOCKET_WEB,
            "Procfile": "web: bin/start-nginx gunicorn web:app --bind unix:/tmp/nginx.socket\n",
        },
        ("python",),
        "hello from a socket",
    ),
    "nginx alone": SmallApp(
        ("heroku-community/nginx", "heroku/python"),
        {
            "requirements.txt": "",
            ".python-version": "3.11\n",
            "files/index.html": "hello alone",
            "config/nginx.conf.erb": NGINX_CONF.replace(
                "proxy_pass http://127.0.0.1:8001", "root /app/files"
            ),
            "Procfile": "web: bin/start-nginx-solo\n",
        },
        ("python",),
        "hello alone",
    ),
    "static": SmallApp(
        ("heroku-community/static",),
        {
            "static.json": json.dumps({"root": "dist", "routes": {"/**": "index.html"}}),
            "dist/index.html": "hello files",
            "Procfile": "web: bin/boot\n",
        },
        ("nginx",),
        "hello files",
    ),
    "static and node": SmallApp(
        ("heroku/nodejs", "heroku-community/static"),
        {
            "static.json": json.dumps({"root": "dist"}),
            "package.json": _package(build="mkdir -p dist && echo hello built > dist/index.html"),
            "package-lock.json": json.dumps(LOCK),
        },
        ("node", "nginx"),
        "hello built",
    ),
}
