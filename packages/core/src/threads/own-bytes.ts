/** The bytes in a buffer of their own, so that moving it to another thread takes nothing else along. */
export function ownBytes(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const { buffer } = bytes;
  const alone = buffer instanceof ArrayBuffer && bytes.byteLength === buffer.byteLength;
  return alone ? new Uint8Array(buffer) : Uint8Array.from(bytes);
}
