/** Names of a training graph's values, besides those of its parameters. */
export const TRAINING_INPUTS = {
  label: "label",
  weight: "weight",
  positiveWeight: "positiveWeight",
  maps: "maps",
} as const;

export const TRAINING_OUTPUTS = { loss: "loss", logits: "logits" } as const;

/** A tensor's gradient, and its value behind the step. */
export const gradientName = (name: string) => `gradient.${name}`;
export const updatedName = (name: string) => `new.${name}`;

export const firstMomentName = (name: string) => `first.${name}`;
export const secondMomentName = (name: string) => `second.${name}`;
export const averageName = (name: string) => `average.${name}`;
