import {
  clearCache,
  inspectCache,
  verifyCache,
  type CacheFolderReport,
} from "@hairline/imaging/decoded-cache";
import type { Command } from "commander";
import type { CliContext } from "../context.ts";
import { formatCount } from "../progress.ts";

interface JsonOption {
  readonly json?: boolean;
}

export function registerCache(program: Command, context: CliContext): void {
  const cache = program
    .command("cache")
    .description("look after the cache of decoded images (HAIRLINE_DECODED_CACHE, score --decoded-cache)");
  cache
    .command("show", { isDefault: true })
    .description("say where it is and what it holds")
    .option("--json", "print the result as JSON")
    .action((options: JsonOption) => show(context, options));
  cache
    .command("verify")
    .description("read every record and take the damaged ones out; their files will be decoded again")
    .option("--json", "print the result as JSON")
    .action((options: JsonOption) => verify(context, options));
  cache
    .command("clear")
    .description("remove all of it; scoring that goes on begins a new one")
    .option("--json", "print the result as JSON")
    .action((options: JsonOption) => clear(context, options));
}

async function show({ config, output }: CliContext, { json }: JsonOption): Promise<void> {
  const folder = config.decodedCacheRoot;
  const parts = await inspectCache(folder);
  const total = (count: (part: CacheFolderReport) => number) =>
    parts.reduce((sum, part) => sum + count(part), 0);
  const records = total((part) => part.records);
  const bytes = total((part) => part.byteSize);
  if (json === true) {
    return output.json({
      folder,
      records,
      packs: total((part) => part.packs),
      bytes,
      parts: parts.map(({ byteSize, lastUsed, ...part }) => ({
        ...part,
        bytes: byteSize,
        last_used: lastUsed,
      })),
    });
  }
  output.line(`${folder}: ${formatCount(records)} decoded images, ${gigabytes(bytes)} GB`);
  if (parts.length === 0) return;
  output.table(
    ["pixel fingerprint", "images", "packs", "GB", "last used"],
    parts.map(({ fingerprint, records: images, packs, byteSize, lastUsed }) => [
      fingerprint.slice(0, 12),
      images,
      packs,
      gigabytes(byteSize),
      lastUsed?.toISOString().slice(0, 16) ?? null,
    ]),
  );
}

async function verify({ config, output, signal }: CliContext, { json }: JsonOption): Promise<void> {
  const { sound, damaged } = await verifyCache(config.decodedCacheRoot, signal);
  if (json === true) return output.json({ sound, damaged });
  output.line(`${formatCount(sound)} records are sound; ${formatCount(damaged)} were damaged and taken out`);
}

async function clear({ config, output }: CliContext, { json }: JsonOption): Promise<void> {
  const bytes = await clearCache(config.decodedCacheRoot);
  if (json === true) return output.json({ folder: config.decodedCacheRoot, removed_bytes: bytes });
  output.line(`removed ${gigabytes(bytes)} GB`);
}

function gigabytes(bytes: number): number {
  return Number((bytes / 1e9).toFixed(3));
}
