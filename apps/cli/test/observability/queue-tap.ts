import { once } from "node:events";
import { connect } from "node:net";
import type { Database } from "@hairline/core/db";
import { openQueues } from "@hairline/core/queue";
import { startRedis } from "@hairline/core/testing";

/** A queue server with a record of everything that is ever written to it. */
export interface TappedQueue extends AsyncDisposable {
  readonly environment: NodeJS.ProcessEnv;
  written(): Promise<string>;
}

export function openTappedQueue(kind: "redis" | "postgres", database: Database): Promise<TappedQueue> {
  return kind === "redis" ? tapRedis() : tapPostgres(database);
}

/** MONITOR shows every command with its arguments. */
async function tapRedis(): Promise<TappedQueue> {
  const redis = await startRedis();
  const socket = connect(Number(new URL(redis.url).port), "127.0.0.1");
  await once(socket, "connect");
  let commands = "";
  socket.setEncoding("utf8").on("data", (text: string) => {
    commands += text;
  });
  socket.on("error", () => {});
  socket.write("MONITOR\r\n");
  await once(socket, "data");
  return {
    environment: { REDIS_URL: redis.url },
    written: async () => commands,
    async [Symbol.asyncDispose]() {
      socket.destroy();
      await redis[Symbol.asyncDispose]();
    },
  };
}

/** A trigger on every table of the queue keeps the rows: jobs that are done are deleted. */
async function tapPostgres(database: Database): Promise<TappedQueue> {
  // Opened once, so that its tables are there.
  await (await openQueues({ kind: "postgres", url: database.url })).close();
  await database.pool.query(`
    create table queue_tap (row text not null);
    create function note_queue_row() returns trigger language plpgsql as $$
    begin insert into public.queue_tap values (to_jsonb(new)::text); return null; end $$;
    do $$ declare name text; begin
      for name in select tablename from pg_tables where schemaname = 'hairline_queue' loop
        execute format('create trigger tap after insert or update on hairline_queue.%I '
                       'for each row execute function public.note_queue_row()', name);
      end loop;
    end $$`);
  return {
    environment: {},
    async written() {
      const { rows } = await database.pool.query<{ row: string }>("select row from queue_tap");
      return rows.map(({ row }) => row).join("\n");
    },
    async [Symbol.asyncDispose]() {},
  };
}
