/**
 * CMYK (0 = no ink) to RGB without colour management, by Pillow's integer formula (Convert.c, `cmyk2rgb`):
 * r = 255 − K − round(C·(255 − K)/255), so that files scored here and there agree.
 *
 * @param cmyk shape [pixels, 4]
 * @returns shape [pixels, 3]
 */
export function cmykToRgb(cmyk: Uint8Array): Uint8Array {
  const pixels = cmyk.length / 4;
  const rgb = new Uint8Array(pixels * 3);
  for (let pixel = 0; pixel < pixels; pixel += 1) {
    const white = 255 - cmyk[pixel * 4 + 3]!;
    for (let channel = 0; channel < 3; channel += 1) {
      const product = cmyk[pixel * 4 + channel]! * white + 128;
      rgb[pixel * 3 + channel] = white - (((product >> 8) + product) >> 8);
    }
  }
  return rgb;
}
