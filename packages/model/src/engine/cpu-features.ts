import { readFileSync } from "node:fs";

/**
 * Whether 8-bit products are summed without saturation here: VNNI on x64, always on arm64. AVX2's kernel adds pairs of
 * products in 16 bits, which networks with all 8 bits of weight overflow: other facts than those of a VNNI machine.
 * Where the system does not list the CPU's features (macOS and Windows on x64), the answer is no.
 */
export function hasExactInt8(
  architecture: string = process.arch,
  readFeatures: () => string = () => readFileSync("/proc/cpuinfo", "utf8"),
): boolean {
  if (architecture === "arm64") return true;
  if (architecture !== "x64") return false;
  try {
    return /^flags\s*:.*\b(?:avx512_vnni|avx_vnni)\b/m.test(readFeatures());
  } catch {
    return false;
  }
}
