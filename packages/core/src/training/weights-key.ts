/** Where the weights of a stored network lie, by the SHA-256, hex, of their safetensors file. */
export function networkWeightsKey(weightsSha256: string): string {
  return `models/${weightsSha256}/weights.safetensors`;
}
