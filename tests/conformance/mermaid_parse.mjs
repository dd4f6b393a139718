// Parses and draws each flowchart of a JSON list on stdin with the real Mermaid; prints what it saw as JSON.
// Run with the folder that holds node_modules (mermaid, jsdom) as the argument.
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { join } from "node:path";

const folder = process.argv[2];
const require = createRequire(join(folder, "package.json"));
const { JSDOM } = require("jsdom");
const dom = new JSDOM("<!DOCTYPE html><body></body>", { pretendToBeVisual: true });
globalThis.window = dom.window;
globalThis.document = dom.window.document;
for (const name of ["Element", "SVGElement", "HTMLElement", "Node", "DOMParser", "XMLSerializer"]) {
  globalThis[name] = dom.window[name];
}
const mermaid = (await import(pathToFileURL(join(folder, "node_modules/mermaid/dist/mermaid.core.mjs")))).default;
mermaid.initialize({ startOnLoad: false, securityLevel: "strict" });

let input = "";
for await (const chunk of process.stdin) input += chunk;
const seen = [];
for (const text of JSON.parse(input)) {
  try {
    await mermaid.parse(text);
    const diagram = await mermaid.mermaidAPI.getDiagramFromText(text);
    const vertices = [...diagram.db.getVertices().values()];
    seen.push({
      vertices: vertices.map((one) => one.text ?? ""),
      edges: diagram.db.getEdges().length,
      groups: diagram.db.getSubGraphs().map((one) => one.title),
      links: vertices.filter((one) => one.link || one.haveCallback).length,
    });
  } catch (error) {
    seen.push({ error: String(error.message ?? error) });
  }
}
console.log(JSON.stringify(seen));
