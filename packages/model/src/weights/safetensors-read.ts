import { z } from "zod";
import { unreadable } from "./failure.ts";
import { WEIGHTS_LIMITS } from "./limits.ts";
import { ELEMENT_BYTES, elementCount, type ElementType, type StateDict, type Tensor } from "./tensor.ts";

const ELEMENT_TYPES: Readonly<Record<string, ElementType>> = {
  F64: "float64",
  F32: "float32",
  F16: "float16",
  BF16: "bfloat16",
  I64: "int64",
  I32: "int32",
  I16: "int16",
  I8: "int8",
  U8: "uint8",
  BOOL: "bool",
};

const natural = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const entrySchema = z.strictObject({
  dtype: z.string(),
  shape: z.array(natural).max(WEIGHTS_LIMITS.tensorAxes),
  data_offsets: z.tuple([natural, natural]),
});
type Entry = z.infer<typeof entrySchema>;

/**
 * Tensors of a safetensors file, as views on `file`, in the order they lie in it.
 *
 * @throws HairlineError WEIGHTS_UNREADABLE when the header is not well-formed, or the tensors overlap, leave gaps,
 *   pass the end or do not fill their shapes
 * @see https://github.com/huggingface/safetensors#format
 */
export function readSafetensors(file: Uint8Array): StateDict {
  const headerBytes = headerLength(file);
  const data = file.subarray(8 + headerBytes);
  const entries = parseHeader(file.subarray(8, 8 + headerBytes));
  const tensors = new Map<string, Tensor>();
  let end = 0;
  for (const [name, entry] of entries) {
    if (entry.data_offsets[0] !== end) throw unreadable(`Tensor ${name} overlaps another or leaves a gap.`);
    tensors.set(name, tensorAt(name, entry, data));
    end = entry.data_offsets[1];
  }
  if (end !== data.length) throw unreadable(`The tensors end at byte ${end} of ${data.length}.`);
  return tensors;
}

/** Eight bytes of little-endian length, then `{`: what tells safetensors from other formats. */
export function looksLikeSafetensors(file: Uint8Array): boolean {
  return file.length > 8 && file[8] === 0x7b && file[7] === 0 && file[6] === 0;
}

function headerLength(file: Uint8Array): number {
  if (file.length < 8) throw unreadable("The file is too short for a safetensors header.");
  const length = new DataView(file.buffer, file.byteOffset).getBigUint64(0, true);
  if (length > BigInt(WEIGHTS_LIMITS.safetensorsHeaderBytes) || length > BigInt(file.length - 8))
    throw unreadable(`The safetensors header claims ${length} bytes.`);
  return Number(length);
}

function parseHeader(bytes: Uint8Array): [string, Entry][] {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    throw unreadable("The safetensors header is not JSON.", error);
  }
  if (typeof header !== "object" || header === null || Array.isArray(header))
    throw unreadable("The safetensors header is not an object.");
  const entries: [string, Entry][] = [];
  for (const [name, value] of Object.entries(header)) {
    if (name === "__metadata__") continue;
    const entry = entrySchema.safeParse(value);
    if (!entry.success) throw unreadable(`The safetensors entry of ${name} is malformed.`, entry.error);
    entries.push([name, entry.data]);
  }
  return entries.sort(
    ([, a], [, b]) => a.data_offsets[0] - b.data_offsets[0] || a.data_offsets[1] - b.data_offsets[1],
  );
}

function tensorAt(name: string, entry: Entry, data: Uint8Array): Tensor {
  const type = ELEMENT_TYPES[entry.dtype];
  if (type === undefined) throw unreadable(`Tensor ${name} is of the unsupported type ${entry.dtype}.`);
  const [start, end] = entry.data_offsets;
  const count = elementCount(entry.shape);
  if (end < start || end > data.length) throw unreadable(`Tensor ${name} passes the end of the file.`);
  if (count === undefined || end - start !== count * ELEMENT_BYTES[type])
    throw unreadable(
      `Tensor ${name} has ${end - start} bytes, which do not fill [${entry.shape.join(", ")}].`,
    );
  return { type, shape: entry.shape, bytes: data.subarray(start, end) };
}
