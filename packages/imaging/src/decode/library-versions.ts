import sharp from "sharp";

/** Versions of the libraries that decode images. */
export function imageLibraryVersions(): { readonly sharp: string; readonly libvips: string } {
  const { sharp: own, vips } = sharp.versions;
  return { sharp: own, libvips: vips };
}
