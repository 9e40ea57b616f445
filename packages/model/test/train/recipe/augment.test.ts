import { describe, expect, test } from "vitest";
import type { PixelImage } from "@hairline/imaging/preprocess";
import { augment, augments, type Augmentation } from "@hairline/model/train";

const NONE: Augmentation = { flip: false, rotationDegrees: 0, shift: 0, contrast: 0 };
const IMAGE: PixelImage = { channels: 1, size: 3, data: Uint8Array.of(10, 20, 30, 40, 50, 60, 70, 80, 90) };

function drawn(settings: Partial<Augmentation>, index: number, image = IMAGE): number[] {
  return [...augment(image, { ...NONE, ...settings }, { seed: 1, epoch: 0, index }).data];
}

const DRAWS = Array.from({ length: 40 }, (_, index) => index);

describe("augmentation", () => {
  test("leaves the pixels alone when all is off, in an image of its own", () => {
    const result = augment(IMAGE, NONE, { seed: 1, epoch: 0, index: 0 });
    expect(result).toEqual(IMAGE);
    expect(result.data).not.toBe(IMAGE.data);
    expect(augments(NONE)).toBe(false);
    expect(augments({ ...NONE, contrast: 0.1 })).toBe(true);
  });

  test("mirrors about half of the images, exactly and channel by channel", () => {
    const mirrored = "30 20 10 60 50 40 90 80 70";
    const seen = DRAWS.map((index) => drawn({ flip: true }, index).join(" "));
    expect(new Set(seen)).toEqual(new Set([IMAGE.data.join(" "), mirrored]));
    expect(seen.filter((pixels) => pixels === mirrored).length).toBeGreaterThan(10);
    const index = seen.indexOf(mirrored);
    const colour: PixelImage = { channels: 3, size: 3, data: new Uint8Array(27) };
    for (let channel = 0; channel < 3; channel += 1)
      colour.data.set(
        IMAGE.data.map((value) => value + channel),
        9 * channel,
      );
    const planes = drawn({ flip: true }, index, colour);
    expect(planes.slice(18)).toEqual(mirrored.split(" ").map((value) => Number(value) + 2));
  });

  test("draws the same again for the same seed, epoch and image, and another one for others", () => {
    const settings = { ...NONE, rotationDegrees: 20, shift: 0.2, contrast: 0.3 };
    const at = (epoch: number, index: number, seed = 1) =>
      augment(IMAGE, settings, { seed, epoch, index }).data.join(" ");
    expect(at(1, 2)).toBe(at(1, 2));
    expect(new Set([at(0, 0), at(0, 1), at(1, 0), at(0, 0, 2)]).size).toBe(4);
  });

  test("turns and shifts keep the values within the image's own and bring in black", () => {
    const pixels = DRAWS.flatMap((index) => drawn({ rotationDegrees: 45, shift: 0.3 }, index));
    expect(Math.max(...pixels)).toBeLessThanOrEqual(90);
    expect(Math.min(...pixels)).toBe(0);
  });

  test("leaves the centre where it is when it turns", () => {
    for (const index of DRAWS) expect(drawn({ rotationDegrees: 180 }, index)[4]).toBe(50);
  });

  test("stretches contrast about the mean and clamps at 8 bits", () => {
    const dark: PixelImage = { channels: 1, size: 2, data: Uint8Array.of(0, 0, 250, 250) };
    for (const index of DRAWS) {
      // About the mean 125: 125 - 125 f and 125 + 125 f, f in [0.1, 1.9].
      const [low = 0, , high = 0] = drawn({ contrast: 0.9 }, index, dark);
      expect(low === 0 || Math.abs(low + high - 250) <= 1).toBe(true);
      expect(high).toBeLessThanOrEqual(255);
    }
    expect(new Set(DRAWS.map((index) => drawn({ contrast: 0.9 }, index, dark)[2])).size).toBeGreaterThan(10);
  });

  test("switching one change on leaves the draw of the others as it was", () => {
    const mirroredBy = (settings: Partial<Augmentation>) =>
      DRAWS.map((index) => {
        const pixels = drawn({ flip: true, ...settings }, index);
        return pixels[3]! > pixels[5]!;
      });
    expect(mirroredBy({ contrast: 0.2 })).toEqual(mirroredBy({}));
  });
});
