export { resizeBilinear, type Size } from "./resize-bilinear.ts";
