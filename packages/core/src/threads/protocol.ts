import { HairlineError, toHairlineError, type ErrorCode } from "@hairline/core/errors";

export interface ThreadRequest {
  readonly id: number;
  readonly message: unknown;
}

/** Asks a thread to end when it has answered what it holds. */
export const STOP = "stop";

export type ThreadReply =
  | { readonly type: "ready" }
  | { readonly type: "result"; readonly id: number; readonly value: unknown }
  | { readonly type: "error"; readonly id: number; readonly error: PlainError };

/** A HairlineError as structured cloning can carry it: a cloned Error keeps its message but loses its code. */
export interface PlainError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly field: string | undefined;
  readonly remedy: string | undefined;
  readonly stack: string | undefined;
}

export function toPlainError(error: unknown): PlainError {
  const { code, message, field, remedy, stack } = toHairlineError(error);
  return { code, message, field, remedy, stack };
}

export function fromPlainError(plain: PlainError): HairlineError {
  const error = new HairlineError(plain.code, plain.message, {
    ...(plain.field === undefined ? {} : { field: plain.field }),
    ...(plain.remedy === undefined ? {} : { remedy: plain.remedy }),
  });
  if (plain.stack !== undefined) error.stack = plain.stack;
  return error;
}
