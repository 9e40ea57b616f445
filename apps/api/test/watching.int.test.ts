import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { PassThrough } from "node:stream";
import { pino } from "pino";
import { describe, expect, it } from "vitest";
import { openApi, type OpenedApi } from "./open-api.ts";
import { RUN_ID, seed } from "./seed.ts";

async function listen(api: OpenedApi): Promise<string> {
  await api.server.listen({ host: "127.0.0.1", port: 0 });
  return `http://127.0.0.1:${(api.server.server.address() as AddressInfo).port}`;
}

/** A stream of events, read as far as a text. */
async function openEvents(api: OpenedApi, url: string, lastEventId?: string) {
  const response = await fetch(`${url}/v1/runs/${RUN_ID}/events`, {
    headers: {
      authorization: await api.bearer("read"),
      ...(lastEventId === undefined ? {} : { "last-event-id": lastEventId }),
    },
  });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  return {
    response,
    /** Reads up to a text; to the end without one. */
    async until(awaited?: string): Promise<string> {
      const reached = (): boolean => awaited !== undefined && text.includes(awaited);
      for (let ended = false; !ended && !reached();) {
        const { done, value } = (await reader?.read()) ?? { done: true, value: "" };
        text += value ?? "";
        ended = done;
      }
      return text;
    },
  };
}

describe("a run's events", () => {
  it("say what changed, keep the connection alive, and end with the run", async () => {
    await using api = await openApi();
    await seed(api.database);
    const events = await openEvents(api, await listen(api));
    expect(events.response.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
    expect(events.response.headers.get("x-content-type-options")).toBe("nosniff");
    expect(await events.until("event: progress")).toContain("retry: ");
    await events.until(": alive");
    await api.database.pool.query("update run set state = 'completed', finished_at = now()");
    const text = await events.until();
    expect(text.match(/^event: .*$/gm)).toEqual(["event: progress", "event: progress", "event: end"]);
    expect(text).toContain('"state":"completed"');
  });

  it("begin after the last one that the client has seen", async () => {
    await using api = await openApi();
    await seed(api.database);
    const url = await listen(api);
    const first = await openEvents(api, url);
    const id = /^id: (.*)$/m.exec(await first.until("event: progress"))?.[1] ?? "";
    const again = await openEvents(api, url, id);
    expect(await again.until(": alive")).not.toContain("event:");
    await api.database.pool.query("update run set state = 'cancelled', finished_at = now()");
    expect((await again.until()).match(/^event: .*$/gm)).toEqual(["event: progress", "event: end"]);
    await first.until();
  });

  it("end when the server closes", async () => {
    await using api = await openApi();
    await seed(api.database);
    const events = await openEvents(api, await listen(api));
    await events.until("event: progress");
    await api.server.close();
    expect(await events.until()).not.toContain("event: end");
  });

  it("are refused with a problem before the stream begins", async () => {
    await using api = await openApi();
    const response = await api.get(`/v1/runs/${RUN_ID}/events`);
    expect(response.json()).toMatchObject({ status: 404, code: "RUN_NOT_FOUND" });
  });
});

describe("the log", () => {
  it("has route patterns, actors and codes, and no keys, URLs, paths or messages", async () => {
    const stream = new PassThrough();
    await using api = await openApi({ log: pino({ level: "info" }, stream) });
    await seed(api.database, "/nowhere/patient-jane-doe");
    await api.get("/v1/images/1/file?patient=jane-doe");
    await api.get("/v1/datasets/jane-doe/images");
    await api.database.pool.query("alter table study rename to study_of_jane_doe");
    const failed = await api.get("/v1/datasets/archive/images");
    expect(failed.json()).toMatchObject({ status: 500, code: "INTERNAL" });
    expect(failed.body).not.toContain("study");
    const bearer = await api.bearer("read");
    stream.end();
    const chunks: Buffer[] = [];
    stream.on("data", (chunk: Buffer) => chunks.push(chunk));
    await once(stream, "end");
    const log = Buffer.concat(chunks).toString();
    expect(log).toContain('"route":"/v1/images/:imageId/file"');
    expect(log).toContain('"actor":"key:read"');
    expect(log).toContain('"code":"INTERNAL"');
    expect(log).not.toContain("jane");
    expect(log).not.toContain(bearer.slice(-43));
  });
});
