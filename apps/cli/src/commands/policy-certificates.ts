import {
  describeSelection,
  formatReference,
  imageFilter,
  listCertificates,
  revokeCertificate,
  type Certificate,
} from "@hairline/core/policies";
import { InvalidArgumentError, type Command } from "commander";
import { addAuthorOptions, authorOf, type AuthorOptions } from "../author.ts";
import { sliceText, standingText } from "../certificate-text.ts";
import type { CliContext } from "../context.ts";
import type { Cell } from "../output.ts";
import { metricCell } from "../reading-options.ts";

interface ListOptions {
  readonly policy?: string;
  readonly dataset?: string;
  readonly json?: boolean;
}

export function registerCertificates(policy: Command, context: CliContext): void {
  policy
    .command("certificates")
    .description("list the certificates asked for, the latest first, refused, revoked and expired ones too")
    .option("--policy <name>", "of this policy only, all versions")
    .option("--dataset <name>", "on this dataset only")
    .option("--json", "print the result as JSON")
    .action(async (options: ListOptions) => {
      const { database } = await context.openStack();
      const certificates = await listCertificates(database, options);
      if (options.json === true) return context.output.json(certificates);
      context.output.table(
        ["id", "policy", "model", "on", "for", "claims (bound)", "confidence", "result", "asked"],
        certificates.map(listRow),
      );
    });
  addAuthorOptions(policy.command("revoke"))
    .description("mark a certificate as no longer to be relied on; it stays on record")
    .argument("<certificate>", "its id", certificateId)
    .option("--json", "print the result as JSON")
    .action(async (id: number, options: AuthorOptions & { readonly json?: boolean }) => {
      const { database } = await context.openStack();
      const revoked = await revokeCertificate(database, id, {
        by: authorOf(options) ?? null,
        note: options.note ?? null,
      });
      if (options.json === true) context.output.json(revoked);
      else context.output.line(`certificate ${id} of ${nameOf(revoked)} is revoked`);
    });
}

function certificateId(text: string): number {
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("Give the id of a certificate.");
}

function nameOf({ policy, version }: Certificate): string {
  return formatReference({ name: policy, version });
}

function listRow(certificate: Certificate): Cell[] {
  const { id, model, dataset, claims, confidence, createdAt } = certificate;
  return [
    id,
    nameOf(certificate),
    model,
    describeSelection({ dataset, filter: imageFilter(certificate) }),
    sliceText(certificate),
    claims.map(({ metric, target, bound }) => `${metric} >= ${target} (${metricCell(bound)})`).join("; "),
    confidence,
    standingText(certificate),
    createdAt.toISOString().slice(0, 10),
  ];
}
