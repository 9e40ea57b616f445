import type { PairedReadings } from "../../src/comparison/index.ts";
import { createRandom, normalQuantile } from "../../src/statistics/index.ts";

/** One unit both models read; its outcomes are forced readings at 0.5. */
export interface Unit {
  readonly label: 0 | 1;
  readonly champion: number;
  readonly challenger: number;
  readonly patient?: number;
  readonly bodyPart?: string | null;
}

export function readingsOf(units: readonly Unit[]): PairedReadings {
  const model = (key: "champion" | "challenger") => ({
    probability: Float32Array.from(units, (unit) => unit[key]),
    // OUTCOMES: negative 0, positive 1.
    outcome: Uint8Array.from(units, (unit) => (Math.fround(unit[key]) >= 0.5 ? 1 : 0)),
    threshold: 0.5,
  });
  return {
    label: Uint8Array.from(units, ({ label }) => label),
    cluster: Float64Array.from(units, ({ patient }, at) => patient ?? at),
    bodyPart: units.map(({ bodyPart = "hand" }) => bodyPart),
    champion: model("champion"),
    challenger: model("challenger"),
  };
}

/** Normal scores of two models that agree to `shared`; `shift` takes it from the challenger's fractures. */
export function drawUnits(
  seed: number,
  options: { patients: number; perPatient: number; shared: number; shift: number },
): Unit[] {
  const { patients, perPatient, shared, shift } = options;
  const random = createRandom(seed);
  const normal = (): number => normalQuantile(Math.min(Math.max(random.uniform(), 1e-12), 1 - 1e-12));
  const squash = (score: number): number => 1 / (1 + Math.exp(-score));
  return Array.from({ length: patients * perPatient }, (_, at) => {
    const label = at % (2 * perPatient) < perPatient ? 1 : 0;
    const common = Math.sqrt(shared) * normal();
    const own = (): number => Math.sqrt(1 - shared) * normal();
    const mean = label === 1 ? 1.2 : -1.2;
    return {
      label,
      champion: squash(mean + common + own()),
      challenger: squash(mean - (label === 1 ? shift : 0) + common + own()),
      patient: Math.floor(at / perPatient),
    };
  });
}
