import type { ImageFormat } from "./image-header.ts";

interface Signature {
  readonly name: string;
  readonly at: number;
  readonly bytes: readonly number[];
}

function ascii(name: string, text: string, at = 0): Signature {
  return { name, at, bytes: Array.from(text, (character) => character.charCodeAt(0)) };
}

const SCORED: readonly (Signature & { readonly name: ImageFormat })[] = [
  { name: "png", at: 0, bytes: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a] },
  { name: "jpeg", at: 0, bytes: [0xff, 0xd8, 0xff] },
  { name: "tiff", at: 0, bytes: [0x49, 0x49, 42, 0] },
  { name: "tiff", at: 0, bytes: [0x4d, 0x4d, 0, 42] },
  { name: "tiff", at: 0, bytes: [0x49, 0x49, 43, 0] },
  { name: "tiff", at: 0, bytes: [0x4d, 0x4d, 0, 43] },
];

/** Formats met in archives that are refused by name, so that a reader learns what the file is. */
const REFUSED: readonly Signature[] = [
  ascii("GIF", "GIF8"),
  ascii("WebP", "WEBP", 8),
  ascii("PDF", "%PDF"),
  ascii("DICOM", "DICM", 128),
  ascii("HEIF or AVIF", "ftyp", 4),
  ascii("BMP", "BM"),
  ascii("Photoshop", "8BPS"),
  ascii("SVG", "<svg"),
  ascii("XML or SVG", "<?xml"),
  { name: "JPEG 2000", at: 0, bytes: [0, 0, 0, 12, 0x6a, 0x50, 0x20, 0x20] },
  { name: "JPEG 2000", at: 0, bytes: [0xff, 0x4f, 0xff, 0x51] },
  { name: "JPEG XL", at: 0, bytes: [0xff, 0x0a] },
  { name: "JPEG XL", at: 0, bytes: [0, 0, 0, 12, 0x4a, 0x58, 0x4c, 0x20] },
];

export type SniffedFormat =
  | { readonly kind: "scored"; readonly format: ImageFormat }
  | { readonly kind: "refused"; readonly name: string }
  /** The whole file is the beginning of a scored format's signature. */
  | { readonly kind: "cut" }
  | { readonly kind: "unknown" };

/** What the first bytes say; names and extensions are not asked, as archives hold PNGs named .jpg. */
export function sniffFormat(bytes: Uint8Array): SniffedFormat {
  const scored = SCORED.find((signature) => startsWith(bytes, signature));
  if (scored !== undefined) return { kind: "scored", format: scored.name };
  const refused = REFUSED.find((signature) => startsWith(bytes, signature));
  if (refused !== undefined) return { kind: "refused", name: refused.name };
  const cut = SCORED.some(
    ({ bytes: magic }) => bytes.length < magic.length && bytes.every((b, i) => b === magic[i]),
  );
  return { kind: cut ? "cut" : "unknown" };
}

function startsWith(bytes: Uint8Array, { at, bytes: magic }: Signature): boolean {
  return magic.every((byte, index) => bytes[at + index] === byte);
}
