import { parseSweepGrid, type SweepGrid } from "@hairline/core/triage";

const ALPHA = "0.3:0.7:0.1";

/** Both on the thresholds of the rollup, so that scan and rollup answer the same. */
export const GRIDS: Readonly<Record<"625" | "250,000", SweepGrid>> = {
  /** The original's. */
  "625": parseSweepGrid({
    pLow: "0.18:0.26:0.02",
    entropyMax: "2.2:3.8:0.4",
    areaMax: "none,0.30,0.25,0.20,0.15",
    alpha: ALPHA,
  }),
  "250,000": parseSweepGrid({
    pLow: "0.01:1:0.01",
    entropyMax: "none,0.1:4.9:0.1",
    areaMax: "none,0.05:0.45:0.05",
    alpha: ALPHA,
  }),
};
