import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";

/** The port if it is free on 127.0.0.1 (0 asks the system for any free one), else undefined. */
export async function probePort(port: number): Promise<number | undefined> {
  const probe = createServer();
  probe.listen(port, "127.0.0.1");
  try {
    await once(probe, "listening");
  } catch {
    return undefined;
  }
  const bound = (probe.address() as AddressInfo).port;
  probe.close();
  await once(probe, "close");
  return bound;
}
