import { checkDrift } from "@hairline/core/drift-checks";
import { describe, expect, it } from "vitest";
import { openApi } from "./open-api.ts";
import { seed } from "./seed.ts";

const POLICY = "p_low=0.2,entropy_max=2";

describe("the worklist", () => {
  it("names studies without a label or verdict, the inconclusive first", async () => {
    await using api = await openApi();
    await seed(api.database);
    await api.database.pool.query("update image set label = null where id > 1");
    const read = (query: string) => api.get(`/v1/worklist?dataset=archive&${query}`);
    const worklist = (await read(`policy=${POLICY}`)).json();
    // Study 1 is labelled; 2 is inconclusive, 1 of 2 above the gate; 3 is negative, 0.1 of 0.2 away; 4 is not scored.
    expect(worklist).toMatchObject({
      dataset: "archive",
      model: "scorer",
      policy: { policy: null, thresholds: { pLow: 0.2 } },
      waiting: 2,
      waitingInconclusive: 1,
      diversity: "body-part",
      items: [
        { studyId: 2, outcome: "inconclusive", threshold: "entropy_max", distance: 0.5 },
        { studyId: 3, outcome: "negative", threshold: "p_low" },
      ],
    });
    await api.post("/v1/studies/2/verdicts", { verdict: 1 });
    expect((await read(`policy=${POLICY}&limit=1`)).json().items).toMatchObject([{ studyId: 3 }]);
    expect((await read(`policy=${POLICY}&bodyPart=hip`)).json().items).toEqual([]);
    expect((await read("model=scorer")).json()).toMatchObject({ code: "POLICY_NOT_FOUND" });
    expect((await read(`policy=${POLICY}&limit=201`)).statusCode).toBe(400);
  });
});

describe("drift checks", () => {
  it("are listed with a sentence for each measure, the latest first", async () => {
    await using api = await openApi();
    const { database } = api;
    await seed(database);
    const window = (importedFrom: string) => ({
      dataset: "archive",
      filter: { importedFrom: new Date(importedFrom) },
    });
    const reference = { dataset: "archive" };
    await checkDrift({ database, reference, current: window("2020-01-01") });
    await checkDrift({ database, reference, current: window("2021-01-01"), author: "ann" });
    const first = (await api.get("/v1/drift-checks?limit=1")).json();
    expect(first.items).toMatchObject([
      {
        id: 2,
        model: "scorer",
        policy: null,
        alarm: false,
        shared: 3,
        author: "ann",
        expired: [],
        reference: { dataset: "archive", selection: "archive", images: 3 },
        current: { selection: "archive, imported from 2021-01-01T00:00:00.000Z" },
      },
    ]);
    expect(first.items[0].measures[0]).toMatchObject({
      name: "probability",
      verdict: "steady",
      sentence: "No change found in the probabilities (median 0.300 to 0.300).",
    });
    const rest = (await api.get(`/v1/drift-checks?cursor=${first.next}`)).json();
    expect(rest.items.map(({ id }: { id: number }) => id)).toEqual([1]);
    expect((await api.get("/v1/drift-checks?alarm=true")).json().items).toEqual([]);
    expect((await api.get("/v1/drift-checks?dataset=other")).json().items).toEqual([]);
  });
});
