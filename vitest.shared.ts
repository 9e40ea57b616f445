import { defineConfig } from "vitest/config";

// Tests run the TypeScript sources of every workspace: the "development" export condition points at src/.
export default defineConfig({
  resolve: { conditions: ["development", "module", "node"] },
  ssr: { resolve: { conditions: ["development", "module", "node"] } },
  test: {
    include: ["test/**/*.test.ts"],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    passWithNoTests: true,
    execArgv: ["--conditions=development", "--import", "tsx"],
  },
});
