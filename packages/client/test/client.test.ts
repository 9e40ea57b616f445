import { createClient } from "@hairline/client";
import { expect, it } from "vitest";

function recorded(answer: Response) {
  const requests: Request[] = [];
  const fetch = (request: Request): Promise<Response> => {
    requests.push(request);
    return Promise.resolve(answer.clone());
  };
  return { requests, fetch };
}

it("sends the key and lists as the API reads them", async () => {
  const { requests, fetch } = recorded(Response.json({ items: [], next: null, model: null, policy: null }));
  const client = createClient({ baseUrl: "http://127.0.0.1:8080", token: "hlk_x", fetch });
  const { data } = await client.GET("/v1/datasets/{dataset}/images", {
    params: { path: { dataset: "archive" }, query: { outcome: ["positive", "inconclusive"], limit: 5 } },
  });
  expect(data?.items).toEqual([]);
  expect(requests[0]?.url).toBe(
    "http://127.0.0.1:8080/v1/datasets/archive/images?outcome=positive&outcome=inconclusive&limit=5",
  );
  expect(requests[0]?.headers.get("authorization")).toBe("Bearer hlk_x");
});

it("gives a refusal as a problem with its code", async () => {
  const problem = { type: "about:blank", title: "x", status: 404, code: "RUN_NOT_FOUND", detail: "none" };
  const { fetch } = recorded(Response.json(problem, { status: 404 }));
  const client = createClient({ baseUrl: "http://127.0.0.1:8080", fetch });
  const { data, error } = await client.GET("/v1/runs/{runId}", {
    params: { path: { runId: "0b0e3a36-7a1c-4d3b-9f6e-0d3d5a0e6a11" } },
  });
  expect(data).toBeUndefined();
  expect(error?.code).toBe("RUN_NOT_FOUND");
});
