import { createClient, imagesBody } from "@hairline/client";
import { expect, it } from "vitest";

it("sends files as a form, under their names", async () => {
  const requests: Request[] = [];
  const fetch = (request: Request): Promise<Response> => {
    requests.push(request);
    return Promise.resolve(Response.json({}));
  };
  const client = createClient({ baseUrl: "http://127.0.0.1:8080", fetch });
  const body = imagesBody([
    { name: "a.png", content: new Blob(["one"]) },
    { name: "b.png", content: new Blob(["two"]) },
  ]);
  await client.POST("/v1/studies/{studyId}/images", { params: { path: { studyId: 7 } }, body });
  const [request] = requests;
  expect(request?.url).toBe("http://127.0.0.1:8080/v1/studies/7/images");
  expect(request?.headers.get("content-type")).toMatch(/^multipart\/form-data; boundary=/);
  const sent = (await request?.formData())?.getAll("file") as File[];
  expect(await Promise.all(sent.map(async (file) => [file.name, await file.text()]))).toEqual([
    ["a.png", "one"],
    ["b.png", "two"],
  ]);
});
