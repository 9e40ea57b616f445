import { openQueues, type QueueConnection, type Queues } from "@hairline/core/queue";
import { afterAll, beforeAll, describe } from "vitest";
import { describeDelivery } from "./contract-delivery.ts";
import { describeFailure } from "./contract-failure.ts";
import { describeShutdown } from "./contract-shutdown.ts";

/** A server for the whole suite; each test has a queue of its own on it. */
export interface QueueServer extends AsyncDisposable {
  readonly connection: QueueConnection;
}

export interface ContractContext {
  /** Opened before the first test, closed after the last one. */
  readonly queues: Queues;
  readonly connection: QueueConnection;
}

/** What every queue backend promises; run on each of them against a real server. */
export function describeQueueContract(backend: string, startServer: () => Promise<QueueServer>): void {
  describe(`queues on ${backend}`, () => {
    let server: QueueServer;
    let queues: Queues;
    const context: ContractContext = {
      get queues() {
        return queues;
      },
      get connection() {
        return server.connection;
      },
    };
    beforeAll(async () => {
      server = await startServer();
      queues = await openQueues(server.connection);
    });
    afterAll(async () => {
      await queues.close();
      await server[Symbol.asyncDispose]();
    });
    describeDelivery(context);
    describeFailure(context);
    describeShutdown(context);
  });
}
