import pg from "pg";

const pool = new pg.Pool({
  connectionString: process.env.DATABASE_URL,
  ssl: { rejectUnauthorized: false },
});

const { rows } = await pool.query('SELECT username FROM "user" ORDER BY username');
for (const row of rows) console.log(`Emailing ${row.username}`);
console.log(`${rows.length} e-mails, ${new Date().toISOString()}`);
await pool.end();
