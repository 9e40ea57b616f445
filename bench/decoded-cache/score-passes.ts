import { join } from "node:path";
import { removeEmbeddedPostgres } from "@hairline/core/db";
import { ScoringStack } from "../score/scoring-stack.ts";

/** Images per second from files to rows, of a first and a second model that scores the folder. */
export interface ScoredPasses {
  readonly first: number;
  readonly second: number;
}

/** @param setting of HAIRLINE_DECODED_CACHE */
export async function measureScorePasses(
  images: string,
  options: { folder: string; setting: "on" | "off" },
): Promise<ScoredPasses> {
  const home = join(options.folder, `home-${options.setting}`);
  try {
    await using stack = new ScoringStack(home);
    await stack.start(1, { ...process.env, HAIRLINE_DECODED_CACHE: options.setting });
    const rate = async () => {
      const scored = await stack.scoreFolder(images, "images");
      return scored.images / scored.seconds;
    };
    return { first: await rate(), second: await rate() };
  } finally {
    await removeEmbeddedPostgres({ home });
  }
}
