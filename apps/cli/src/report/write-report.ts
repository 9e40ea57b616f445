import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { HairlineError } from "@hairline/core/errors";
import { readReport, type ReportRequest } from "./read-report.ts";
import { renderReport } from "./render-report.ts";
import type { ReportInput } from "./report-input.ts";

export interface WrittenReport {
  /** Absolute. */
  readonly path: string;
  readonly bytes: number;
  readonly input: ReportInput;
}

/** @throws HairlineError BAD_ARGUMENT when the file cannot be written; as readReport */
export async function writeReport(request: ReportRequest, out: string): Promise<WrittenReport> {
  const input = await readReport(request);
  const path = resolve(out);
  const page = Buffer.from(renderReport(input));
  await writeFile(path, page).catch((cause: NodeJS.ErrnoException) => {
    throw new HairlineError("BAD_ARGUMENT", `The report cannot be written: ${cause.code ?? cause.message}.`, {
      file: path,
      field: "--out",
      remedy: "Name a file in a folder that exists and can be written to.",
      cause,
    });
  });
  return { path, bytes: page.byteLength, input };
}
