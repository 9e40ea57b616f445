import fc from "fast-check";
import type { JsonSchema, SchemaContext } from "./json-schema.ts";
import { HOSTILE_TEXTS, hostileText, hostileValue, valueOf } from "./json-schema.ts";

interface Parameter {
  readonly in: "path" | "query";
  readonly name: string;
  readonly required?: boolean;
  readonly schema: JsonSchema;
}

export interface DocumentedOperation {
  readonly operationId: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: JsonSchema }>> };
}

export interface OpenApiText {
  readonly paths: Readonly<Record<string, Readonly<Record<string, DocumentedOperation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, JsonSchema>> };
}

export interface FuzzRequest {
  readonly method: "GET" | "POST" | "PUT";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly payload?: string;
}

/** Sent as they are, where others are percent-encoded. */
const RAW_SEGMENTS = [
  "..",
  "%2e%2e%2f%2e%2e",
  "%00",
  "%",
  "%zz",
  "%c0%ae",
  "a/b",
  "//",
  ";a=b",
  "x".repeat(3_000),
];
const CONTENT_TYPES = [
  "text/plain",
  "application/xml",
  "application/json; charset=utf-16",
  "multipart/form-data",
  "/",
];
const BODIES = ["", "{", "[]", "null", '"', '{"__proto__":{"a":1}}', "[".repeat(2_000), "\0", "--x--"];
const IDEMPOTENCY_KEYS = ["fuzz", "a b", "x".repeat(201)];

export interface OperationPlace {
  readonly path: string;
  readonly method: string;
  readonly operation: DocumentedOperation;
}

/** Requests of one operation: some as it declares them, which get far, others off it in a part or two. */
export function requestsOf(
  place: OperationPlace,
  context: Omit<SchemaContext, "hostility">,
): fc.Arbitrary<FuzzRequest> {
  return fc.oneof(
    { weight: 2, arbitrary: drawn(place, { ...context, hostility: 0 }) },
    { weight: 3, arbitrary: drawn(place, { ...context, hostility: 1 }) },
  );
}

function drawn(place: OperationPlace, context: SchemaContext): fc.Arbitrary<FuzzRequest> {
  const { path, operation } = place;
  const parameters = operation.parameters ?? [];
  const method = place.method.toUpperCase() as FuzzRequest["method"];
  return fc
    .record({
      path: pathOf(path, parameters, context),
      query: queryOf(parameters, context),
      body: bodyOf(operation, context),
      idempotencyKey: fc.oneof(
        { weight: 9, arbitrary: fc.constant(undefined) },
        { weight: context.hostility, arbitrary: fc.constantFrom(...IDEMPOTENCY_KEYS) },
      ),
    })
    .map(({ path: filled, query, body, idempotencyKey }) => ({
      method,
      url: query === "" ? filled : `${filled}?${query}`,
      headers: {
        ...(body === undefined ? {} : { "content-type": body.type }),
        ...(idempotencyKey === undefined ? {} : { "idempotency-key": idempotencyKey }),
      },
      ...(body === undefined ? {} : { payload: body.text }),
    }));
}

function pathOf(
  path: string,
  parameters: readonly Parameter[],
  context: SchemaContext,
): fc.Arbitrary<string> {
  const segments = path.split("/").map((segment) => {
    const parameter = parameters.find(
      ({ in: place, name }) => place === "path" && segment.includes(`{${name}}`),
    );
    if (parameter === undefined) return fc.constant(segment);
    return fc.oneof(
      { weight: 9, arbitrary: valueOf(parameter.schema, context, parameter.name).map(encoded) },
      { weight: context.hostility, arbitrary: fc.constantFrom(...RAW_SEGMENTS) },
    );
  });
  return fc.tuple(...segments).map((filled) => filled.join("/"));
}

function queryOf(parameters: readonly Parameter[], context: SchemaContext): fc.Arbitrary<string> {
  const fields = parameters
    .filter(({ in: place }) => place === "query")
    .map(({ name, schema, required }) =>
      fc.option(
        valueOf(schema, context, name).map((value) =>
          (Array.isArray(value) ? value : [value]).map((one) => `${name}=${encoded(one)}`).join("&"),
        ),
        { nil: "", freq: required === true ? 20 : 3 },
      ),
    );
  const stray = fc.oneof(
    { weight: 9, arbitrary: fc.constant("") },
    {
      weight: context.hostility,
      arbitrary: fc.tuple(hostileText, hostileText).map((pair) => pair.map(encoded).join("=")),
    },
  );
  return fc.tuple(...fields, stray).map((parts) => parts.filter((part) => part !== "").join("&"));
}

interface FuzzBody {
  readonly type: string;
  readonly text: string;
}

function bodyOf(
  { requestBody }: DocumentedOperation,
  context: SchemaContext,
): fc.Arbitrary<FuzzBody | undefined> {
  const [declared] = Object.entries(requestBody?.content ?? {});
  const type = declared?.[0] ?? "application/json";
  const json = (value: unknown): FuzzBody => ({ type: "application/json", text: JSON.stringify(value) });
  const broken = fc.record({
    type: fc.constantFrom(type, ...CONTENT_TYPES),
    text: fc.constantFrom(...BODIES, ...HOSTILE_TEXTS),
  });
  if (declared === undefined)
    return fc.oneof(
      { weight: 8, arbitrary: fc.constant(undefined) },
      { weight: context.hostility, arbitrary: broken },
    );
  const asDeclared = type === "application/json" ? valueOf(declared[1].schema, context).map(json) : multipart;
  return fc.oneof(
    { weight: 12, arbitrary: asDeclared },
    { weight: context.hostility, arbitrary: hostileValue.map(json) },
    { weight: 2 * context.hostility, arbitrary: broken },
    { weight: context.hostility, arbitrary: fc.constant(undefined) },
  );
}

/** One file, or what claims to be; its name is never to be a path. */
const multipart: fc.Arbitrary<FuzzBody> = fc
  .record({
    field: fc.constantFrom("file", "other", ""),
    name: fc.constantFrom("a.png", "../../a.png", "a.zip", "", "\0"),
    content: fc.oneof(hostileText, fc.constantFrom("PK\u0003\u0004", "\u0089PNG\r\n\u001a\n", "II*\0")),
    end: fc.constantFrom("\r\n--fuzz--\r\n", "", "\r\n--fuzz"),
  })
  .map(({ field, name, content, end }) => ({
    type: "multipart/form-data; boundary=fuzz",
    text: `--fuzz\r\ncontent-disposition: form-data; name="${field}"; filename="${name}"\r\n\r\n${content}${end}`,
  }));

function encoded(value: unknown): string {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  // A lone surrogate has no encoding; sent bare, `%ED%A0%80` is what a broken client makes of it.
  return text
    .split(/(\p{Cs})/u)
    .map((part) => (/^\p{Cs}$/u.test(part) ? "%ED%A0%80" : encodeURIComponent(part)))
    .join("");
}
