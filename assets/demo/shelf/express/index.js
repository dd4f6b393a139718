// Plays express for the example system: routes, middlewares, JSON bodies, and what the example answers with.
import http from "node:http";

class Answer {
  constructor(raw) {
    this.raw = raw;
  }
  header(name, value) {
    this.raw.setHeader(name, value);
    return this;
  }
  status(code) {
    this.raw.statusCode = code;
    return this;
  }
  sendStatus(code) {
    this.raw.statusCode = code;
    this.raw.end();
  }
  send(text) {
    if (!this.raw.hasHeader("Content-Type")) this.header("Content-Type", "text/html; charset=utf-8");
    this.raw.end(text);
  }
  json(value) {
    this.header("Content-Type", "application/json").send(JSON.stringify(value));
  }
}

export default function express() {
  const chain = [];
  const add = (method, path) => (...handlers) => {
    for (const handler of handlers) chain.push({ method, path, handler });
  };
  const app = { use: (handler) => add("", "")(handler) };
  for (const method of ["get", "post", "put", "delete"]) {
    app[method] = (path, ...handlers) => add(method.toUpperCase(), path)(...handlers);
  }
  app.listen = (port, ready) => http.createServer((raw, out) => serve(chain, raw, new Answer(out))).listen(port, process.env.HOST, ready);
  return app;
}

express.json = () => async (request, response, next) => {
  let text = "";
  for await (const piece of request.raw) text += piece;
  request.body = text ? JSON.parse(text) : {};
  next();
};

async function serve(chain, raw, response) {
  const path = new URL(raw.url, "http://localhost").pathname;
  const request = { raw, method: raw.method, path, headers: raw.headers, body: {} };
  const matching = chain.filter((one) => !one.path || (one.path === path && one.method === raw.method));
  const step = async (number) => {
    if (response.raw.writableEnded) return;
    if (number === matching.length) {
      response.status(404).send("Not found");
      return;
    }
    await matching[number].handler(request, response, () => step(number + 1));
  };
  try {
    await step(0);
  } catch (error) {
    console.error(error);
    if (!response.raw.writableEnded) response.status(500).send("Internal Server Error");
  }
}
