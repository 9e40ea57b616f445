import type { LocalisationReport } from "./localise.ts";

/** Whether the gate passes maps that point at the lesion, in one plain sentence. */
export function localisationVerdict(report: Omit<LocalisationReport, "verdict">): string {
  const { boxed, groups, passedLessDeferred } = report;
  if (boxed === 0) return "Cannot tell: no scored image has lesion boxes.";
  if (groups.all.images === 0) return `Cannot tell: no CAM could be measured (${unmeasuredText(report)}).`;
  const { positive, inconclusive } = groups;
  if (positive.images === 0) return "Cannot tell: the policy passes no image with lesion boxes.";
  const hits = `its hottest cell touches a lesion in ${percent(positive.touching.estimate)} of the maps it passes`;
  const versusChance = `${againstChance(report)} chance (${percent(positive.chance.touching)})`;
  if (inconclusive.images === 0) return `Defers none: ${hits}, ${versusChance}.`;
  const comparison = `${hits} and ${percent(inconclusive.touching.estimate)} of those it defers`;
  const { lower, upper } = passedLessDeferred.touching;
  if (lower !== null && lower > 0) return `Yes: ${comparison}; passed maps are ${versusChance}.`;
  if (upper !== null && upper < 0) return `No, the reverse: ${comparison}; passed maps are ${versusChance}.`;
  return `Not shown: ${comparison}; passed maps are ${versusChance}.`;
}

function againstChance({ groups }: Omit<LocalisationReport, "verdict">): string {
  const { touching, chance } = groups.positive;
  if (chance.touching === null || touching.lower === null || touching.upper === null) return "beside";
  if (touching.lower > chance.touching) return "above";
  return touching.upper < chance.touching ? "below" : "no different from";
}

function unmeasuredText({ unmeasured }: Omit<LocalisationReport, "verdict">): string {
  const texts = {
    no_cam: "no CAM stored",
    no_size: "image size unknown",
    boxes_outside: "boxes outside the image",
    degenerate: "CAM degenerate",
  };
  const parts = (Object.keys(texts) as (keyof typeof texts)[]).filter((key) => unmeasured[key] > 0);
  return parts.map((key) => `${texts[key]}: ${unmeasured[key]}`).join(", ");
}

function percent(share: number | null): string {
  return share === null ? "none" : `${(100 * share).toFixed(1)} %`;
}
