
// Of several copies of this capsule one starts a job: the one that gets its lock in Postgres. It is held for a
// minute at least, for the clocks of two machines differ.
async function alone(job, work) {
  const client = await connected();
  try {
    const keys = [{{locks}}, job.lock];
    const { rows } = await client.query("SELECT 1 WHERE pg_try_advisory_lock($1, $2)", keys);
    if (rows.length === 0) {
      say(job, "another copy of this capsule runs it");
      return;
    }
    const minute = new Promise((resolve) => setTimeout(resolve, 60_000));
    await work();
    await minute;
  } finally {
    await client.end().catch(() => {});
  }
}

async function connected() {
  const connectionString = process.env.{{variable}};
  for (const ssl of [{ rejectUnauthorized: false }, false]) {
    const client = new pg.Client({ connectionString, ssl });
    client.on("error", (error) => console.error(`the lock's connection: ${error.message}`));
    try {
      await client.connect();
      return client;
    } catch (error) {
      if (!ssl || !error.message.includes("does not support SSL")) throw error;
    }
  }
  throw new Error("no connection");
}
