import { HairlineError, type ErrorCode } from "@hairline/core/errors";
import { float32Tensor, toFloat32, type StateDict, type Tensor } from "../weights/tensor.ts";
import { resnetShapes, type ResnetArchitecture } from "./architecture.ts";
import type { NamedTensor } from "./tensor-names.ts";

const NAMES_LISTED = 5;

/**
 * The architecture's tensors as float32 in its own order.
 *
 * @throws HairlineError for the first kind of fault found, in the order missing, unexpected, shape, not finite
 */
export function checkedTensors(
  named: ReadonlyMap<string, NamedTensor>,
  { architecture, classes }: { readonly architecture: ResnetArchitecture; readonly classes: number },
): StateDict {
  const shapes = resnetShapes(architecture, classes);
  const missing = [...shapes.keys()].filter((name) => !named.has(name));
  failOn("WEIGHTS_TENSOR_MISSING", missing, {
    problem: `The file lacks tensors of ${architecture}`,
    remedy: "Save the whole state dict of the network, running statistics included.",
  });
  const unexpected = [...named].filter(([name]) => !shapes.has(name)).map(([, { fileName }]) => fileName);
  failOn("WEIGHTS_TENSOR_UNEXPECTED", unexpected, {
    problem: `The file has tensors that ${architecture} lacks`,
    remedy: "Remove them, or import a network of a supported architecture.",
  });
  failOn("WEIGHTS_TENSOR_SHAPE", wrongShapes(named, shapes), {
    problem: "Tensors have another shape or type than the architecture's",
    remedy: "Save floating-point weights of the network with a single-logit head.",
  });
  const tensors = new Map(
    [...shapes.keys()].map((name) => [name, asFloat32(named.get(name) as NamedTensor)]),
  );
  const broken = [...tensors].filter(([name, { values }]) => !isUsable(name, values));
  failOn(
    "WEIGHTS_TENSOR_NOT_FINITE",
    broken.map(([, { fileName }]) => fileName),
    {
      problem: "Tensors hold NaN or infinity, or a negative variance",
      remedy: "Use a checkpoint from before training diverged.",
    },
  );
  return new Map([...tensors].map(([name, { tensor }]) => [name, tensor]));
}

function wrongShapes(
  named: ReadonlyMap<string, NamedTensor>,
  shapes: ReadonlyMap<string, readonly number[]>,
): string[] {
  const wrong: string[] = [];
  for (const [name, shape] of shapes) {
    const { fileName, tensor } = named.get(name) as NamedTensor;
    const found = tensor.shape.join(", ");
    if (found !== shape.join(", ")) wrong.push(`${fileName} is [${found}], not [${shape.join(", ")}]`);
    else if (!isFloating(tensor)) wrong.push(`${fileName} is ${tensor.type}`);
  }
  return wrong;
}

function isFloating({ type }: Tensor): boolean {
  return type === "float32" || type === "float16" || type === "bfloat16" || type === "float64";
}

function asFloat32({ fileName, tensor }: NamedTensor) {
  const values = toFloat32(tensor);
  return { fileName, values, tensor: float32Tensor(tensor.shape, values) };
}

function isUsable(name: string, values: Float32Array): boolean {
  const least = name.endsWith(".running_var") ? 0 : -Infinity;
  return values.every((value) => Number.isFinite(value) && value >= least);
}

function failOn(
  code: ErrorCode,
  names: readonly string[],
  { problem, remedy }: { problem: string; remedy: string },
): void {
  if (names.length === 0) return;
  const listed = names.slice(0, NAMES_LISTED).join(", ");
  const rest = names.length > NAMES_LISTED ? ` and ${names.length - NAMES_LISTED} more` : "";
  throw new HairlineError(code, `${problem}: ${listed}${rest}.`, { field: listed, remedy });
}
