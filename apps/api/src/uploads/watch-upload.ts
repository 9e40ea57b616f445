import { HairlineError } from "@hairline/core/errors";
import type { FastifyRequest } from "fastify";
import { tooSlow, type ClientPace } from "./client-pace.ts";
import type { UploadLimits } from "./upload-settings.ts";

/** The pace of one upload; disposed when it is over. */
export interface WatchedUpload extends ClientPace, Disposable {}

/**
 * Watches a request while its body is read: for its size, its time, and whether the client is still there.
 *
 * @param closing aborted when the server is about to close
 */
export function watchUpload(
  { raw }: FastifyRequest,
  { maxBytes, stallMs, totalMs }: UploadLimits,
  closing: AbortSignal,
): WatchedUpload {
  refuseStatedSize(raw.headers["content-length"], maxBytes);
  const over = new AbortController();
  const timer = setTimeout(() => over.abort(tooSlow(`it took over ${totalMs / 1000} s`)), totalMs);
  let bytes = 0;
  const count = (chunk: Buffer): void => {
    bytes += chunk.length;
    if (bytes > maxBytes) over.abort(tooManyBytes(maxBytes));
  };
  const close = (): void => {
    if (!raw.readableEnded)
      over.abort(new HairlineError("BAD_ARGUMENT", "The client went away before its upload was there."));
  };
  raw.on("data", count).once("close", close);
  return {
    signal: AbortSignal.any([over.signal, closing]),
    stallMs,
    [Symbol.dispose]: () => {
      clearTimeout(timer);
      raw.off("data", count).off("close", close);
    },
  };
}

function refuseStatedSize(contentLength: string | undefined, maxBytes: number): void {
  if (Number(contentLength ?? 0) > maxBytes) throw tooManyBytes(maxBytes);
}

function tooManyBytes(maxBytes: number): HairlineError {
  return new HairlineError("REQUEST_TOO_LARGE", `An upload has at most ${maxBytes} bytes.`, {
    field: "HAIRLINE_UPLOAD_MAX_BYTES",
    remedy: "Send it in parts.",
  });
}
