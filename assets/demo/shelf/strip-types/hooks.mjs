// Takes the types out of the example's own TypeScript, which keeps to annotations of names and results,
// interfaces, `import type` and `as`. Lines keep their numbers.
import fs from "node:fs/promises";
import { fileURLToPath } from "node:url";

const NAMES = "(?:string|number|boolean|void|unknown|Promise|Request|Response|NextFunction|User)";
const TYPE = `${NAMES}(?:<[^<>=(){};]*>)?(?:\\[\\])*`;

function stripped(text) {
  return text
    .replace(/^import type [^;]*;/gm, "")
    .replace(/^interface \w+ \{[^}]*\}/gm, (found) => "\n".repeat(found.split("\n").length - 1))
    .replace(/ as \{[^}]*\}/g, "")
    .replace(new RegExp(` as ${TYPE}`, "g"), "")
    .replace(new RegExp(`(\\)|\\b\\w+)\\??: ${TYPE}(?=\\s*[,)={])`, "g"), "$1");
}

export async function load(url, context, next) {
  if (!url.endsWith(".ts")) return next(url, context);
  const source = stripped(await fs.readFile(fileURLToPath(url), "utf8"));
  return { format: "module", shortCircuit: true, source };
}
