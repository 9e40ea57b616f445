import { fileURLToPath } from "node:url";

import { defineConfig } from "vitest/config";

// Tests run the TypeScript sources of every workspace: the "development" export condition points at src/.
export default defineConfig({
  resolve: { conditions: ["development", "module", "node"] },
  ssr: { resolve: { conditions: ["development", "module", "node"] } },
  test: {
    include: ["test/**/*.test.ts"],
    testTimeout: 240_000,
    hookTimeout: 240_000,
    // Starts nothing by itself: names the folder where tests share a PostgreSQL server, and cleans up after them.
    globalSetup: [
      fileURLToPath(new URL("packages/core/src/testing/vitest-global-setup.ts", import.meta.url)),
    ],
    // The JSON report is what .ci/run adds up.
    reporters: ["default", ["json", { outputFile: "test-results.json" }]],
    execArgv: ["--conditions=development", "--import", "tsx"],
  },
});
