import type pg from "pg";
import { loadSql, streamRows } from "../db/index.ts";
import {
  cellCover,
  chanceQuality,
  type ChanceQuality,
  type MapQuality,
  mapQuality,
} from "../localisation/index.ts";
import type { ImageFilter, ReadingScope } from "../readings/scope.ts";
import { policyParams } from "../readings/triage-policy-params.ts";
import type { Box } from "../study/index.ts";
import { type Outcome, outcomeOf, type Policy, type TriageReason } from "../triage/index.ts";

/** Why the CAM of an image with boxes was not measured. */
export type UnmeasuredReason = "no_cam" | "no_size" | "boxes_outside" | "degenerate";

/** An image with lesion boxes under a policy. */
export interface BoxedImage {
  readonly objectKey: string;
  /** The patient's, or the study's where no patient is known. */
  readonly cluster: number;
  readonly label: 0 | 1 | null;
  readonly probability: number;
  /** Nats. */
  readonly entropy: number | null;
  /** At the policy's alpha. */
  readonly area: number | null;
  readonly outcome: Outcome;
  readonly measured: { readonly quality: MapQuality; readonly chance: ChanceQuality } | UnmeasuredReason;
}

interface MapRow extends pg.QueryResultRow {
  readonly object_key: string;
  readonly cluster: number;
  readonly label: 0 | 1 | null;
  readonly boxes: readonly Box[];
  readonly image_width: number | null;
  readonly image_height: number | null;
  readonly probability: number;
  readonly entropy: number | null;
  readonly area: number | null;
  readonly degenerate: boolean;
  readonly reason: TriageReason;
  readonly cam_height: number | null;
  readonly cam_width: number | null;
  readonly grid: readonly number[] | null;
}

export interface BoxedMapsQuery {
  readonly scope: ReadingScope;
  readonly policy: Policy;
  readonly filter: ImageFilter | undefined;
  /** Of the overlap. */
  readonly alphas: readonly number[];
}

/** The scored images with boxes by object key, streamed; the client must be in a transaction. */
export async function* streamBoxedMaps(
  client: pg.ClientBase,
  { scope, policy, filter, alphas }: BoxedMapsQuery,
): AsyncGenerator<BoxedImage> {
  const query = {
    sql: loadSql("boxed-maps"),
    params: policyParams(scope, { policy, filter }),
    batchSize: 500,
  };
  for await (const rows of streamRows<MapRow>(client, query)) {
    for (const row of rows) {
      yield {
        objectKey: row.object_key,
        cluster: row.cluster,
        label: row.label,
        probability: row.probability,
        entropy: row.entropy,
        area: row.area,
        outcome: outcomeOf(row.reason),
        measured: measureMap(row, alphas),
      };
    }
  }
}

function measureMap(row: MapRow, alphas: readonly number[]): BoxedImage["measured"] {
  const {
    grid,
    cam_height: height,
    cam_width: width,
    image_width: imageWidth,
    image_height: imageHeight,
  } = row;
  if (grid === null || height === null || width === null) return "no_cam";
  if (imageWidth === null || imageHeight === null) return "no_size";
  const cover = cellCover(row.boxes, { width: imageWidth, height: imageHeight }, { width, height });
  if (cover === null) return "boxes_outside";
  const quality = mapQuality(Float32Array.from(grid), cover, alphas);
  return quality === null ? "degenerate" : { quality, chance: chanceQuality(cover) };
}
