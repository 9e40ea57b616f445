import type { FoldedConvolution } from "../fold-batch-norm.ts";

/** A convolution with its batch norm folded, and where it stands in the network. */
export interface ConvolutionLayer {
  /** torchvision's, such as `layer2.0.conv1`. */
  readonly name: string;
  readonly folded: FoldedConvolution;
  readonly stride: number;
  readonly padding: number;
}

/** How the layers of the trunk are written in one number format. Values are referred to by name. */
export interface TrunkArithmetic {
  /** The normalised image, float32, as the first layer takes it. */
  begin(image: string): string;
  convolve(input: string, layer: ConvolutionLayer): string;
  convolveRelu(input: string, layer: ConvolutionLayer): string;
  /** 3 x 3, stride 2; its input is not negative. */
  maxPool(input: string): string;
  /** @param last whether the sum ends the network's last block */
  addRelu(
    summands: readonly [string, string],
    options: { readonly name: string; readonly last: boolean },
  ): string;
  /** The last map, as float32. */
  finish(features: string): string;
}
