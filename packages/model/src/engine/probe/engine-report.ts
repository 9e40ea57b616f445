import type { Precision } from "../../resnet/graph-interface.ts";
import type { EngineName } from "../catalogue/engine-name.ts";

/** What an engine said when it was tried on this machine. */
export interface EngineReport {
  readonly engine: EngineName;
  readonly title: string;
  readonly available: boolean;
  /** Of the library; null when it cannot be loaded. */
  readonly version: string | null;
  /** Such as `cuda:0`; null when unavailable. */
  readonly device: string | null;
  /** Why it is unavailable; null when it is available. */
  readonly reason: string | null;
  /** What else is worth knowing, such as a better backend that is installed but does not load. */
  readonly notes: readonly string[];
  readonly precisions: readonly Precision[];
  readonly howToInstall: string;
}

/** What the child process answers. */
export type ProbeAnswer =
  | {
      readonly available: true;
      readonly version: string;
      readonly device: string;
      readonly notes: readonly string[];
    }
  | { readonly available: false; readonly version: string | null; readonly reason: string };
