import { TimedChild } from "./child.ts";
import type { ForwardSetup } from "./forward-child.ts";

/** Long against a scheduler's turn, short against a change of the machine's other work. */
const STINT = { seconds: 3 };

/** Images per second of all cores together. */
export interface Limits {
  readonly decode: number;
  readonly forward: number;
  /** Each image takes 1/decode + 1/forward seconds of all cores together. */
  readonly ideal: number;
}

/** Processes that measure what these cores can do with nothing else to do; idle between measurements. */
export class LimitsMeter implements Disposable {
  readonly #decoders: readonly TimedChild[];
  readonly #forwards: readonly (readonly TimedChild[])[];

  /** One process a core reads, decodes and resizes its share of the files; the network runs in each of several ways. */
  constructor(files: readonly string[], cores: number) {
    this.#decoders = Array.from({ length: cores }, (_, index) => {
      const share = files.filter((_file, position) => position % cores === index);
      return new TimedChild("./decode-child.ts", { files: share });
    });
    this.#forwards = waysToRun(cores).map(({ sessions, ...setup }) =>
      Array.from({ length: sessions }, () => new TimedChild("./forward-child.ts", setup)),
    );
  }

  async ready(): Promise<void> {
    await Promise.all([...this.#decoders, ...this.#forwards.flat()].map((child) => child.ready()));
  }

  /** The network's limit is that of the fastest way to run it. */
  async measure(): Promise<Limits> {
    const decode = await togetherRate(this.#decoders);
    let forward = 0;
    for (const children of this.#forwards) forward = Math.max(forward, await togetherRate(children));
    return { decode, forward, ideal: idealRate(decode, forward) };
  }

  [Symbol.dispose](): void {
    for (const child of [...this.#decoders, ...this.#forwards.flat()]) child[Symbol.dispose]();
  }
}

/** The mean of two measurements in images per second, by the time an image takes. */
export function betweenLimits(before: Limits, after: Limits): Limits {
  const decode = harmonicMean(before.decode, after.decode);
  const forward = harmonicMean(before.forward, after.forward);
  return { decode, forward, ideal: idealRate(decode, forward) };
}

function idealRate(decode: number, forward: number): number {
  return 1 / (1 / decode + 1 / forward);
}

function harmonicMean(a: number, b: number): number {
  return 2 / (1 / a + 1 / b);
}

function waysToRun(cores: number): readonly (ForwardSetup & { readonly sessions: number })[] {
  const together = { sessions: 1, threads: cores, batchSize: 32 };
  if (cores === 1) return [together];
  return [together, { sessions: cores, threads: 1, batchSize: 8 }];
}

/** All work for the same stretch of time, so that none waits for another's last image. */
async function togetherRate(children: readonly TimedChild[]): Promise<number> {
  const rates = await Promise.all(children.map((child) => child.rate(STINT)));
  return rates.reduce((sum, rate) => sum + rate, 0);
}
