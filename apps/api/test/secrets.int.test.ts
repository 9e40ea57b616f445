import { Writable } from "node:stream";
import { createApiKey } from "@hairline/core/access";
import { pino } from "pino";
import { describe, expect, it } from "vitest";
import { createLog } from "../src/log.ts";
import { openApi } from "./open-api.ts";
import { seed } from "./seed.ts";

/** Everything that is logged at the most talkative level. */
function tapLog() {
  const written: string[] = [];
  const destination = new Writable({
    write(chunk: Buffer, _encoding, done) {
      written.push(chunk.toString());
      done();
    },
  });
  return { log: createLog("trace", destination), written: () => written.join("") };
}

describe("secrets", () => {
  it("are in no log, answer, audit entry or job, whatever becomes of the request", async () => {
    const { log, written } = tapLog();
    await using api = await openApi({ log, archiveRoots: [import.meta.dirname] });
    await seed(api.database);
    const { key } = await createApiKey(api.database, { name: "canary", scopes: ["admin"] });
    const secret = key.slice(-43);
    const password = decodeURIComponent(new URL(api.database.url).password);
    expect([secret.length, password.length]).toEqual([43, 43]);
    const headers = { authorization: `Bearer ${key}` };
    const answers: string[] = [];
    const ask = async (method: "GET" | "POST", url: string, given: object = headers, payload?: object) => {
      const response = await api.server.inject({
        method,
        url,
        headers: { ...given },
        ...(payload === undefined ? {} : { payload }),
      });
      answers.push(JSON.stringify(response.headers), response.body);
      return response.statusCode;
    };

    expect(await ask("GET", "/v1/me")).toBe(200);
    expect(await ask("GET", "/v1/keys")).toBe(200);
    expect(await ask("GET", "/v1/datasets/absent")).toBe(404);
    expect(await ask("GET", "/v1/datasets/%zz")).toBe(400);
    expect(await ask("POST", "/v1/runs", headers, { dataset: 1 })).toBe(400);
    expect(await ask("POST", "/v1/imports", headers, { path: import.meta.dirname })).toBe(202);
    expect(await ask("GET", "/v1/me", { authorization: `Bearer ${key}x` })).toBe(401);
    expect(await ask("GET", "/v1/me", { authorization: `Basic ${key}` })).toBe(401);
    expect(await ask("POST", "/v1/keys/canary/revoke")).toBe(200);
    expect(await ask("GET", "/v1/me")).toBe(401);
    await api.database.pool.query("alter table image rename to gone");
    expect(await ask("GET", "/v1/images/1", { authorization: await api.bearer("admin") })).toBe(500);
    const { rows: audited } = await api.database.pool.query<object>("select * from audit_entry");
    await api.database.close();
    expect(await ask("GET", "/readyz")).toBe(503);

    const places = {
      log: written(),
      answers: answers.join("\n"),
      audit: JSON.stringify(audited),
      jobs: JSON.stringify(api.queues.added),
    };
    for (const [place, text] of Object.entries(places)) {
      expect([place, text.length > 2]).toEqual([place, true]);
      expect([place, text.includes(secret), text.includes(password)]).toEqual([place, false, false]);
    }
    expect(places.log.match(/"msg":"request"/g)?.length).toBeGreaterThan(10);
  });

  it("would be found in a log that had them", () => {
    const { log, written } = tapLog();
    log.trace({ authorization: "Bearer canary" }, "request");
    expect(written()).toContain("canary");
    expect(pino.levels.values[log.level]).toBe(10);
  });
});
