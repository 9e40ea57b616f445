import { softwareVulkan } from "../core/src/testing/software-vulkan.ts";
import shared from "../../vitest.shared.ts";

const WEBGPU = "test/webgpu/**/*.test.ts";

// The dynamic linker and the Vulkan loader read their variables as a process starts: tests on a GPU's driver are a
// project of their own. Without a driver they fail, and say why.
export default async () => ({
  ...shared,
  test: {
    ...shared.test,
    projects: [
      { ...shared, test: { ...shared.test, name: "model", exclude: [WEBGPU] } },
      { ...shared, test: { ...shared.test, name: "webgpu", include: [WEBGPU], env: await driver() } },
    ],
  },
});

async function driver(): Promise<Record<string, string>> {
  try {
    return { ...(await softwareVulkan()) };
  } catch (error) {
    return { HAIRLINE_TEST_NO_VULKAN: String(error) };
  }
}
