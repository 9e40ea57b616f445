const IMAGE_EXTENSION = /\.(?:png|jpe?g|tiff?)$/i;

/** Whether a file name has an extension that is scored: PNG, JPEG or TIFF, any case. */
export function isImageFileName(name: string): boolean {
  return IMAGE_EXTENSION.test(name);
}

/**
 * Whether a file or folder is not part of the archive: hidden ones, AppleDouble halves ("._image1.png", which
 * macOS left in MURA), and the folder macOS zips keep them in.
 */
export function isHiddenName(name: string): boolean {
  return name.startsWith(".") || name === "__MACOSX";
}

/** The last part of an object key. */
export function fileNameOf(objectKey: string): string {
  return objectKey.slice(objectKey.lastIndexOf("/") + 1);
}
