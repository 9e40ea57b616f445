/** What the first bytes say: a file's name may say anything. */
export function mediaTypeOf(bytes: Uint8Array): string {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(8, bytes.byteLength)).toString("latin1");
  if (head === "\x89PNG\r\n\x1a\n") return "image/png";
  if (head.startsWith("\xff\xd8\xff")) return "image/jpeg";
  if (head.startsWith("II*\0") || head.startsWith("MM\0*")) return "image/tiff";
  return "application/octet-stream";
}
