// A process that starts the server of a home folder, says so in one line of JSON, and leaves when its input ends.
import { once } from "node:events";

import { startEmbeddedPostgres } from "@hairline/core/db";

const server = await startEmbeddedPostgres({ home: process.argv[2] ?? "", fast: true });
const { url, port, attached, dataFolder } = server;
process.stdout.write(`${JSON.stringify({ url, port, attached, dataFolder, pid: process.pid })}\n`);
process.stdin.resume();
await once(process.stdin, "end");
await server.stop();
