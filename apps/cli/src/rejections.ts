import { HairlineError, type ErrorCode } from "@hairline/core/errors";
import type { Rejection } from "@hairline/core/ingest";
import type { Output } from "./output.ts";
import { formatCount } from "./progress.ts";

/** The part of an import's report that says what was not taken. */
export interface RejectionReport {
  readonly importId: string;
  readonly rejected: number;
  readonly rejectedByCode: Readonly<Partial<Record<ErrorCode, number>>>;
  /** The first of them. */
  readonly rejections: readonly Rejection[];
}

/** Tables of what an import could not take; nothing when it took everything. */
export function printRejections(output: Output, report: RejectionReport): void {
  if (report.rejected === 0) return;
  output.line();
  output.table(["rejected as", "rows"], Object.entries(report.rejectedByCode));
  if (report.rejections.length === 0) return;
  output.line();
  output.table(
    ["line", "path", "code", "reason"],
    report.rejections.map(({ line, objectKey, code, message }) => [
      line,
      objectKey === null ? null : printable(objectKey),
      code,
      printable(message),
    ]),
  );
  const hidden = report.rejected - report.rejections.length;
  if (hidden > 0)
    output.line(`and ${formatCount(hidden)} more in import_rejection, import ${report.importId}`);
}

/** Text of a file on one line, without the control characters that would steer a terminal. */
function printable(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, "\uFFFD");
}

/**
 * What --strict does with an import that is done.
 *
 * @throws HairlineError with the first rejection's code when anything was rejected
 */
export function refuseRejections({ rejected, rejections, rejectedByCode }: RejectionReport): void {
  if (rejected === 0) return;
  const [first] = rejections;
  // Where none is shown.
  const [code] = Object.keys(rejectedByCode) as ErrorCode[];
  throw new HairlineError(
    first?.code ?? code ?? "ROW_INVALID",
    `${formatCount(rejected)} rows were rejected.`,
    {
      field: "--strict",
      ...(first?.line == null ? {} : { line: first.line }),
      remedy: "Correct the rows listed and import again; the others are imported.",
    },
  );
}
