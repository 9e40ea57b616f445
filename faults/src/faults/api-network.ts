import type { Fault } from "../fault.ts";
import { ApiClient } from "../stage/api-client.ts";
import type { Link } from "../stage/link.ts";
import { linkTo, SERVER_TITLES } from "./pairs.ts";

const DELAY_MS = 40;

const CODES = { postgres: "DATABASE_UNAVAILABLE", redis: "QUEUE_UNAVAILABLE" } as const;
type Server = keyof typeof CODES;

export const apiCuts = (["postgres", "redis"] as const).map((server) => apiNetwork("cut", server));
export const apiSlow = (["postgres", "redis"] as const).map((server) => apiNetwork("slow", server));

/** The API talks when it is asked: the run is opened through it while the link is in trouble. */
function apiNetwork(kind: "cut" | "slow", server: Server): Fault {
  const trouble = kind === "cut" ? "network cut" : "slow link";
  return {
    name: `${kind}-api-${server}`,
    title: `${trouble}, API – ${SERVER_TITLES[server]}`,
    group: "network",
    queue: "redis",
    byHand: kind === "slow",
    async play(stage) {
      const api = await stage.start("api");
      const client = new ApiClient(await api.process.whenReady());
      const link = linkTo(api, server);
      const injected = kind === "cut" ? await refuseOnce(client, link, server) : slowDown(link);
      const { status, runId, code } = await client.createRun("answered");
      if (runId === undefined) throw new Error(`answered with ${status} ${code}`);
      stage.adoptRun(runId);
      await stage.noteBefore();
      await Promise.all([stage.start("scheduler"), stage.start("worker-gpu")]);
      return injected;
    },
  };
}

/** @throws Error when a request that cannot be carried out is answered otherwise than by 503 and its code */
async function refuseOnce(client: ApiClient, link: Link, server: Server): Promise<string> {
  link.cut();
  const { status, code } = await client.createRun("refused");
  if (status !== 503 || code !== CODES[server]) throw new Error(`answered with ${status} ${code}`);
  link.heal();
  return `the request that opens the run is answered with 503 ${code}, and carried out once the link is whole`;
}

function slowDown(link: Link): string {
  link.slow(DELAY_MS);
  return `${DELAY_MS} ms more for each packet, each way`;
}
