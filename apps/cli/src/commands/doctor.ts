import { HairlineError } from "@hairline/core/errors";
import { imageLibraryVersions } from "@hairline/imaging/decode";
import { probeEngines, REFERENCE_ENGINE, type EngineReport } from "@hairline/model/engine";
import type { Command } from "commander";
import type { CliContext } from "../context.ts";
import { listGpus, type GpuReport } from "../doctor/gpus.ts";
import { describeMachine, type MachineReport } from "../doctor/machine.ts";
import { checkDatabase, checkQueue, type ServiceReport } from "../doctor/services.ts";
import type { Output } from "../output.ts";
import { VERSION } from "@hairline/core/version";

interface Diagnosis {
  readonly hairline: string;
  readonly machine: MachineReport;
  readonly gpus: readonly GpuReport[];
  readonly images: { readonly sharp: string; readonly libvips: string };
  readonly database: ServiceReport;
  readonly queue: ServiceReport;
  readonly engines: readonly EngineReport[];
}

export function registerDoctor(program: Command, context: CliContext): void {
  program
    .command("doctor")
    .description("try everything scoring needs here: servers, image library, engines; say what is missing")
    .option("--json", "print the result as JSON")
    .action(async (options: { json?: boolean }) => {
      const diagnosis = await diagnose(context);
      if (options.json === true) context.output.json(toJson(diagnosis));
      else print(context.output, diagnosis);
      requireDefaultEngine(diagnosis.engines);
    });
}

async function diagnose(context: CliContext): Promise<Diagnosis> {
  // In turn: an engine that compiles programs leaves no core for a server that is starting.
  const database = await checkDatabase(context);
  return {
    hairline: VERSION,
    machine: describeMachine(),
    gpus: await listGpus(),
    images: imageLibraryVersions(),
    database,
    queue: await checkQueue(context, database),
    engines: await probeEngines(),
  };
}

function requireDefaultEngine(engines: readonly EngineReport[]): void {
  const report = engines.find(({ engine }) => engine === REFERENCE_ENGINE);
  if (report?.available === true) return;
  throw new HairlineError("ENGINE_UNAVAILABLE", `The default engine cannot run here: ${report?.reason}`, {
    field: REFERENCE_ENGINE,
    ...(report === undefined ? {} : { remedy: report.howToInstall }),
  });
}

function toJson({ engines, ...rest }: Diagnosis): Record<string, unknown> {
  return {
    ...rest,
    engines: engines.map(({ howToInstall, ...report }) => ({ ...report, how_to_install: howToInstall })),
  };
}

function print(output: Output, diagnosis: Diagnosis): void {
  const { hairline, machine, gpus, images, database, queue, engines } = diagnosis;
  const lines: [string, string][] = [
    ["hairline", hairline],
    ["node", `${machine.node} on ${machine.platform}`],
    ["cpu", `${machine.cpu}, ${machine.cores} cores, ${machine.vnni ? "with" : "without"} int8 instructions`],
    ["memory", `${machine.memory_gib} GiB`],
    ...gpus.map((gpu): [string, string] => [
      `gpu ${gpu.index}`,
      `${gpu.name}, ${gpu.memory}, driver ${gpu.driver}`,
    ]),
    ["images", `sharp ${images.sharp}, libvips ${images.libvips}`],
    ["database", describeService(database)],
    ["queue", describeService(queue)],
  ];
  for (const [label, value] of lines) output.line(`  ${label.padEnd(8)}  ${value}`);
  output.line();
  output.table(
    ["engine", "state", "library", "version", "device", "precisions"],
    engines.map((report) => [
      report.engine,
      report.available ? "ready" : "unavailable",
      report.title,
      report.version,
      report.device,
      report.precisions.join(" "),
    ]),
  );
  for (const { engine, available, reason, notes, howToInstall } of engines) {
    if (!available) output.line(`\n${engine}: ${reason}\n  to install: ${howToInstall}`);
    else if (engine === "tfjs") output.line(`\n${engine}: other backends: ${howToInstall}`);
    for (const note of notes) output.line(`  note: ${note}`);
  }
}

function describeService({ kind, available, version, reason }: ServiceReport): string {
  const state = available ? "answers" : `does not answer: ${reason}`;
  return `${kind}${version === null ? "" : ` ${version}`} ${state}`;
}
