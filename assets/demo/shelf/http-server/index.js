#!/usr/bin/env node
// Plays http-server for the example system: the files of a folder, on a port.
import fs from "node:fs";
import http from "node:http";
import path from "node:path";

const words = process.argv.slice(2);
const at = words.indexOf("-p");
const port = Number(at < 0 ? 8080 : words[at + 1]);
const root = path.resolve(words[0] && !words[0].startsWith("-") ? words[0] : ".");
const TYPES = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".json": "application/json" };

http
  .createServer((request, response) => {
    const asked = decodeURIComponent(new URL(request.url, "http://localhost").pathname);
    let file = path.join(root, path.normalize(asked));
    if (!file.startsWith(root)) file = root;
    if (fs.existsSync(file) && fs.statSync(file).isDirectory()) file = path.join(file, "index.html");
    if (!fs.existsSync(file)) {
      response.writeHead(404).end("Not found");
      return;
    }
    const type = TYPES[path.extname(file)] ?? "application/octet-stream";
    response.writeHead(200, { "Content-Type": `${type}; charset=utf-8` }).end(fs.readFileSync(file));
  })
  .listen(port, process.env.HOST, () => console.log(`Serving ${root} on ${port}`));
