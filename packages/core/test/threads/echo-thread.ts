import { HairlineError } from "@hairline/core/errors";
import { serveRequests } from "@hairline/core/threads";

export type EchoRequest =
  | { readonly type: "echo"; readonly value: unknown; readonly gate?: SharedArrayBuffer }
  | { readonly type: "fail" }
  | { readonly type: "crash" }
  | { readonly type: "hang" };

serveRequests(async (request: EchoRequest) => {
  switch (request.type) {
    case "echo":
      if (request.gate !== undefined) Atomics.wait(new Int32Array(request.gate), 0, 0);
      return { value: request.value };
    case "fail":
      throw new HairlineError("IMAGE_TRUNCATED", "cut short", { field: "bytes", remedy: "Fetch it again." });
    case "crash":
      setImmediate(() => {
        throw new Error("thread fell over");
      });
      return new Promise<never>(() => {});
    case "hang":
      for (;;);
  }
});
