import { scanFacts, selectStrata } from "../facts/index.ts";
import type { Database } from "../db/index.ts";
import type { Snapshot } from "../readings/snapshot.ts";
import { FineCounts } from "./fine-counts.ts";
import { cubeCount, type RollupScope } from "./scope.ts";

export interface FactCount {
  readonly database: Database;
  readonly snapshot: Snapshot;
  readonly scope: RollupScope;
  readonly signal?: AbortSignal | undefined;
}

/** What a rollup should hold, from the predictions themselves: one scan. */
export async function countFacts({ database, snapshot, scope, signal }: FactCount): Promise<FineCounts> {
  const counts = FineCounts.empty(cubeCount(scope));
  await scanFacts({
    database,
    snapshot,
    signal,
    query: {
      modelId: scope.modelId,
      strata: await selectStrata(snapshot.client, scope.datasetId, {}),
      filter: {},
      labelSource: "image",
      columns: { entropy: true, areas: counts.alphas.map((_, index) => index + 1), grid: false },
      gridFrom: 0,
    },
    onRow: (row) => counts.add(row, 1),
  });
  return counts;
}
