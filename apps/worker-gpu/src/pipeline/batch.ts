import type { PixelImage } from "@hairline/imaging/preprocess";
import type { PixelBatch } from "@hairline/model/engine";

/** An image ready for the network. */
export interface BatchMember {
  readonly imageId: number;
  readonly pixels: PixelImage;
}

/** Groups images into batches of `size`; the last may be smaller. */
export async function* intoBatches(
  members: AsyncIterable<BatchMember>,
  size: number,
): AsyncGenerator<BatchMember[], void, undefined> {
  let pending: BatchMember[] = [];
  for await (const member of members) {
    pending.push(member);
    if (pending.length < size) continue;
    yield pending;
    pending = [];
  }
  if (pending.length > 0) yield pending;
}

/**
 * One array for the network. Grey images stay one channel, a third of the bytes to move, unless a colour image
 * is among them: then each grey plane is repeated, which is what the network does with one channel anyway.
 */
export function assembleBatch(members: readonly BatchMember[]): PixelBatch {
  const size = members[0]?.pixels.size ?? 0;
  const channels = members.some(({ pixels }) => pixels.channels === 3) ? 3 : 1;
  const plane = size * size;
  const data = new Uint8Array(members.length * channels * plane);
  for (const [row, { pixels }] of members.entries()) {
    const start = row * channels * plane;
    if (pixels.channels === channels) data.set(pixels.data, start);
    else
      for (let channel = 0; channel < channels; channel += 1) data.set(pixels.data, start + channel * plane);
  }
  return { count: members.length, channels, size, data };
}
