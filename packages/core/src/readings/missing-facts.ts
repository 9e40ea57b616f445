import { HairlineError } from "../errors.ts";
import { factSource, setFilter, type FactQuery } from "../facts/index.ts";
import type { Snapshot } from "./snapshot.ts";
import { planAlphas, planScan, type SweepPlan } from "./sweep-plan.ts";

/**
 * Names what a sweep lacks.
 *
 * @throws HairlineError FACTS_MISSING with the number of labelled images at or above the lowest p_low that lack a fact
 *   the sweep gates on, and the first of them
 */
export async function requireSweepFacts(snapshot: Snapshot, plan: SweepPlan): Promise<void> {
  const { client } = snapshot;
  const { scope } = plan;
  const query = await planScan(plan, snapshot);
  await setFilter(client, query.filter);
  const { rows } = await client.query<{ images: number; first_object_key: string }>(
    `select count(*) as images, min(file.object_key) as first_object_key
     from (select prediction.image_id ${factSource(query)}
           and ${query.labelSource === "study" ? "study" : "prediction"}.label is not null
           and not prediction.degenerate and prediction.probability >= $1::real and (${lacksFact(query)})) as lacking
     join image as file on file.id = lacking.image_id`,
    [query.gridFrom],
  );
  const [found] = rows;
  if (found === undefined || found.images === 0) return;
  throw new HairlineError(
    "FACTS_MISSING",
    `Labelled images of ${scope.dataset} at or above the lowest p_low without CAM facts of this sweep: ` +
      `${found.images}; the first is ${found.first_object_key}.`,
    { file: found.first_object_key, remedy: remedyFor(plan) },
  );
}

function lacksFact({ columns }: FactQuery): string {
  return [
    ...(columns.entropy ? ["prediction.entropy is null"] : []),
    ...columns.areas.map((area) => `prediction.area_${area} is null`),
    ...(columns.grid ? ["prediction_cam.grid is null"] : []),
    "false",
  ].join(" or ");
}

function remedyFor(plan: SweepPlan): string {
  const { scope } = plan;
  const otherAlpha =
    planAlphas(plan).fromGrid.length > 0 && scope.alphas.length > 0
      ? `sweep alphas the model has (${scope.alphas.join(", ")}), `
      : "";
  return `Import the CAM facts, ${otherAlpha}leave the gate out with none, or raise the lowest p_low.`;
}
