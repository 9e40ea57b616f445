import { arch, availableParallelism, cpus, platform, release, totalmem } from "node:os";
import { hasExactInt8 } from "@hairline/model/engine";

export interface MachineReport {
  readonly node: string;
  readonly platform: string;
  readonly cpu: string;
  /** That this process may use. */
  readonly cores: number;
  readonly memory_gib: number;
  /** Whether int8 networks run here, and faster than float32. */
  readonly vnni: boolean;
}

const GIBIBYTE = 1024 ** 3;

export function describeMachine(): MachineReport {
  return {
    node: process.version,
    platform: `${platform()}-${arch()} ${release()}`,
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    cores: availableParallelism(),
    memory_gib: Math.round((totalmem() / GIBIBYTE) * 10) / 10,
    vnni: hasExactInt8(),
  };
}
