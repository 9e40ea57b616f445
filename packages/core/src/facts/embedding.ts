/**
 * A stored embedding: prediction_embedding.embedding holds little-endian float32, which is every supported platform's own
 * order.
 *
 * @returns shape [d]; undefined when a value is not finite, which tells nothing
 */
export function readEmbedding(stored: Uint8Array): Float32Array | undefined {
  // Copied, since the bytes of a row lie anywhere in the connection's buffer.
  const values = new Float32Array(Uint8Array.from(stored).buffer);
  return values.every(Number.isFinite) ? values : undefined;
}
