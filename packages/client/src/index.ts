import createFetchClient, { type Client } from "openapi-fetch";
import type { components, paths } from "./generated/schema.ts";

export type { components, operations, paths } from "./generated/schema.ts";

/** A schema of the API by name, such as Schema<"Run">. */
export type Schema<Name extends keyof components["schemas"]> = components["schemas"][Name];

/** What every refusal is: `code` is what to branch on. */
export type Problem = Schema<"Problem">;

export type HairlineClient = Client<paths>;

export interface ClientOptions {
  /** Where the API is, such as http://127.0.0.1:8080; the page's own origin when left out. */
  readonly baseUrl?: string;
  /** A key of the API or a token of the OIDC issuer; none on an open API. */
  readonly token?: string | undefined;
  readonly fetch?: (request: Request) => Promise<Response>;
}

/** A client whose paths, parameters and answers are those of the API's OpenAPI document. */
export function createClient({ baseUrl = "", token, fetch }: ClientOptions = {}): HairlineClient {
  return createFetchClient<paths>({
    baseUrl,
    ...(fetch === undefined ? {} : { fetch }),
    ...(token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } }),
    // `filter=a&filter=b`, as the API reads lists.
    querySerializer: { array: { style: "form", explode: true } },
  });
}

/** A file to upload: a Blob that reads from disk is sent without being held in memory. */
export interface UploadFile {
  readonly name: string;
  readonly content: Blob;
}

/** The body of `POST /v1/studies/{studyId}/images`. */
export function imagesBody(files: Iterable<UploadFile>): Schema<"NewImagesInput"> {
  const form = new FormData();
  for (const { name, content } of files) form.append("file", content, name);
  // The document has no words for a form of files; fetch sends it as what it is.
  return form as unknown as Schema<"NewImagesInput">;
}
