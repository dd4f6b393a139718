// Plays pg for the example system: a pool of one connection, queries with parameters, TLS, SCRAM-SHA-256.
import crypto from "node:crypto";
import net from "node:net";
import tls from "node:tls";

function message(kind, ...parts) {
  const body = Buffer.concat(parts.map((part) => (Buffer.isBuffer(part) ? part : Buffer.from(part))));
  const size = Buffer.alloc(4);
  size.writeInt32BE(body.length + 4);
  return Buffer.concat([Buffer.from(kind), size, body]);
}

const text = (value) => Buffer.from(`${value}\0`);

function int16(number) {
  const bytes = Buffer.alloc(2);
  bytes.writeInt16BE(number);
  return bytes;
}

function int32(number) {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(number);
  return bytes;
}

class Connection {
  constructor(url, secure) {
    this.url = new URL(url);
    this.secure = secure;
    this.waiting = [];
    this.buffer = Buffer.alloc(0);
  }

  async open() {
    const port = Number(this.url.port || 5432);
    let socket = net.connect(port, this.url.hostname);
    await once(socket, "connect");
    if (this.secure) {
      socket.write(Buffer.concat([int32(8), int32(80877103)]));
      const [answer] = await once(socket, "data");
      // A server of the sandbox may have no TLS; the real package would end here.
      if (answer.toString() === "S") {
        socket = tls.connect({ socket, rejectUnauthorized: this.secure.rejectUnauthorized !== false });
        await once(socket, "secureConnect");
      }
    }
    this.socket = socket;
    socket.on("data", (piece) => this.take(piece));
    const broken = (error) => {
      this.closed = error ?? new Error("Connection terminated unexpectedly");
      for (const one of this.waiting.splice(0)) one.reject(this.closed);
    };
    socket.on("error", broken);
    socket.on("close", () => broken());
    const user = decodeURIComponent(this.url.username);
    const database = decodeURIComponent(this.url.pathname.slice(1)) || user;
    const startup = Buffer.concat([int32(196608), text("user"), text(user), text("database"), text(database), Buffer.from("\0")]);
    socket.write(Buffer.concat([int32(startup.length + 4), startup]));
    await this.authenticate();
  }

  take(piece) {
    this.buffer = Buffer.concat([this.buffer, piece]);
    while (this.buffer.length >= 5) {
      const size = this.buffer.readInt32BE(1) + 1;
      if (this.buffer.length < size) return;
      const one = { kind: String.fromCharCode(this.buffer[0]), body: this.buffer.subarray(5, size) };
      this.buffer = this.buffer.subarray(size);
      (this.arrived ??= []).push(one);
      this.waiting.shift()?.resolve();
    }
  }

  async next() {
    while (!this.arrived?.length) {
      if (this.closed) throw this.closed;
      await new Promise((resolve, reject) => this.waiting.push({ resolve, reject }));
    }
    const one = this.arrived.shift();
    if (one.kind === "E") this.error = new Error(/\0M([^\0]*)/.exec(`\0${one.body}`)?.[1] ?? "error");
    return one;
  }

  async authenticate() {
    const password = decodeURIComponent(this.url.password);
    const nonce = crypto.randomBytes(18).toString("base64");
    const bare = `n=,r=${nonce}`;
    let proof = "";
    for (;;) {
      const { kind, body } = await this.next();
      if (this.error) throw this.error;
      if (kind === "Z") return;
      if (kind !== "R") continue;
      const what = body.readInt32BE(0);
      if (what === 3) this.socket.write(message("p", text(password)));
      if (what === 10) {
        const first = Buffer.from(`n,,${bare}`);
        this.socket.write(message("p", text("SCRAM-SHA-256"), int32(first.length), first));
      }
      if (what === 11) {
        const server = body.subarray(4).toString();
        const said = Object.fromEntries(server.split(",").map((part) => [part[0], part.slice(2)]));
        const salted = crypto.pbkdf2Sync(password, Buffer.from(said.s, "base64"), Number(said.i), 32, "sha256");
        const sign = (key, data) => crypto.createHmac("sha256", key).update(data).digest();
        const key = sign(salted, "Client Key");
        const without = `c=biws,r=${said.r}`;
        const whole = `${bare},${server},${without}`;
        const signature = sign(crypto.createHash("sha256").update(key).digest(), whole);
        proof = key.map((byte, at) => byte ^ signature[at]);
        this.socket.write(message("p", Buffer.from(`${without},p=${Buffer.from(proof).toString("base64")}`)));
      }
    }
  }

  async query(sql, values = []) {
    const given = values.map((value) => {
      if (value === null || value === undefined) return int32(-1);
      const bytes = Buffer.from(String(value));
      return Buffer.concat([int32(bytes.length), bytes]);
    });
    this.socket.write(
      Buffer.concat([
        message("P", text(""), text(sql), int16(0)),
        message("B", text(""), text(""), int16(0), int16(values.length), ...given, int16(0)),
        message("D", "P", text("")),
        message("E", text(""), int32(0)),
        message("S"),
      ]),
    );
    const rows = [];
    let names = [];
    for (;;) {
      const { kind, body } = await this.next();
      if (kind === "T") names = columns(body);
      if (kind === "D") rows.push(Object.fromEntries(cells(body).map((cell, at) => [names[at], cell])));
      if (kind !== "Z") continue;
      const error = this.error;
      this.error = undefined;
      if (error) throw error;
      return { rows, rowCount: rows.length };
    }
  }
}

function columns(body) {
  const names = [];
  let at = 2;
  for (let left = body.readInt16BE(0); left > 0; left -= 1) {
    const end = body.indexOf(0, at);
    names.push(body.toString("utf8", at, end));
    at = end + 19;
  }
  return names;
}

function cells(body) {
  const found = [];
  let at = 2;
  for (let left = body.readInt16BE(0); left > 0; left -= 1) {
    const size = body.readInt32BE(at);
    at += 4;
    found.push(size < 0 ? null : body.toString("utf8", at, at + size));
    at += Math.max(size, 0);
  }
  return found;
}

function once(socket, event) {
  return new Promise((resolve, reject) => {
    socket.once(event, (...found) => {
      socket.off("error", reject);
      resolve(found);
    });
    socket.once("error", reject);
  });
}

export class Pool {
  constructor({ connectionString, ssl = false }) {
    this.connectionString = connectionString;
    this.ssl = ssl;
    this.turn = Promise.resolve();
  }

  query(sql, values) {
    const work = this.turn.then(async () => {
      if (!this.connection || this.connection.closed) {
        this.connection = new Connection(this.connectionString, this.ssl);
        await this.connection.open();
      }
      return this.connection.query(sql, values);
    });
    this.turn = work.catch(() => {});
    return work;
  }

  async end() {
    await this.turn;
    this.connection?.socket.end(message("X"));
  }
}

/** One connection by itself, with the lock that it holds. */
export class Client {
  constructor(options) {
    this.pool = new Pool(options);
  }

  on() {}

  async connect() {
    await this.pool.query("SELECT 1");
  }

  query(sql, values) {
    return this.pool.query(sql, values);
  }

  end() {
    return this.pool.end();
  }
}

export default { Client, Pool };
