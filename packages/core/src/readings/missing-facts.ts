import type pg from "pg";
import { loadSql } from "../db/index.ts";
import { HairlineError } from "../errors.ts";
import { filterParams } from "./scope.ts";
import { planAlphas, type SweepPlan } from "./sweep-cells.ts";

/**
 * Names what a sweep lacks.
 *
 * @throws HairlineError FACTS_MISSING with the number of labelled images at or above the lowest p_low that lack a fact
 *   the sweep gates on, and the first of them
 */
export async function requireSweepFacts(client: pg.PoolClient, plan: SweepPlan): Promise<void> {
  const { scope, axes, filter } = plan;
  const areaGated = axes.area.thresholds.length > 0;
  const alphas = planAlphas(plan);
  const { rows } = await client.query<{ images: number; first_object_key: string }>(
    loadSql("sweep-missing-facts"),
    [
      scope.datasetId,
      scope.modelId,
      axes.p.thresholds[0],
      axes.entropy.thresholds.length > 0,
      alphas.columns.map((position) => areaGated && position !== null),
      areaGated && alphas.fromGrid.length > 0,
      ...filterParams(filter),
    ],
  );
  const [found] = rows;
  if (found === undefined || found.images === 0) return;
  throw new HairlineError(
    "FACTS_MISSING",
    `Labelled images of ${scope.dataset} at or above the lowest p_low without CAM facts of this sweep: ` +
      `${found.images}; the first is ${found.first_object_key}.`,
    { file: found.first_object_key, remedy: remedyFor(plan, alphas.fromGrid.length > 0) },
  );
}

function remedyFor({ scope }: SweepPlan, fromGrid: boolean): string {
  const otherAlpha =
    fromGrid && scope.alphas.length > 0 ? `sweep alphas the model has (${scope.alphas.join(", ")}), ` : "";
  return `Import the CAM facts, ${otherAlpha}leave the gate out with none, or raise the lowest p_low.`;
}
