import type { JudgedMeasure, MeasureKind } from "./judge.ts";

/** What the measures are called in a sentence. */
const SUBJECTS: Readonly<Record<string, string>> = {
  probability: "the probabilities",
  entropy: "the CAM entropies",
  area: "the CAM areas",
  byte_size: "the sizes of the files",
  pixels: "the pixels of the images",
  brightness: "the brightness of the images",
  contrast: "the contrast of the images",
  border: "the dark borders of the images",
  sharpness: "the sharpness of the images",
  degenerate: "the share of degenerate CAMs",
  abstention: "the abstention rate",
  positive: "the share of positive outcomes",
  quarantine: "the share of quarantined images",
  body_part: "the mix of body parts",
  embedding: "the embeddings",
};

const EFFECTS: Readonly<Record<MeasureKind, string>> = {
  distribution: "PSI",
  mix: "share moved",
  rate: "difference",
  embedding: "squared MMD",
};

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function change({ kind, from, to, largest = [] }: JudgedMeasure): string {
  const [first] = largest;
  if (kind === "mix")
    return first === undefined ? "" : ` (${first.name}: ${percent(first.from)} to ${percent(first.to)})`;
  if (from === null || to === null) return "";
  if (kind === "rate") return ` (${percent(from)} to ${percent(to)})`;
  return ` (median ${from.toPrecision(3)} to ${to.toPrecision(3)})`;
}

/** A measure's verdict in one plain sentence. */
export function verdictSentence(measure: JudgedMeasure): string {
  const { name, kind, effect, threshold, verdict } = measure;
  const subject = SUBJECTS[name] ?? name;
  const size = `${EFFECTS[kind]} ${effect?.toPrecision(2) ?? "unknown"}`;
  const moved = change(measure);
  switch (verdict) {
    case "alarm":
      return `Alarm: ${subject} changed${moved}, ${size} of ${threshold} allowed.`;
    case "small":
      return `A change too small to matter: ${subject}${moved}, ${size}.`;
    case "unsure":
      return `Perhaps by chance: ${subject} changed${moved}, ${size}; too few images to tell.`;
    case "steady":
      return `No change found in ${subject}${moved}.`;
    case "untested":
      return `Not tested: a window has nothing known of ${subject}.`;
  }
}
