// Runs as a process of its own: a driver that aborts must not take the caller with it.
import { ENGINES } from "../catalogue/catalogue.ts";
import { parseEngineName } from "../catalogue/engine-name.ts";
import type { EngineKind } from "../catalogue/engine-kind.ts";
import { reasonOf } from "../onnx-runtime/create-session.ts";
import { loadTfjs } from "../tfjs/load-backend.ts";
import type { ProbeAnswer } from "./engine-report.ts";
import { PROBE_BATCH, PROBE_LOGIT, probeNetwork } from "./probe-network.ts";

const TOLERANCE = 1e-3;

async function answer(kind: EngineKind, device: number | undefined): Promise<ProbeAnswer> {
  let version: string | null = null;
  try {
    version = kind.version();
    await using engine = await kind.open(probeNetwork(), { device });
    const [logit = Number.NaN] = (await engine.infer(PROBE_BATCH)).logits;
    if (!(Math.abs(logit - PROBE_LOGIT) <= TOLERANCE))
      return {
        available: false,
        version,
        reason: `It computes wrongly: ${logit} where ${PROBE_LOGIT} is right.`,
      };
    return { available: true, version, device: engine.device, notes: await notesOn(kind) };
  } catch (error) {
    return { available: false, version, reason: describe(error) };
  }
}

async function notesOn({ name }: EngineKind): Promise<readonly string[]> {
  return name === "tfjs" ? (await loadTfjs()).passedOver : [];
}

/** The message, and those of its causes that it does not repeat. */
function describe(error: unknown): string {
  const messages: string[] = [];
  for (let each: unknown = error; each instanceof Error; each = each.cause) {
    const reason = reasonOf(each);
    if (!messages.some((message) => message.includes(reason))) messages.push(reason);
  }
  return messages.length === 0 ? String(error) : messages.join(" ");
}

const [, , engine = "", gpu] = process.argv;
process.send?.(await answer(ENGINES[parseEngineName(engine)], gpu === undefined ? undefined : Number(gpu)));
process.disconnect();
