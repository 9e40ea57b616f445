import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

import { unpackAptPackage } from "./apt-unpack.ts";
import { libraryPath } from "./config.ts";

/** Environment with which a process must start for its Vulkan to run on the CPU. */
export interface SoftwareVulkan {
  readonly VK_ICD_FILENAMES: string;
  readonly LD_LIBRARY_PATH: string;
}

/** The driver's description, the driver, and the loader that Dawn opens. */
const FILES = ["vk_swiftshader_icd.json", "libvk_swiftshader.so", "libvulkan.so.1"];
const INSTALLED = "/usr/lib/chromium";

/**
 * SwiftShader, Chromium's Vulkan driver for machines without a GPU, from Debian's package `chromium-common` (27 MB):
 * the installed one, or the package unpacked into the cache folder. Mesa's lavapipe 22.3 will not do: Dawn asks for
 * dynamic indexing of shader arrays.
 *
 * @throws Error when there is neither the package nor an apt that has it
 */
export async function softwareVulkan(installed: string = INSTALLED): Promise<SoftwareVulkan> {
  const folder = isComplete(installed)
    ? installed
    : join(await unpackAptPackage("chromium-common"), INSTALLED);
  if (!isComplete(folder)) throw new Error(`${folder} does not hold ${FILES.join(", ")}`);
  const others = libraryPath();
  return {
    VK_ICD_FILENAMES: join(folder, "vk_swiftshader_icd.json"),
    LD_LIBRARY_PATH: others === undefined ? folder : `${folder}${delimiter}${others}`,
  };
}

function isComplete(folder: string): boolean {
  return FILES.every((file) => existsSync(join(folder, file)));
}
