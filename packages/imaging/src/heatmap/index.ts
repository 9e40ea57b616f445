export type { CamGrid } from "./cam-grid.ts";
export type { ImageBox } from "./draw-boxes.ts";
export {
  type OverlayOptions,
  type RenderedHeatmap,
  renderHeatmapPng,
  renderOverlay,
} from "./render-heatmap.ts";
export { upsampleCam } from "./upsample-cam.ts";
