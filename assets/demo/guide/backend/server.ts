import express from "express";
import type { NextFunction, Request, Response } from "express";
import pg from "pg";

interface User {
  username: string;
  joined: string;
}

const { DATABASE_URL = "", FRONTEND_URL = "", PORT = "3000" } = process.env;
if (!DATABASE_URL || !FRONTEND_URL) {
  console.error("Configuration is missing: DATABASE_URL and FRONTEND_URL");
  process.exit(1);
}

const pool = new pg.Pool({ connectionString: DATABASE_URL, ssl: { rejectUnauthorized: false } });
const app = express();
app.use(express.json());
app.use((request: Request, response: Response, next: NextFunction) => {
  response.header("Access-Control-Allow-Origin", FRONTEND_URL.replace(/\/$/, ""));
  response.header("Access-Control-Allow-Headers", "Content-Type");
  if (request.method === "OPTIONS") {
    response.sendStatus(204);
    return;
  }
  next();
});

async function users(): Promise<User[]> {
  const found = await pool.query('SELECT username, joined FROM "user" ORDER BY username');
  return found.rows;
}

app.get("/", async (request: Request, response: Response) => {
  const all = await users();
  response.send(`<h1>${all.length} users</h1><p>${all.map((one) => one.username).join(", ")}</p>`);
});

app.get("/users", async (request: Request, response: Response) => {
  response.json(await users());
});

app.post("/register", async (request: Request, response: Response) => {
  const { username } = request.body as { username: string };
  if (!username) {
    response.status(400).json({ error: "A name is missing." });
    return;
  }
  const there = await pool.query('SELECT 1 FROM "user" WHERE username = $1', [username]);
  if (there.rows.length > 0) {
    response.status(409).json({ error: "There is such a user already." });
    return;
  }
  await pool.query('INSERT INTO "user" (username, joined) VALUES ($1, now())', [username]);
  response.json({ ok: true, username });
});

await pool.query(
  'CREATE TABLE IF NOT EXISTS "user" (username text PRIMARY KEY, joined timestamptz NOT NULL)',
);
app.listen(Number(PORT), () => console.log(`Listening on ${PORT}`));
