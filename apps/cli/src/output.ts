import type { WriteStream } from "node:tty";
import type { HairlineError } from "@hairline/core/errors";
import Table from "cli-table3";
import { createProgress, type Progress, type ProgressOptions } from "./progress.ts";

export type Cell = string | number | null;

/** What a command may write to: results on stdout, everything else on stderr, so that pipes stay clean. */
export interface Output {
  readonly color: boolean;
  /** One line of the result. */
  line(text?: string): void;
  /** The whole result as one JSON document. */
  json(value: unknown): void;
  /** A result table; numbers are right-aligned, null shows as a dash. */
  table(head: readonly string[], rows: readonly (readonly Cell[])[]): void;
  /** A piece of a streamed result (CSV); resolves when the consumer has room. */
  write(text: string): Promise<void>;
  /** Something worth knowing that is not the result. */
  notice(text: string): void;
  error(error: HairlineError): void;
  progress(options: ProgressOptions): Progress;
}

export interface OutputStreams {
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream;
}

export function createOutput(streams: OutputStreams, options: { color: boolean }): Output {
  const { stdout, stderr } = streams;
  const terminal = (stderr as Partial<WriteStream>).isTTY === true;
  const color = options.color && terminal;
  return {
    color,
    line: (text = "") => void stdout.write(`${text}\n`),
    json: (value) => void stdout.write(`${JSON.stringify(value, null, 2)}\n`),
    table: (head, rows) => void stdout.write(`${renderTable(head, rows)}\n`),
    write: (text) =>
      new Promise((resolve) => {
        if (stdout.write(text)) return resolve();
        // A reader that closed the pipe never makes room.
        const proceed = (): void => {
          stdout.off("drain", proceed).off("close", proceed);
          resolve();
        };
        stdout.once("drain", proceed).once("close", proceed);
      }),
    notice: (text) => void stderr.write(`${text}\n`),
    error: (error) => void stderr.write(`${renderError(error, color)}\n`),
    progress: (progressOptions) => createProgress(stderr, { ...progressOptions, terminal }),
  };
}

function renderTable(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const numeric = head.map((_, column) => rows.some((row) => typeof row[column] === "number"));
  const table = new Table({
    head: [...head],
    colAligns: numeric.map((isNumeric) => (isNumeric ? "right" : "left")),
    style: { head: [], border: [], compact: true },
    chars: TABLE_RULES,
  });
  for (const row of rows) table.push(row.map((cell) => (cell === null ? "–" : String(cell))));
  return table.toString();
}

const TABLE_RULES = {
  top: "",
  "top-mid": "",
  "top-left": "",
  "top-right": "",
  bottom: "",
  "bottom-mid": "",
  "bottom-left": "",
  "bottom-right": "",
  left: "",
  "left-mid": "",
  mid: "─",
  "mid-mid": "─",
  right: "",
  "right-mid": "",
  middle: " ",
};

function renderError(error: HairlineError, color: boolean): string {
  const heading = `error ${error.code}`;
  const lines = [`${color ? `\u001B[31m${heading}\u001B[39m` : heading}: ${error.message}`];
  if (error.file !== undefined)
    lines.push(`  file:   ${error.file}${error.line === undefined ? "" : `:${error.line}`}`);
  if (error.field !== undefined) lines.push(`  field:  ${error.field}`);
  if (error.remedy !== undefined) lines.push(`  remedy: ${error.remedy}`);
  if (error.code === "INTERNAL" && error.cause instanceof Error) lines.push(error.cause.stack ?? "");
  return lines.join("\n");
}
