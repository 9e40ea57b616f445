import type { GradSaveFunc, Tensor, Tensor4D } from "@tensorflow/tfjs-core";
import type { Tfjs } from "../../engine/tfjs/load-backend.ts";

export interface ConvolutionGeometry {
  readonly stride: number;
  readonly padding: number;
}

/**
 * A convolution, channels last, with a gradient on every backend. The WebAssembly one has no kernel for the gradient
 * at the weights, which is written there as a product of matrices for each tap.
 *
 * @param x [N, H, W, I]
 * @param kernel [K, K, I, O]
 */
export function convolve(
  tf: Tfjs,
  [x, kernel]: readonly [Tensor4D, Tensor4D],
  geometry: ConvolutionGeometry,
): Tensor4D {
  const { stride, padding } = geometry;
  const forward = (input: Tensor4D, weights: Tensor4D) =>
    tf.conv2d(input, weights, stride, padding, "NHWC", 1, "floor");
  if (tf.getKernel("Conv2DBackpropFilter", tf.getBackend()) !== undefined) return forward(x, kernel);
  const differentiable = tf.customGrad((...values: (Tensor | GradSaveFunc)[]) => {
    // Behind the inputs comes what keeps values for the gradient.
    const [input, weights, save] = values as [Tensor4D, Tensor4D, GradSaveFunc];
    save([input, weights]);
    return {
      value: forward(input, weights),
      gradFunc: (gradient: Tensor, saved: Tensor[]) => {
        const [keptInput, keptWeights] = saved as [Tensor4D, Tensor4D];
        const dy = gradient as Tensor4D;
        return [
          tf.conv2dTranspose(dy, keptWeights, keptInput.shape, stride, padding, "floor"),
          weightGradient(tf, { dy, x: keptInput, size: keptWeights.shape[0] }, geometry),
        ];
      },
    };
  });
  return differentiable(x, kernel);
}

interface GradientInputs {
  readonly dy: Tensor4D;
  readonly x: Tensor4D;
  /** Side of the kernel. */
  readonly size: number;
}

/** For each tap, the product of the input under it with the output's gradient, over all images and positions. */
function weightGradient(
  tf: Tfjs,
  { dy, x, size }: GradientInputs,
  { stride, padding }: ConvolutionGeometry,
): Tensor4D {
  const [count, height, width, outputs] = dy.shape;
  const inputs = x.shape[3];
  const behind = (side: number, length: number) => Math.max(0, (side - 1) * stride + size - length - padding);
  const padded = tf.pad(x, [
    [0, 0],
    [padding, behind(height, x.shape[1])],
    [padding, behind(width, x.shape[2])],
    [0, 0],
  ]);
  const positions = count * height * width;
  const flat = tf.reshape(dy, [positions, outputs]);
  const taps: Tensor[] = [];
  for (let row = 0; row < size; row += 1)
    for (let column = 0; column < size; column += 1) {
      const end = [count, row + (height - 1) * stride + 1, column + (width - 1) * stride + 1, inputs];
      const under = tf.stridedSlice(padded, [0, row, column, 0], end, [1, stride, stride, 1]);
      const product = tf.matMul(tf.reshape(under, [positions, inputs]), flat, true, false);
      taps.push(tf.reshape(product, [1, inputs, outputs]));
    }
  return tf.reshape(tf.concat(taps, 0), [size, size, inputs, outputs]);
}
