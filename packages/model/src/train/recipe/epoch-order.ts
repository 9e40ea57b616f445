import { permutation, randomStream } from "./random.ts";

/** Keeps the streams of order and augmentation apart. */
const ORDER = 1;

export interface EpochOrderOptions {
  readonly seed: number;
  /** From 0. */
  readonly epoch: number;
  /** Group of each image where batches draw evenly from the groups (body parts); absent: one shuffle. */
  readonly groups?: readonly string[] | undefined;
}

/**
 * The order in which an epoch shows the images, each once: a function of seed and epoch alone.
 *
 * With groups, each is shuffled and the groups are merged so that at any place every group has given the same share
 * of its images: a batch has the body parts in the proportion of the whole set instead of by luck.
 */
export function epochOrder(count: number, { seed, epoch, groups }: EpochOrderOptions): Int32Array {
  const shuffled = permutation(count, randomStream(seed, ORDER, epoch));
  if (groups === undefined) return shuffled;
  const members = new Map<string, number[]>();
  for (const index of shuffled) {
    const group = groups[index] ?? "";
    const list = members.get(group);
    if (list === undefined) members.set(group, [index]);
    else list.push(index);
  }
  const random = randomStream(seed, ORDER, epoch, 1);
  const places = [...members.keys()].toSorted().flatMap((group) => {
    const list = members.get(group)!;
    const phase = random();
    return list.map((index, place) => ({ index, at: (place + phase) / list.length }));
  });
  return Int32Array.from(
    places.toSorted((a, b) => a.at - b.at || a.index - b.index),
    ({ index }) => index,
  );
}
