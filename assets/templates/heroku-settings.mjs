// Written by Offramp: a site of files cannot ask for config vars while it runs. The build writes them into a file
// of the site, so each is public, and a change of one needs a new build.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

const FILE = {{file}};
const NAMES = {{names}};

const settings = Object.fromEntries(NAMES.map((name) => [name, process.env[name] ?? ""]));
for (const name of NAMES) if (!settings[name]) console.warn(`${name} is not set: ${FILE} has it empty`);
mkdirSync(dirname(FILE), { recursive: true });
// "<" is written as what it is in a string: no value ends the element that it may stand in.
const text = JSON.stringify(settings, null, 2).replaceAll("<", "\\u003c");
writeFileSync(FILE, `window.ENV = ${text};\n`);
