import { HairlineError } from "@hairline/core/errors";
import { GraphBuilder } from "../onnx/graph-builder.ts";
import type { Attribute } from "../onnx/model.ts";
import type { Value } from "./value.ts";

/** An operator's gradient rule: from the loss's gradient at its output to those at its inputs, in their order. */
export type GradientRule = (
  gradient: Value,
  /** Which inputs lead to a parameter; the gradient at another one is not used and need not be written. */
  wanted: readonly boolean[],
) => readonly (Value | undefined)[];

interface TapeEntry {
  readonly inputs: readonly Value[];
  readonly output: Value;
  readonly rule: GradientRule;
}

export interface EmitOptions {
  readonly shape: readonly number[];
  readonly attributes?: Readonly<Record<string, Attribute>>;
  /** Name of the second result. */
  readonly secondOutput?: string;
}

/**
 * Writes an ONNX graph and remembers how its values were computed, so that the gradients can be written behind it
 * (reverse-mode differentiation; the backward pass is made of ordinary operators and needs no training runtime).
 *
 * Shapes are those of one batch size: gradient rules need them, and ONNX Runtime plans its memory by them.
 */
export class Tape {
  readonly graph: GraphBuilder;
  readonly #entries: TapeEntry[] = [];
  /** Values that depend on a parameter. */
  readonly #tracked = new Set<string>();
  readonly #constants = new Map<string, Value>();
  #count = 0;

  constructor(name: string) {
    this.graph = new GraphBuilder(name);
  }

  /** A float32 input of the graph that no gradient is taken of. */
  input(name: string, shape: readonly number[]): Value {
    return { name: this.graph.input({ name, type: "float32", shape }), shape };
  }

  /** An input of the graph that gradients are taken of. */
  parameter(name: string, shape: readonly number[]): Value {
    const value = this.input(name, shape);
    this.#tracked.add(name);
    return value;
  }

  /** Writes an operator. What is not recorded with a rule counts as constant in the gradients. */
  emit(operator: string, inputs: readonly (Value | string)[], options: EmitOptions): Value {
    const { shape, attributes = {}, secondOutput } = options;
    const names = inputs.map((input) => (typeof input === "string" ? input : input.name));
    const name = this.graph.node({
      operator,
      inputs: names,
      output: this.name(operator),
      attributes,
      ...(secondOutput === undefined ? {} : { secondOutput }),
    });
    return { name, shape };
  }

  /** Remembers the gradient rule of an output. */
  record(inputs: readonly Value[], output: Value, rule: GradientRule): Value {
    if (inputs.some(({ name }) => this.#tracked.has(name))) {
      this.#tracked.add(output.name);
      this.#entries.push({ inputs, output, rule });
    }
    return output;
  }

  /** Declares a value as a result of the graph, under a name of its own. */
  output(name: string, { name: source, shape }: Value): void {
    this.graph.node({ operator: "Identity", inputs: [source], output: name });
    this.graph.output({ name, type: "float32", shape });
  }

  scalar(value: number): Value {
    return this.floats([], [value]);
  }

  floats(shape: readonly number[], values: readonly number[]): Value {
    const key = `${shape.join("x")}:${values.join()}`;
    const known = this.#constants.get(key);
    if (known !== undefined) return known;
    const constant = { name: this.graph.float32(this.name("constant"), shape, values), shape };
    this.#constants.set(key, constant);
    return constant;
  }

  /** An int64 list, as shapes and axes are given to operators. */
  integers(values: readonly number[]): string {
    const key = `int64:${values.join()}`;
    const known = this.#constants.get(key);
    if (known !== undefined) return known.name;
    const name = this.graph.int64(this.name("integers"), values);
    this.#constants.set(key, { name, shape: [values.length] });
    return name;
  }

  /** A name that no other value has. */
  name(prefix: string): string {
    this.#count += 1;
    return `${prefix}.${this.#count}`;
  }

  /**
   * Writes the gradients behind the graph, from the last operator to the first; those of a value used more than once
   * are added.
   *
   * @param seed the loss's gradient at `output`, of its shape
   * @returns gradients by the parameters' names; a parameter that the output does not depend on is missing
   */
  gradients(output: Value, seed: Value): ReadonlyMap<string, Value> {
    const gradients = new Map([[output.name, seed]]);
    for (const { inputs, output: result, rule } of this.#entries.toReversed()) {
      const gradient = gradients.get(result.name);
      if (gradient === undefined) continue;
      gradients.delete(result.name);
      const wanted = inputs.map(({ name }) => this.#tracked.has(name));
      const parts = rule(gradient, wanted);
      inputs.forEach((input, index) => {
        if (wanted[index] !== true) return;
        const part = parts[index];
        if (part === undefined)
          throw new HairlineError(
            "INTERNAL",
            `The rule of ${result.name} gives no gradient at ${input.name}.`,
          );
        gradients.set(input.name, this.#sum(gradients.get(input.name), part));
      });
    }
    return gradients;
  }

  #sum(known: Value | undefined, part: Value): Value {
    return known === undefined ? part : this.emit("Add", [known, part], { shape: part.shape });
  }
}
