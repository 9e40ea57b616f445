import type { StateDict } from "../../weights/tensor.ts";
import { basicBlocks, type BasicBlock } from "../architecture.ts";
import { foldBatchNorm } from "../fold-batch-norm.ts";
import type { ResnetWeights } from "../identify.ts";
import type { ConvolutionLayer, TrunkArithmetic } from "./arithmetic.ts";

/** Writes every layer from the normalised image to layer4's map, and returns that map's name. */
export function addTrunk(arithmetic: TrunkArithmetic, weights: ResnetWeights, image: string): string {
  const stem = addStem(arithmetic, weights, image);
  return arithmetic.finish(addBlocks(arithmetic, weights, { input: stem, takes: () => true }));
}

/** Writes the layers in front of the residual blocks. */
export function addStem(arithmetic: TrunkArithmetic, { tensors }: ResnetWeights, image: string): string {
  const stem = layer(tensors, { name: "conv1", batchNorm: "bn1", stride: 2, padding: 3 });
  return arithmetic.maxPool(arithmetic.convolveRelu(arithmetic.begin(image), stem));
}

/** Writes the residual blocks that are taken, one behind the other. */
export function addBlocks(
  arithmetic: TrunkArithmetic,
  { architecture, tensors }: ResnetWeights,
  { input, takes }: { readonly input: string; readonly takes: (block: BasicBlock) => boolean },
): string {
  const blocks = basicBlocks(architecture);
  return blocks.filter(takes).reduce((features, block) => {
    const last = block === blocks.at(-1);
    return addBlock(arithmetic, features, { tensors, block, last });
  }, input);
}

function addBlock(
  arithmetic: TrunkArithmetic,
  input: string,
  { tensors, block, last }: { tensors: StateDict; block: BasicBlock; last: boolean },
): string {
  const { name, stride, downsample } = block;
  const convolution = (index: 1 | 2, step: number): ConvolutionLayer =>
    layer(tensors, {
      name: `${name}.conv${index}`,
      batchNorm: `${name}.bn${index}`,
      stride: step,
      padding: 1,
    });
  const inner = arithmetic.convolveRelu(input, convolution(1, stride));
  const residual = arithmetic.convolve(inner, convolution(2, 1));
  const skip = downsample
    ? arithmetic.convolve(
        input,
        layer(tensors, {
          name: `${name}.downsample.0`,
          batchNorm: `${name}.downsample.1`,
          stride,
          padding: 0,
        }),
      )
    : input;
  return arithmetic.addRelu([residual, skip], { name, last });
}

function layer(
  tensors: StateDict,
  { name, batchNorm, stride, padding }: { name: string; batchNorm: string; stride: number; padding: number },
): ConvolutionLayer {
  return { name, folded: foldBatchNorm(tensors, { convolution: name, batchNorm }), stride, padding };
}
