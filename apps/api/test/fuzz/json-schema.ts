import fc from "fast-check";

/** What of JSON Schema the OpenAPI document uses. */
export interface JsonSchema {
  readonly $ref?: string;
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly JsonSchema[];
  readonly format?: string;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly items?: JsonSchema;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | JsonSchema;
}

export interface SchemaContext {
  readonly schemas: Readonly<Record<string, JsonSchema>>;
  /** Values that mean something to the server, by field. */
  readonly known: Readonly<Record<string, readonly unknown[]>>;
  /** 1 for values off the schema among the others, 0 for none. */
  readonly hostility: 0 | 1;
}

/** Texts that have broken parsers, statements and file systems. */
export const HOSTILE_TEXTS = [
  "",
  " ",
  "NaN",
  "Infinity",
  "-0",
  "1e400",
  "9223372036854775808",
  "0x10",
  "null",
  "\u202e\u2028\ufeff",
  "👩🏽‍⚕️é́",
  "\r\nset-cookie: a=b",
  "../../../../etc/passwd",
  "..%2f..%2fetc%2fpasswd",
  "file:///etc/passwd",
  "http://169.254.169.254/latest/meta-data/",
  "s3://elsewhere/key",
  "'; drop table image; --",
  '" or ""="',
  "$1",
  "{0.5,null}",
  "%s%n",
  "__proto__",
  "2026-02-30T25:61:61Z",
  "+275760-09-13T00:00:00Z",
  "0:1:1e-9",
  "x".repeat(5_000),
] as const;

const HOSTILE_VALUES = [
  null,
  true,
  -1,
  0.5,
  1e308,
  -1e308,
  2 ** 31,
  2 ** 53,
  [],
  {},
  [[[[]]]],
  { $ne: null },
  { toString: 1 },
] as const;

export const hostileText: fc.Arbitrary<string> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...HOSTILE_TEXTS) },
  // What PostgreSQL takes in no text and no jsonb.
  { weight: 1, arbitrary: fc.constantFrom("\0", "a\0b", "\ud800") },
  { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 40 }) },
);

export const hostileValue: fc.Arbitrary<unknown> = fc.oneof(
  hostileText,
  fc.constantFrom<unknown>(...HOSTILE_VALUES),
  fc.jsonValue({ maxDepth: 2 }),
);

/** Mostly values of the schema, now and then one that is not, at any depth. */
export function valueOf(schema: JsonSchema, context: SchemaContext, field = ""): fc.Arbitrary<unknown> {
  const known = context.known[field]?.filter((value) => isOfType(value, schema)) ?? [];
  return fc.oneof(
    { weight: 12, arbitrary: wellFormed(schema, context, field) },
    ...(known.length === 0 ? [] : [{ weight: 30, arbitrary: fc.constantFrom(...known) }]),
    ...(isFreeText(schema) ? [{ weight: 4 * context.hostility, arbitrary: hostileText }] : []),
    { weight: context.hostility, arbitrary: hostileValue },
  );
}

function isOfType(value: unknown, { type }: JsonSchema): boolean {
  return typeof value === (type === "integer" ? "number" : type);
}

/** Texts that only the handler can refuse. */
function isFreeText({ type, enum: choices, pattern, format }: JsonSchema): boolean {
  return type === "string" && choices === undefined && pattern === undefined && format === undefined;
}

function wellFormed(schema: JsonSchema, context: SchemaContext, field: string): fc.Arbitrary<unknown> {
  if (schema.$ref !== undefined) {
    const target = context.schemas[schema.$ref.slice("#/components/schemas/".length)];
    if (target === undefined) throw new Error(`${schema.$ref} is not in the document`);
    return wellFormed(target, context, field);
  }
  if (schema.anyOf !== undefined)
    return fc.oneof(...schema.anyOf.map((one) => wellFormed(one, context, field)));
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  if ("const" in schema) return fc.constant(schema.const);
  return ofType(schema, context, field);
}

function ofType(schema: JsonSchema, context: SchemaContext, field: string): fc.Arbitrary<unknown> {
  const { minimum: min, maximum: max } = schema;
  switch (schema.type) {
    case "string":
      return text(schema);
    case "integer":
      return fc.oneof(
        fc.maxSafeInteger().filter((value) => value >= (min ?? value) && value <= (max ?? value)),
        fc.constantFrom(min ?? 0, max ?? 1),
      );
    case "number":
      return fc.oneof(
        fc.double({ min: min ?? -1e9, max: max ?? 1e9, noNaN: true }),
        fc.constantFrom(min ?? 0, max ?? 5e-324),
      );
    case "boolean":
      return fc.boolean();
    case "array":
      return fc.array(valueOf(schema.items ?? {}, context, field), { maxLength: 4 });
    case "object":
      return record(schema, context);
    case "null":
      return fc.constant(null);
    case undefined:
    default:
      return fc.jsonValue({ maxDepth: 2 });
  }
}

function text({ format, pattern, minLength = 0, maxLength = 200 }: JsonSchema): fc.Arbitrary<string> {
  if (format === "uuid") return fc.uuid();
  if (format === "date-time")
    return fc
      .date({ noInvalidDate: true, min: new Date(0), max: new Date("9999-12-31") })
      .map((date) => date.toISOString());
  if (pattern !== undefined && !pattern.includes("\\P{Cc}"))
    return fc.stringMatching(/^[A-Za-z0-9][\w.-]{0,9}$/);
  const length = { minLength, maxLength: Math.max(minLength, Math.min(maxLength, 60)) };
  return fc.oneof(fc.string(length), fc.string({ ...length, unit: "binary" }));
}

function record(schema: JsonSchema, context: SchemaContext): fc.Arbitrary<unknown> {
  const { properties = {}, required = [], additionalProperties } = schema;
  const fields = Object.fromEntries(
    Object.entries(properties).map(([name, value]) => [name, valueOf(value, context, name)]),
  );
  const declared = fc.record(fields, { requiredKeys: [...required] });
  const free =
    typeof additionalProperties === "object" ? valueOf(additionalProperties, context) : hostileValue;
  const extra = fc.dictionary(hostileText, free, { minKeys: 1, maxKeys: 3 });
  return fc.oneof(
    { weight: 12, arbitrary: declared },
    { weight: context.hostility, arbitrary: fc.record(fields, { requiredKeys: [] }) },
    {
      weight: context.hostility,
      arbitrary: fc.tuple(declared, extra).map(([given, more]) => ({ ...given, ...more })),
    },
  );
}
