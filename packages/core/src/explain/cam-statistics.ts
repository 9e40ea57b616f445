import { HairlineError } from "../errors.ts";
import { camAreaRatio } from "./cam-area.ts";
import { camEntropy } from "./cam-entropy.ts";

/** The alphas whose area ratio is stored with every prediction, in column order. */
export const ALPHAS: readonly number[] = Object.freeze([0.3, 0.4, 0.5, 0.6, 0.7]);

export interface CamStatistics {
  /** Nats, in [0, ln(cells)]; null when degenerate. */
  readonly entropy: number | null;
  /** entropy / ln(cells), in [0, 1], so that thresholds survive a change of grid size; null when degenerate. */
  readonly entropyNormalized: number | null;
  /** True for a flat or all-zero grid: it points nowhere and never counts as localised. */
  readonly degenerate: boolean;
  /** One share in (0, 1] for each alpha, in the order given; all null when degenerate. */
  readonly areas: readonly (number | null)[];
}

/**
 * Localisation facts of one CAM grid.
 *
 * @param grid shape [h*w], row-major, ReLU already applied (>= 0)
 * @param alphas each in [0, 1)
 * @throws HairlineError BAD_SHAPE when the grid is empty, BAD_THRESHOLD when an alpha is out of range,
 *   INFERENCE_FAILED when a cell is NaN, infinite or negative
 * @see Selvaraju et al. 2017, Grad-CAM, arXiv:1610.02391
 */
export function camStatistics(grid: Float32Array, alphas: readonly number[]): CamStatistics {
  requireUsableGrid(grid);
  requireAlphas(alphas);
  const entropy = camEntropy(grid);
  if (entropy === null) {
    return { entropy: null, entropyNormalized: null, degenerate: true, areas: alphas.map(() => null) };
  }
  return {
    entropy,
    entropyNormalized: Math.min(1, entropy / Math.log(grid.length)),
    degenerate: false,
    areas: alphas.map((alpha) => camAreaRatio(grid, alpha)),
  };
}

function requireUsableGrid(grid: Float32Array): void {
  if (grid.length === 0) throw new HairlineError("BAD_SHAPE", "A CAM grid needs at least one cell.");
  const index = grid.findIndex((cell) => !(cell >= 0 && cell < Number.POSITIVE_INFINITY));
  if (index < 0) return;
  throw new HairlineError(
    "INFERENCE_FAILED",
    `CAM cell ${index} is ${grid[index]}; cells are finite and >= 0.`,
    {
      field: "cam",
    },
  );
}

function requireAlphas(alphas: readonly number[]): void {
  for (const alpha of alphas) {
    if (alpha >= 0 && alpha < 1) continue;
    throw new HairlineError("BAD_THRESHOLD", `alpha is ${alpha}; it must lie in [0, 1).`, { field: "alpha" });
  }
}
