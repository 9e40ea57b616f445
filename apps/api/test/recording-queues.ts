import type { JobDefinition } from "@hairline/core/jobs";
import type { Queues } from "@hairline/core/queue";

/** Queues that only note what is added: routes add jobs and never wait for them. */
export class RecordingQueues implements Queues {
  readonly connection = { kind: "postgres", url: "" } as const;
  readonly added: { queue: string; payload: unknown; priority: string }[] = [];

  enqueue: Queues["enqueue"] = async (definition, payloads, options = {}) => {
    for (const payload of payloads)
      this.added.push({ queue: definition.queue, payload, priority: options.priority ?? "normal" });
  };

  reprioritize: Queues["reprioritize"] = async () => {};

  forget: Queues["forget"] = async () => {};

  work<Payload>(definition: JobDefinition<Payload>): never {
    throw new Error(`nothing works on ${definition.queue} here`);
  }

  counts: Queues["counts"] = async () => ({ waiting: 0, active: 0, delayed: 0, failed: 0 });

  waitingByPriority: Queues["waitingByPriority"] = async () => ({ urgent: 0, normal: 0, "off-peak": 0 });

  failures: Queues["failures"] = async () => [];

  async close(): Promise<void> {}

  async [Symbol.asyncDispose](): Promise<void> {}
}
