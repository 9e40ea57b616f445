import type { TriagedImage } from "@hairline/core/readings";
import type { GalleryKind } from "./report-input.ts";

export interface GalleryPick {
  readonly kind: GalleryKind;
  readonly image: TriagedImage;
}

const PICTURES = 12;

/** How many of each kind at first, in the order they are shown; what a kind lacks goes to the kinds before others. */
const QUOTA: Readonly<Record<GalleryKind, number>> = {
  "true positive": 4,
  miss: 2,
  "false positive": 2,
  inconclusive: 4,
  positive: 4,
  negative: 2,
  "true negative": 0,
};
const KINDS = Object.keys(QUOTA) as GalleryKind[];

/** Most images kept of one kind, reason and body part; and most such groups of a kind. */
const KEPT = 4;
const MAX_GROUPS = 64;

/**
 * Chooses the images worth a picture, in bounded memory: the surest of each kind, as many body parts and reasons as
 * there are, one image of a study. Equal facts in equal order give equal picks.
 */
export class GalleryPicks {
  readonly #groups = new Map<GalleryKind, Map<string, TriagedImage[]>>();

  offer(image: TriagedImage): void {
    const kind = kindOf(image);
    const groups = this.#groups.get(kind) ?? new Map<string, TriagedImage[]>();
    this.#groups.set(kind, groups);
    const key = JSON.stringify([image.reason, image.bodyPart]);
    const group = groups.get(key) ?? [];
    if (group.length === 0 && groups.size >= MAX_GROUPS) return;
    groups.set(key, keepBest(group, image));
  }

  /** At most 12, by kind. */
  choose(): GalleryPick[] {
    const queues = new Map(KINDS.map((kind) => [kind, alternate(this.#groups.get(kind))]));
    const taken = new Map<GalleryKind, number>();
    const total = (): number => [...taken.values()].reduce((sum, count) => sum + count, 0);
    const take = (kind: GalleryKind, limit: number): void => {
      const room = PICTURES - total() + (taken.get(kind) ?? 0);
      taken.set(kind, Math.min(limit, room, queues.get(kind)?.length ?? 0));
    };
    for (const kind of KINDS) take(kind, QUOTA[kind]);
    for (const kind of KINDS) take(kind, PICTURES);
    return KINDS.flatMap((kind) =>
      (queues.get(kind) ?? []).slice(0, taken.get(kind)).map((image) => ({ kind, image })),
    );
  }
}

function kindOf({ outcome, label }: TriagedImage): GalleryKind {
  if (outcome === "inconclusive") return "inconclusive";
  if (label === null) return outcome;
  if (outcome === "positive") return label === 1 ? "true positive" : "false positive";
  return label === 1 ? "miss" : "true negative";
}

/** Negatives are surest at the lowest probability, all others at the highest. */
function surer(a: TriagedImage, b: TriagedImage): boolean {
  return a.outcome === "negative" ? a.probability < b.probability : a.probability > b.probability;
}

function keepBest(group: readonly TriagedImage[], image: TriagedImage): TriagedImage[] {
  const sibling = group.find(({ studyId }) => studyId === image.studyId);
  if (sibling !== undefined && !surer(image, sibling)) return [...group];
  const others = group.filter((each) => each !== sibling);
  const at = others.findIndex((each) => surer(image, each));
  others.splice(at < 0 ? others.length : at, 0, image);
  return others.slice(0, KEPT);
}

/** The best of every group, then the second best, and so on; no study twice. */
function alternate(groups: ReadonlyMap<string, readonly TriagedImage[]> | undefined): TriagedImage[] {
  const lists = [...(groups?.values() ?? [])];
  const chosen: TriagedImage[] = [];
  for (let rank = 0; rank < KEPT; rank++) {
    for (const image of lists.flatMap((list) => list[rank] ?? [])) {
      if (!chosen.some(({ studyId }) => studyId === image.studyId)) chosen.push(image);
    }
  }
  return chosen;
}
