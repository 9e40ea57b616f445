import type { TriagedImage } from "@hairline/core/readings";
import { outcomeOf, type TriageReason } from "@hairline/core/triage";
import { describe, expect, it } from "vitest";
import { GalleryPicks } from "../../src/report/gallery-picks.ts";

let nextId = 0;

function image(reason: TriageReason, given: Partial<TriagedImage> = {}): TriagedImage {
  nextId += 1;
  return {
    imageId: nextId,
    studyId: nextId,
    cluster: nextId,
    objectKey: `${nextId}.png`,
    studyKey: `${nextId}`,
    bodyPart: "XR_WRIST",
    split: null,
    label: 1,
    probability: 0.5,
    entropy: 1,
    area: null,
    degenerate: false,
    outcome: outcomeOf(reason),
    reason,
    threshold: null,
    margin: null,
    ...given,
  } as TriagedImage;
}

function chosen(images: readonly TriagedImage[]) {
  const picks = new GalleryPicks();
  for (const each of images) picks.offer(each);
  return picks.choose();
}

function many(count: number, reason: TriageReason, given: Partial<TriagedImage> = {}): TriagedImage[] {
  return Array.from({ length: count }, (_, at) => image(reason, { ...given, bodyPart: `part ${at % 4}` }));
}

describe("GalleryPicks", () => {
  it("shows four found fractures, two misses, two false positives and four inconclusive ones", () => {
    const picks = chosen([
      ...many(20, "localised", { label: 1 }),
      ...many(20, "localised", { label: 0 }),
      ...many(20, "below_p_low", { label: 1 }),
      ...many(20, "below_p_low", { label: 0 }),
      ...many(20, "entropy_above"),
    ]);
    expect(picks.map(({ kind }) => kind)).toEqual([
      ...Array.from({ length: 4 }, () => "true positive"),
      ...Array.from({ length: 2 }, () => "miss"),
      ...Array.from({ length: 2 }, () => "false positive"),
      ...Array.from({ length: 4 }, () => "inconclusive"),
    ]);
  });

  it("gives the places a kind lacks to others, never more than twelve", () => {
    expect(chosen(many(30, "localised", { label: 1 }))).toHaveLength(12);
    const few = chosen([...many(1, "below_p_low", { label: 0 }), ...many(2, "localised", { label: 1 })]);
    expect(few.map(({ kind }) => kind)).toEqual(["true positive", "true positive", "true negative"]);
  });

  it("takes the highest probability of a positive and the lowest of a negative first", () => {
    const positives = [0.6, 0.9, 0.7].map((probability) => image("localised", { probability }));
    const negatives = [0.1, 0.02, 0.05].map((probability) => image("below_p_low", { probability }));
    expect(chosen(positives).map((pick) => pick.image.probability)).toEqual([0.9, 0.7, 0.6]);
    expect(chosen(negatives).map((pick) => pick.image.probability)).toEqual([0.02, 0.05, 0.1]);
  });

  it("shows each body part and reason before the second of any", () => {
    const picks = chosen([
      ...[0.99, 0.98, 0.97].map((probability) => image("entropy_above", { probability })),
      image("area_above", { probability: 0.3 }),
      image("entropy_above", { probability: 0.4, bodyPart: "XR_HAND" }),
    ]);
    expect(picks.map((pick) => pick.image.probability)).toEqual([0.99, 0.3, 0.4, 0.98, 0.97]);
  });

  it("shows one view of a study, the surest", () => {
    const views = [0.7, 0.9, 0.8].map((probability) =>
      image("localised", { probability, studyId: 1_000_000 }),
    );
    expect(chosen(views).map((pick) => pick.image.probability)).toEqual([0.9]);
    const acrossReasons = [
      image("entropy_above", { studyId: 1_000_001 }),
      image("area_above", { studyId: 1_000_001 }),
    ];
    expect(chosen(acrossReasons)).toHaveLength(1);
  });

  it("breaks ties by the order the images come in", () => {
    const images = many(40, "localised");
    const first = chosen(images).map((pick) => pick.image.imageId);
    expect(chosen(images).map((pick) => pick.image.imageId)).toEqual(first);
    expect(first[0]).toBe(images[0]?.imageId);
  });

  it("calls images without a label by their outcome", () => {
    const picks = chosen([image("localised", { label: null }), image("below_p_low", { label: null })]);
    expect(picks.map(({ kind }) => kind)).toEqual(["positive", "negative"]);
  });

  it("is empty without images", () => {
    expect(chosen([])).toEqual([]);
  });
});
