import { reproducibleUniform } from "@hairline/model/testing";
import { trainLogisticHead } from "@hairline/model/train";

const IMAGES = 40_000;
const WIDTH = 512;

/** Seconds to fit the linear unit on as many embeddings as MURA has images. */
export async function secondsOfHead(): Promise<number> {
  const embeddings = reproducibleUniform("embeddings", { count: IMAGES * WIDTH, low: 0, high: 2 });
  const direction = reproducibleUniform("direction", { count: WIDTH, low: -1, high: 1 });
  const noise = reproducibleUniform("noise", { count: IMAGES, low: -8, high: 8 });
  const labels = Uint8Array.from({ length: IMAGES }, (_, row) => {
    let score = noise[row]!;
    for (let column = 0; column < WIDTH; column += 1)
      score += (embeddings[row * WIDTH + column]! - 1) * direction[column]!;
    return score > 0 ? 1 : 0;
  });
  const startedMs = performance.now();
  await trainLogisticHead({ embeddings, labels, width: WIDTH, positiveWeight: "balanced" });
  return (performance.now() - startedMs) / 1000;
}
