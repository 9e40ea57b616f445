import { fileURLToPath } from "node:url";

import { defineConfig, mergeConfig } from "vitest/config";

import shared from "../vitest.shared.ts";

// The processes under test run what `npm run build` made, as the images do.
export default mergeConfig(
  shared,
  defineConfig({
    test: { globalSetup: [fileURLToPath(new URL("test/build-roles.ts", import.meta.url))] },
  }),
);
