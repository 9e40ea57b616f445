import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { crc32 } from "node:zlib";
import type { ErrorCode } from "@hairline/core/errors";
import { reproducibleImage } from "@hairline/model/testing";
import sharp, { type Sharp } from "sharp";

export interface ArchiveImage {
  readonly key: string;
  readonly bytes: Uint8Array;
  /** What scoring has to say of it: a prediction, or the code it is in quarantine with. */
  readonly outcome: "scored" | ErrorCode;
}

const SIDE = 80;
/** An image of the long side of a panorama in one direction and ten pixels in the other. */
const STRIP = { width: 30_000, height: 10 };

export async function writeImages(root: string, images: readonly ArchiveImage[]): Promise<void> {
  for (const { key, bytes } of images) {
    const path = join(root, key);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, bytes);
  }
}

/** Grey and colour images, PNG and JPEG in turn. */
export async function soundImages(count: number): Promise<ArchiveImage[]> {
  const images: ArchiveImage[] = [];
  for (let index = 0; index < count; index += 1) {
    const format = index % 2 === 0 ? "png" : "jpeg";
    const image = drawing(`image-${index}`, index % 3 === 0 ? 3 : 1);
    const bytes = await image.toFormat(format).toBuffer();
    const key = `sound/study-${String(index % 12).padStart(2, "0")}/image-${String(index).padStart(3, "0")}.${format}`;
    images.push({ key, bytes, outcome: "scored" });
  }
  return images;
}

/** What ends up in archives beside radiographs, and what should not take a worker down. */
export async function poisonImages(): Promise<ArchiveImage[]> {
  const jpeg = await drawing("poison", 3).jpeg().toBuffer();
  const png = await drawing("poison", 1).png().toBuffer();
  const files: readonly [string, Uint8Array, ArchiveImage["outcome"]][] = [
    ["bomb.png", bombPng(60_000, 60_000), "IMAGE_TOO_LARGE"],
    ["empty.png", new Uint8Array(0), "IMAGE_EMPTY"],
    ["jpeg-named.png", jpeg, "scored"],
    ["text-named.png", Buffer.from("patient,label\n1,0\n"), "IMAGE_UNREADABLE"],
    ["truncated.jpg", jpeg.subarray(0, jpeg.length - 200), "IMAGE_TRUNCATED"],
    ["cmyk.jpg", await drawing("cmyk", 3).toColourspace("cmyk").jpeg().toBuffer(), "scored"],
    ["sixteen-bit.png", await drawing("deep", 1).toColourspace("grey16").png().toBuffer(), "scored"],
    ["animated.png", animated(png), "IMAGE_FORMAT_UNSUPPORTED"],
    ["gif-named.png", await drawing("gif", 3).gif().toBuffer(), "IMAGE_FORMAT_UNSUPPORTED"],
    [
      "dot.png",
      await sharp({ create: { ...DOT, background: "#808080" } })
        .png()
        .toBuffer(),
      "scored",
    ],
    [
      "strip.png",
      await sharp(strip(), { raw: { ...STRIP, channels: 1 } })
        .png()
        .toBuffer(),
      "scored",
    ],
  ];
  return files.map(([name, bytes, outcome]) => ({ key: `poison/study-00/${name}`, bytes, outcome }));
}

const DOT = { width: 1, height: 1, channels: 3 } as const;

function drawing(name: string, channels: 1 | 3): Sharp {
  const planar = reproducibleImage(name, { channels, size: SIDE });
  const plane = SIDE * SIDE;
  const interleaved = planar.map(
    (_, index) => planar[(index % channels) * plane + Math.floor(index / channels)] ?? 0,
  );
  const image = sharp(interleaved, { raw: { width: SIDE, height: SIDE, channels } });
  return channels === 1 ? image.toColourspace("b-w") : image;
}

function strip(): Uint8Array {
  return Uint8Array.from({ length: STRIP.width * STRIP.height }, (_, pixel) => (pixel * 7919) % 251);
}

/** 60 bytes that claim 3.6 thousand million pixels. */
function bombPng(width: number, height: number): Uint8Array {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 0, 0, 0, 0], 8);
  const signature = Buffer.from("\x89PNG\r\n\x1a\n", "latin1");
  return Buffer.concat([
    signature,
    pngChunk("IHDR", header),
    pngChunk("IDAT", Buffer.alloc(16)),
    pngChunk("IEND", Buffer.alloc(0)),
  ]);
}

/** The PNG with an animation's control chunk after its header. */
function animated(png: Buffer): Uint8Array {
  const headerEnd = 33;
  const frames = pngChunk("acTL", Buffer.from([0, 0, 0, 2, 0, 0, 0, 0]));
  return Buffer.concat([png.subarray(0, headerEnd), frames, png.subarray(headerEnd)]);
}

function pngChunk(type: string, content: Buffer): Buffer {
  const chunk = Buffer.concat([Buffer.alloc(4), Buffer.from(type), content, Buffer.alloc(4)]);
  chunk.writeUInt32BE(content.length, 0);
  chunk.writeUInt32BE(crc32(chunk.subarray(4, -4)), chunk.length - 4);
  return chunk;
}
