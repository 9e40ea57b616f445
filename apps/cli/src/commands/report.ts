import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { HairlineError } from "@hairline/core/errors";
import type { ReadingRequest } from "@hairline/core/readings";
import { parsePolicy } from "@hairline/core/triage";
import type { Command } from "commander";
import type { CliContext } from "../context.ts";
import { addReadingOptions, readingRequest, type ReadingOptions } from "../reading-options.ts";
import { readReport } from "../report/read-report.ts";
import { renderReport } from "../report/render-report.ts";
import type { ReportInput } from "../report/report-input.ts";
import { VERSION } from "../version.ts";

interface ReportOptions extends ReadingOptions {
  readonly policy: string;
  readonly out: string;
}

export function registerReport(program: Command, context: CliContext): void {
  addReadingOptions(
    program.command("report").description("write a self-contained HTML report of a dataset under a policy"),
  )
    .requiredOption("--policy <thresholds>", "such as p_low=0.22,entropy_max=1.5,area_max=0.3,alpha=0.5")
    .option("--out <file>", "where to write it", "hairline-report.html")
    .action(async (dataset: string | undefined, options: ReportOptions) => {
      const policy = parsePolicy(options.policy);
      const request = { ...(await readingRequest(context, dataset, options)), policy };
      const { path, report } = await writeReport(request, options.out);
      const { fingerprint, images } = { fingerprint: report.factsSha256, images: report.overall.images };
      if (options.json === true) context.output.json({ path, images, factsSha256: fingerprint });
      else context.output.line(`report of ${images} images: ${path}`);
    });
}

/** @throws HairlineError BAD_ARGUMENT when the file cannot be written */
export async function writeReport(
  request: ReadingRequest & { policy: ReportInput["policy"] },
  out: string,
): Promise<{ path: string; report: ReportInput }> {
  const report = await readReport(request, VERSION);
  const path = resolve(out);
  await writeFile(path, renderReport(report)).catch((cause: NodeJS.ErrnoException) => {
    throw new HairlineError("BAD_ARGUMENT", `The report cannot be written: ${cause.message}.`, {
      file: path,
      field: "--out",
      remedy: "Name a file in a folder that exists and can be written to.",
      cause,
    });
  });
  return { path, report };
}
