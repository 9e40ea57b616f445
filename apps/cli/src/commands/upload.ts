import { readFile } from "node:fs/promises";
import { createClient, type HairlineClient, type Schema } from "@hairline/client";
import { HairlineError } from "@hairline/core/errors";
import { InvalidArgumentError, type Command } from "commander";
import type { CliContext } from "../context.ts";
import type { Output } from "../output.ts";
import { formatCount } from "../progress.ts";
import { isErrorCode } from "../upload/ask-api.ts";
import { collectFiles } from "../upload/collect-files.ts";
import { untilScored, uploadStudy, type UploadReport } from "../upload/upload-study.ts";

interface UploadOptions {
  readonly dataset: string;
  readonly study?: string;
  readonly patient?: string;
  readonly bodyPart?: string;
  readonly expectedViews?: number;
  readonly model?: string;
  readonly complete?: boolean;
  readonly wait?: boolean;
  readonly url?: string;
  readonly keyFile?: string;
  readonly json?: boolean;
}

export function registerUpload(program: Command, context: CliContext): void {
  program
    .command("upload")
    .description("upload images, folders of them and ZIPs as views of one study, through the HTTP API")
    .argument("<paths...>", "PNG, JPEG and TIFF files, ZIPs, and folders; what each is, its bytes tell")
    .requiredOption("--dataset <name>", "dataset for uploads that the study is in")
    .option(
      "--study <key>",
      "your reference of the study; one that is there gets more views (default: made up)",
    )
    .option("--patient <key>", "your reference of the patient: best a pseudonym")
    .option("--body-part <name>", "what the study shows")
    .option("--expected-views <n>", "score the study as soon as it has so many", positive)
    .option("--model <name>", "make the dataset, scored by this model, when there is none")
    .option("--complete", "these are all views: score the study now instead of after a pause")
    .option("--wait", "wait until the study is scored and tell its outcome")
    .option("--url <url>", "where the API is (default: HAIRLINE_API_URL, else http://127.0.0.1:8080)")
    .option("--key-file <file>", "file with the key to send (default: HAIRLINE_API_KEY)")
    .option("--json", "print the result as JSON")
    .action((paths: string[], options: UploadOptions) => upload(context, paths, options));
}

async function upload(context: CliContext, paths: readonly string[], options: UploadOptions): Promise<void> {
  const { output, signal } = context;
  const { files, leftOut } = await collectFiles(paths);
  if (leftOut > 0) output.notice(`${formatCount(leftOut)} hidden files and links are left out`);
  const client = await clientOf(context, options);
  const progress = output.progress({ label: "uploading", unit: "files", total: files.length });
  const report = await uploadStudy({
    client,
    signal,
    files,
    dataset: options.dataset,
    model: options.model,
    study: newStudy(options),
    complete: options.complete === true,
    onProgress: (sent) => progress.update(sent),
  });
  progress.finish();
  const study =
    options.wait === true && report.upload.images > 0
      ? await untilScored({ client, signal }, report)
      : undefined;
  if (options.json === true) output.json({ ...report, ...(study === undefined ? {} : { study }) });
  else printReport(output, report, study);
  refuseRejected(report);
}

async function clientOf({ config }: CliContext, { url, keyFile }: UploadOptions): Promise<HairlineClient> {
  const token = keyFile === undefined ? config.apiKey : await readKey(keyFile);
  return createClient({ baseUrl: url ?? config.apiUrl, token });
}

async function readKey(path: string): Promise<string> {
  const text = await readFile(path, "utf8").catch((cause: unknown) => {
    throw new HairlineError("BAD_ARGUMENT", `${path} cannot be read.`, {
      field: "--key-file",
      file: path,
      cause,
    });
  });
  const key = text.trim();
  // A header takes no more, and an error of fetch would show the key.
  if (/^[\x21-\x7e]{1,8192}$/.test(key)) return key;
  throw new HairlineError("BAD_ARGUMENT", `${path} holds no key.`, {
    field: "--key-file",
    file: path,
    remedy: "Write there what `hairline keys create` prints, and nothing else.",
  });
}

function newStudy({ study, patient, bodyPart, expectedViews }: UploadOptions): Schema<"NewStudyInput"> {
  return {
    ...(study === undefined ? {} : { studyKey: study }),
    ...(patient === undefined ? {} : { patientKey: patient }),
    ...(bodyPart === undefined ? {} : { bodyPart }),
    ...(expectedViews === undefined ? {} : { expectedViews }),
  };
}

function printReport(output: Output, report: UploadReport, study: Schema<"StudyAnswer"> | undefined): void {
  for (const { name, zip, code, message } of report.files) {
    if (code !== null)
      output.notice(`rejected ${zip === null ? name : `${zip}: ${name}`}: ${code} ${message ?? ""}`);
  }
  const { stored, duplicates, rejected, studyId, upload: progress } = report;
  output.line(
    `study ${studyId}: ${formatCount(stored)} stored, ${formatCount(duplicates)} there already, ` +
      `${formatCount(rejected)} rejected`,
  );
  if (study === undefined) {
    const due = progress.dueAt === null ? "" : `, scored from ${progress.dueAt} on`;
    output.line(`${progress.state}: ${progress.images} views${due}`);
    return;
  }
  const { outcome, probability, views, policy } = study;
  output.line(
    `${outcome ?? "scored"}: ${views} of ${study.images} views read by ${study.model ?? "no model"}, highest ` +
      `probability ${probability === null ? "–" : probability.toFixed(4)}` +
      (policy === null ? "; no policy is in force" : ` (${policy.policy ?? "thresholds"})`),
  );
}

/** What was stored stays: the exit code says that not everything was. */
function refuseRejected({ files, rejected }: UploadReport): void {
  const code = files.find((file) => file.outcome === "rejected")?.code;
  if (code === undefined) return;
  throw new HairlineError(
    isErrorCode(code) ? code : "INTERNAL",
    `${rejected} of ${files.length} files were rejected; the others are stored.`,
    { remedy: "See the reason of each above." },
  );
}

function positive(text: string): number {
  if (/^[1-9]\d{0,4}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("expected a whole number above 0.");
}
