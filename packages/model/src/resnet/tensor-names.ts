import type { Tensor } from "../weights/tensor.ts";

/** A tensor with the name it has in the file, for messages. */
export interface NamedTensor {
  readonly fileName: string;
  readonly tensor: Tensor;
}

/** Children of torchvision's ResNet by position, as `nn.Sequential(*list(resnet.children()))` names them. */
const CHILD_NAMES: Readonly<Record<string, string>> = {
  0: "conv1",
  1: "bn1",
  4: "layer1",
  5: "layer2",
  6: "layer3",
  7: "layer4",
  9: "fc",
};

/**
 * torchvision's name of a tensor. Known besides torchvision's own: the original research code's
 * `backbone.<child>.*` with `classifier.*`, a torchvision network under `backbone.`, and a head inside an
 * `nn.Sequential` (`fc.1.weight` behind a Dropout).
 *
 * @returns the name itself where no rule fits; the architecture check then reports it
 */
export function torchvisionName(name: string): string {
  const inner = name.replace(/^backbone\./, "").replace(/^classifier\./, "fc.");
  const child = /^(\d+)\.(.+)$/.exec(inner);
  const named = child === null ? inner : `${CHILD_NAMES[child[1] ?? ""] ?? child[1]}.${child[2]}`;
  return named.replace(/^fc\.\d+\.(weight|bias)$/, "fc.$1");
}
