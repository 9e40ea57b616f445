import fc from "fast-check";
import type { StudyView } from "../../src/pooling/index.ts";
import { alphaIndex } from "../../src/triage/index.ts";
import { arbitraryImage, SEED_ALPHAS } from "../readings/arbitrary-facts.ts";
import type { SeededView } from "./seed-archive.ts";

/** Views of up to `count` studies in any order, ties and missing facts among them. */
export function sampleStudies(options: {
  complete: boolean;
  views: number;
  studies: number;
  seed: number;
}): SeededView[] {
  const view = fc.tuple(
    arbitraryImage({ complete: options.complete }),
    fc.integer({ min: 1, max: options.studies }),
  );
  return fc
    .sample(view, { numRuns: options.views, seed: options.seed })
    .map(([image, study]) => ({ ...image, study: `study-${String(study).padStart(4, "0")}` }));
}

export interface SeededStudy {
  readonly key: string;
  readonly label: 0 | 1 | null;
  /** In the order they were seeded, which is that of their ids. */
  readonly views: readonly SeededView[];
}

/** The seeded views by study key, labelled as an import would. */
export function studiesOf(views: readonly SeededView[]): SeededStudy[] {
  const byKey = new Map<string, SeededView[]>();
  for (const view of views) byKey.set(view.study ?? "", [...(byKey.get(view.study ?? "") ?? []), view]);
  return [...byKey]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, group]) => {
      const labels = group.flatMap(({ label }) => (label === null ? [] : [label]));
      return { key, views: group, label: labels.length === 0 ? null : labels.includes(1) ? 1 : 0 };
    });
}

/** A seeded study's views as the rules read them at an alpha. */
export function viewsAt({ views }: SeededStudy, alpha: number): StudyView[] {
  const place = alphaIndex(SEED_ALPHAS, alpha);
  return views.map(({ probability, entropy = null, degenerate = false, areas = [] }, at) => ({
    imageId: at,
    probability,
    entropy,
    degenerate,
    area: areas[place] ?? null,
  }));
}
