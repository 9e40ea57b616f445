export { cellCover, type CellCover, type Size } from "./cell-cover.ts";
export { chanceQuality, type ChanceQuality, type MapQuality, mapQuality } from "./map-quality.ts";
