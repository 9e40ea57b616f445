import {
  activatePolicy,
  checkName,
  createPolicy,
  findPolicy,
  formatReference,
  LEVELS,
  listCertificates,
  listPolicies,
  policyHistory,
  retirePolicy,
  type Level,
  type PolicyActivation,
  type StoredPolicy,
} from "@hairline/core/policies";
import { formatPolicy, parsePolicy } from "@hairline/core/triage";
import { Option, type Command } from "commander";
import { addAuthorOptions, authorOf, type AuthorOptions } from "../author.ts";
import { printCertificates } from "../certificate-text.ts";
import type { CliContext } from "../context.ts";
import type { Cell, Output } from "../output.ts";
import { policyJson } from "../policy-json.ts";
import { addScaleOptions, resolveScale, type ScaleOptions } from "../policy-options.ts";
import { resolveDataset, resolveModel } from "../selection.ts";
import { registerCertificates } from "./policy-certificates.ts";
import { registerPolicyCertify, registerPolicyChoose } from "./policy-choose.ts";
import { registerPolicyDiff } from "./policy-diff.ts";

interface JsonOption {
  readonly json?: boolean;
}

export function registerPolicy(program: Command, context: CliContext): void {
  const policy = program
    .command("policy")
    .description("keep named policies: make, choose, certify, compare and put them in force");
  registerCreate(policy, context);
  registerList(policy, context);
  registerShow(policy, context);
  registerPolicyChoose(policy, context);
  registerPolicyCertify(policy, context);
  registerCertificates(policy, context);
  registerPolicyDiff(policy, context);
  registerActivate(policy, context);
  registerRetire(policy, context);
  registerHistory(policy, context);
}

interface CreateOptions extends ScaleOptions, AuthorOptions, JsonOption {
  readonly level: Level;
}

function registerCreate(policy: Command, context: CliContext): void {
  addAuthorOptions(addScaleOptions(policy.command("create")))
    .description("store thresholds as the next version of a name")
    .argument("<name>", "letters, digits, dots, dashes and underscores")
    .argument("<thresholds>", "p_low=0.22,entropy_max=1.5,area_max=0.3,alpha=0.5; none leaves a gate out")
    .addOption(new Option("--level <level>", "what an outcome is of").choices(LEVELS).default("image"))
    .option("--json", "print the result as JSON")
    .action(async (name: string, thresholds: string, options: CreateOptions) => {
      const parsed = parsePolicy(thresholds);
      const { database } = await context.openStack();
      const stored = await createPolicy(database, {
        name: checkName("name", name),
        level: options.level,
        thresholds: parsed,
        ...(await resolveScale(database, options)),
        author: authorOf(options),
        note: options.note,
      });
      if (options.json === true) context.output.json(policyJson(stored));
      else context.output.line(`${formatReference(stored)}: ${describe(stored)}`);
    });
}

function describe({ thresholds, pLowScale, calibrator, level }: StoredPolicy): string {
  const scale = pLowScale === "raw" ? "" : `; p_low after the calibrator ${calibrator}`;
  return `${formatPolicy(thresholds)}${scale}; outcomes of ${level === "image" ? "images" : "studies"}`;
}

function registerList(policy: Command, context: CliContext): void {
  policy
    .command("list")
    .description("list the policies, the latest version of each first")
    .option("--json", "print the result as JSON")
    .action(async ({ json }: JsonOption) => {
      const { database } = await context.openStack();
      const stored = await listPolicies(database);
      if (json === true) return context.output.json(stored.map(policyJson));
      context.output.table(
        ["policy", "level", "thresholds", "calibrator", "created", "by", "note"],
        stored.map((each) => [
          formatReference(each),
          each.level,
          formatPolicy(each.thresholds),
          each.pLowScale === "raw" ? null : each.calibrator,
          minute(each.createdAt),
          each.author,
          each.note,
        ]),
      );
    });
}

function minute(time: Date): string {
  return time.toISOString().slice(0, 16).replace("T", " ");
}

function registerShow(policy: Command, context: CliContext): void {
  policy
    .command("show")
    .description("show a policy with its certificates and where it was in force")
    .argument("<policy>", "as name or name@version")
    .option("--json", "print the result as JSON")
    .action(async (reference: string, { json }: JsonOption) => {
      const { database } = await context.openStack();
      const stored = await findPolicy(database, reference);
      const ofVersion = <T extends { version: number }>(rows: readonly T[]): T[] =>
        rows.filter(({ version }) => version === stored.version);
      const certificates = ofVersion(await listCertificates(database, { policy: stored.name }));
      const history = ofVersion(await policyHistory(database, stored.name));
      if (json === true) return context.output.json({ ...policyJson(stored), certificates, history });
      context.output.line(`${formatReference(stored)}: ${describe(stored)}`);
      for (const certificate of certificates) {
        context.output.line();
        printCertificates(context.output, [certificate]);
      }
      context.output.line();
      printHistory(context.output, history);
    });
}

interface PlaceOptions extends AuthorOptions {
  readonly dataset?: string;
  readonly model?: string;
}

function addPlaceOptions(command: Command): Command {
  return addAuthorOptions(command)
    .argument("<policy>", "as name or name@version")
    .option("--model <name>", "whose scores it reads (default: the only model)")
    .option("--dataset <name>", "for this dataset alone (default: for those without a policy of their own)");
}

async function changeOf(context: CliContext, reference: string, options: PlaceOptions) {
  const { database } = await context.openStack();
  const stored = await findPolicy(database, reference);
  const model = await resolveModel(database, options.model);
  const dataset =
    options.dataset === undefined ? null : (await resolveDataset(database, options.dataset)).name;
  const change = { modelId: model.id, dataset, by: authorOf(options) ?? null, note: options.note ?? null };
  const place = `${model.name}, ${dataset ?? "every dataset without a policy of its own"}`;
  return { database, stored, change, place };
}

function registerActivate(policy: Command, context: CliContext): void {
  addPlaceOptions(policy.command("activate"))
    .description("put a policy in force, in the place of the one that was")
    .action(async (reference: string, options: PlaceOptions) => {
      const { database, stored, change, place } = await changeOf(context, reference, options);
      await activatePolicy(database, stored, change);
      context.output.line(`${formatReference(stored)} is in force for ${place}`);
      const [current] = (await policyHistory(database, stored.name)).filter(
        (each) => each.version === stored.version && each.retiredAt === null,
      );
      if (current?.certified === false) context.output.notice("it has no certificate there");
    });
}

function registerRetire(policy: Command, context: CliContext): void {
  addPlaceOptions(policy.command("retire"))
    .description("take a policy out of force")
    .action(async (reference: string, options: PlaceOptions) => {
      const { database, stored, change, place } = await changeOf(context, reference, options);
      await retirePolicy(database, stored, change);
      context.output.line(`${formatReference(stored)} is no longer in force for ${place}`);
    });
}

function registerHistory(policy: Command, context: CliContext): void {
  policy
    .command("history")
    .description("list every time a policy was in force, the latest first")
    .argument("[name]", "of one policy (default: of all)")
    .option("--json", "print the result as JSON")
    .action(async (name: string | undefined, { json }: JsonOption) => {
      const { database } = await context.openStack();
      const history = await policyHistory(database, name);
      if (json === true) context.output.json(history);
      else printHistory(context.output, history);
    });
}

function historyRow(each: PolicyActivation): Cell[] {
  return [
    formatReference({ name: each.policy, version: each.version }),
    each.model,
    each.dataset ?? "(default)",
    minute(each.activatedAt),
    each.activatedBy,
    each.retiredAt === null ? "in force" : minute(each.retiredAt),
    each.retiredBy,
    [each.note, each.retiredNote].filter((note) => note !== null).join("; "),
  ];
}

function printHistory(output: Output, history: readonly PolicyActivation[]): void {
  if (history.length === 0) return output.line("never in force");
  output.table(["policy", "model", "dataset", "from", "by", "to", "by", "note"], history.map(historyRow));
}
