/** Bounds on what a weights file may make us read or hold. ResNet-34 in float64 is 170 MB; with Adam's state 510 MB. */
export const WEIGHTS_LIMITS = {
  fileBytes: 2 ** 31 - 1,
  safetensorsHeaderBytes: 100_000_000,
  pickleBytes: 16_777_216,
  /** A ResNet-34 checkpoint with optimizer state takes about 20,000. */
  pickleOperations: 1_000_000,
  /** Names and texts of a pickle; tensor names have some 30 bytes. */
  pickleTextBytes: 1_048_576,
  zipEntries: 65_536,
  /** All tensors read together; a stride of 0 can make a small file ask for any amount. */
  tensorBytes: 2 ** 31 - 1,
  tensorAxes: 8,
} as const;
