import { ELEMENT_BYTES, type ElementType, type StateDict } from "./tensor.ts";

const DTYPES = {
  float64: "F64",
  float32: "F32",
  float16: "F16",
  bfloat16: "BF16",
  int64: "I64",
  int32: "I32",
  int16: "I16",
  int8: "I8",
  uint8: "U8",
  bool: "BOOL",
} as const satisfies Record<ElementType, string>;

/**
 * A safetensors file. Deterministic: the same tensors and metadata give the same bytes, whatever their order,
 * because tensors lie by falling element size, then by name, as the reference writer lays them out.
 *
 * @param metadata written under `__metadata__` with sorted keys; omitted when empty
 */
export function writeSafetensors(
  tensors: StateDict,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const entries = [...tensors].sort(
    ([nameA, a], [nameB, b]) => ELEMENT_BYTES[b.type] - ELEMENT_BYTES[a.type] || compareText(nameA, nameB),
  );
  const header: [string, unknown][] = [];
  const keys = Object.keys(metadata).sort(compareText);
  if (keys.length > 0)
    header.push(["__metadata__", Object.fromEntries(keys.map((key) => [key, metadata[key]]))]);
  let offset = 0;
  for (const [name, { type, shape, bytes }] of entries) {
    header.push([name, { dtype: DTYPES[type], shape, data_offsets: [offset, offset + bytes.length] }]);
    offset += bytes.length;
  }
  return join(
    JSON.stringify(Object.fromEntries(header)),
    entries.map(([, tensor]) => tensor.bytes),
  );
}

/** By code units, so that the order is the same on every locale. */
function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function join(header: string, parts: readonly Uint8Array[]): Uint8Array {
  const text = Buffer.from(header, "utf8");
  // Padded with spaces to 8 bytes, so that float data is aligned in a memory-mapped file.
  const padded = Buffer.alloc(Math.ceil(text.length / 8) * 8, 0x20);
  text.copy(padded);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));
  return Buffer.concat([length, padded, ...parts]);
}
