import type { Fault } from "../fault.ts";

export const poisonImages: Fault = {
  name: "poison-images",
  title: "poison images: the archive without them",
  group: "input",
  queue: "redis",
  async play(stage) {
    await stage.openRun(stage.site.soundDatasetId);
    await Promise.all([stage.start("scheduler"), stage.start("worker-gpu")]);
    return (
      "every other run has among its images a decompression bomb, an empty file, a JPEG and a text named .png, a " +
      "truncated JPEG, CMYK, 16 bits, an animation, a GIF named .png, 1×1 and 30,000×10 pixels"
    );
  },
};
