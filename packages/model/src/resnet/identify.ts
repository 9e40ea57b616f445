import { HairlineError } from "@hairline/core/errors";
import type { StateDict } from "../weights/tensor.ts";
import type { ResnetArchitecture } from "./architecture.ts";
import { checkedTensors } from "./check-tensors.ts";
import { torchvisionName, type NamedTensor } from "./tensor-names.ts";

const IMAGENET_CLASSES = 1000;

/** A ResNet whose every tensor is present, of the right shape, and finite. */
export interface ResnetWeights {
  readonly architecture: ResnetArchitecture;
  /** `scorer`: one logit. `imagenet`: 1000 classes, only a start for training. */
  readonly kind: "scorer" | "imagenet";
  /** float32 under torchvision's names, in torchvision's order, without `num_batches_tracked`. */
  readonly tensors: StateDict;
}

/**
 * Recognises ResNet-18 and ResNet-34 with basic blocks under torchvision's names or the original research code's,
 * and checks every tensor.
 *
 * @throws HairlineError WEIGHTS_ARCHITECTURE_UNKNOWN, WEIGHTS_TENSOR_MISSING, WEIGHTS_TENSOR_UNEXPECTED,
 *   WEIGHTS_TENSOR_SHAPE or WEIGHTS_TENSOR_NOT_FINITE; `field` names up to five tensors
 */
export function identifyResnet(stateDict: StateDict): ResnetWeights {
  const named = byTorchvisionName(stateDict);
  const architecture = architectureOf([...named.keys()]);
  const classes = named.get("fc.weight")?.tensor.shape[0] === IMAGENET_CLASSES ? IMAGENET_CLASSES : 1;
  const tensors = checkedTensors(named, { architecture, classes });
  return { architecture, kind: classes === 1 ? "scorer" : "imagenet", tensors };
}

/** @throws HairlineError WEIGHTS_TENSOR_SHAPE when the weights classify ImageNet's 1000 classes */
export function requireScorer(weights: ResnetWeights): ResnetWeights {
  if (weights.kind === "scorer") return weights;
  throw new HairlineError(
    "WEIGHTS_TENSOR_SHAPE",
    "The weights classify ImageNet's 1000 classes; fc.weight is [1000, 512] where a fracture scorer has [1, 512].",
    {
      field: "fc.weight",
      remedy:
        "Import a network trained with a single logit; ImageNet weights only serve as a start for training.",
    },
  );
}

function byTorchvisionName(stateDict: StateDict): ReadonlyMap<string, NamedTensor> {
  const named = new Map<string, NamedTensor>();
  for (const [fileName, tensor] of stateDict) {
    const name = torchvisionName(fileName);
    if (name.endsWith(".num_batches_tracked")) continue;
    const other = named.get(name);
    if (other !== undefined)
      throw unknown(
        `${other.fileName} and ${fileName} both stand for ${name}; the head must be one linear layer.`,
        fileName,
      );
    named.set(name, { fileName, tensor });
  }
  return named;
}

function architectureOf(names: readonly string[]): ResnetArchitecture {
  const bottleneck = names.find((name) => /^layer\d\.\d+\.conv3\.weight$/.test(name));
  if (bottleneck !== undefined)
    throw unknown(
      "The blocks are bottlenecks, as in ResNet-50 and deeper; basic blocks are supported.",
      bottleneck,
    );
  if (!names.some((name) => name.startsWith("layer1.0.conv1.")))
    throw unknown(`The names are not a ResNet's: ${names.slice(0, 5).join(", ")}.`, names[0] ?? "");
  return names.some((name) => /^layer[1-4]\.[2-5]\./.test(name)) ? "resnet34" : "resnet18";
}

function unknown(message: string, field: string): HairlineError {
  return new HairlineError("WEIGHTS_ARCHITECTURE_UNKNOWN", message, {
    field,
    remedy: "Import ResNet-18 or ResNet-34 with torchvision's names and a single-logit head.",
  });
}
