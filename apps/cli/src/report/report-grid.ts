/** The configs of the plot unless others are asked for: wide enough that those of most models show. */
export const REPORT_GRID = {
  pLow: "0.05:0.95:0.05",
  entropyMax: "none,1.0:3.8:0.4",
  areaMax: "none,0.30,0.20,0.10",
  alpha: "0.3:0.7:0.2",
};
