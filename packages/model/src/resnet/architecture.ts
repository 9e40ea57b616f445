export type ResnetArchitecture = "resnet18" | "resnet34";

/** Length of the embedding: channels of layer4. */
export const EMBEDDING_LENGTH = 512;

const BLOCKS_PER_LAYER = { resnet18: [2, 2, 2, 2], resnet34: [3, 4, 6, 3] } as const satisfies Record<
  ResnetArchitecture,
  readonly number[]
>;

/** One residual block of two 3 x 3 convolutions. */
export interface BasicBlock {
  /** torchvision's name, such as `layer2.0`. */
  readonly name: string;
  readonly inputChannels: number;
  readonly outputChannels: number;
  readonly stride: 1 | 2;
  /** Whether the skip path has a 1 x 1 convolution, because the shape changes. */
  readonly downsample: boolean;
}

/** The residual blocks from input to output. */
export function basicBlocks(architecture: ResnetArchitecture): BasicBlock[] {
  const blocks: BasicBlock[] = [];
  let inputChannels = 64;
  BLOCKS_PER_LAYER[architecture].forEach((count, layer) => {
    const outputChannels = 64 * 2 ** layer;
    for (let index = 0; index < count; index += 1) {
      const stride = index === 0 && layer > 0 ? 2 : 1;
      const name = `layer${layer + 1}.${index}`;
      blocks.push({
        name,
        inputChannels,
        outputChannels,
        stride,
        downsample: inputChannels !== outputChannels,
      });
      inputChannels = outputChannels;
    }
  });
  return blocks;
}

/**
 * Shape of every tensor of the state dict by torchvision's name, in torchvision's order, without
 * `num_batches_tracked`.
 *
 * @param classes rows of `fc`: 1 for a scorer, 1000 for ImageNet
 */
export function resnetShapes(
  architecture: ResnetArchitecture,
  classes: number,
): ReadonlyMap<string, readonly number[]> {
  const shapes = new Map<string, readonly number[]>([
    ["conv1.weight", [64, 3, 7, 7]],
    ...batchNorm("bn1", 64),
  ]);
  const add = (entries: readonly [string, readonly number[]][]): void => {
    for (const [name, shape] of entries) shapes.set(name, shape);
  };
  for (const { name, inputChannels, outputChannels, downsample } of basicBlocks(architecture)) {
    add([
      [`${name}.conv1.weight`, [outputChannels, inputChannels, 3, 3]],
      ...batchNorm(`${name}.bn1`, outputChannels),
    ]);
    add([
      [`${name}.conv2.weight`, [outputChannels, outputChannels, 3, 3]],
      ...batchNorm(`${name}.bn2`, outputChannels),
    ]);
    if (!downsample) continue;
    add([[`${name}.downsample.0.weight`, [outputChannels, inputChannels, 1, 1]]]);
    add(batchNorm(`${name}.downsample.1`, outputChannels));
  }
  add([
    ["fc.weight", [classes, EMBEDDING_LENGTH]],
    ["fc.bias", [classes]],
  ]);
  return shapes;
}

/** Side of the layer4 map, and so of the CAM: five halvings, each rounded up. 224 gives 7. */
export function camSide(inputSize: number): number {
  let side = inputSize;
  for (let halving = 0; halving < 5; halving += 1) side = Math.ceil(side / 2);
  return side;
}

/** Shape of layer3's maps, which layer4 is trained on: four halvings, each rounded up. 224 gives [256, 14, 14]. */
export function storedMapShape(
  inputSize: number,
): readonly [channels: number, height: number, width: number] {
  let side = inputSize;
  for (let halving = 0; halving < 4; halving += 1) side = Math.ceil(side / 2);
  return [256, side, side];
}

function batchNorm(name: string, channels: number): [string, readonly number[]][] {
  return ["weight", "bias", "running_mean", "running_var"].map((part) => [`${name}.${part}`, [channels]]);
}
