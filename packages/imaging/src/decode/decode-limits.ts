import { HairlineError } from "@hairline/core/errors";

/** Bounds on what one file may cost; a field left out takes its default. */
export interface DecodeLimits {
  /** Bytes of the encoded file. */
  readonly maxBytes?: number;
  /** width × height, checked in the header before any pixel is decoded. */
  readonly maxPixels?: number;
  /** Wall-clock time of one decode. */
  readonly timeoutMs?: number;
}

export const DEFAULT_DECODE_LIMITS: Readonly<Required<DecodeLimits>> = Object.freeze({
  maxBytes: 256 * 2 ** 20,
  maxPixels: 100_000_000,
  timeoutMs: 30_000,
});

/**
 * The limits with defaults filled in.
 * @throws HairlineError BAD_ARGUMENT when a limit is not a positive integer (`field` names it)
 */
export function resolveDecodeLimits(limits: DecodeLimits = {}): Required<DecodeLimits> {
  const resolved = { ...DEFAULT_DECODE_LIMITS, ...limits };
  for (const [field, value] of Object.entries(resolved)) {
    if (Number.isSafeInteger(value) && value > 0) continue;
    throw new HairlineError("BAD_ARGUMENT", `${field} is ${value}; it must be a positive integer.`, {
      field,
    });
  }
  return resolved;
}
