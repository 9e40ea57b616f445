import { basename } from "node:path";
import { HairlineError } from "@hairline/core/errors";

const MAX_LENGTH = 100;
/** As the table's check has it. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;
const WEIGHTS_EXTENSION = /\.(safetensors|pth\.tar|pth|pt|ckpt|bin)$/i;

/** @throws HairlineError BAD_ARGUMENT */
export function checkModelName(name: string): string {
  if (NAME.test(name)) return name;
  throw new HairlineError("BAD_ARGUMENT", `${JSON.stringify(name)} cannot name a model.`, {
    field: "name",
    remedy: "Use up to 100 letters, digits, dots, dashes and underscores, beginning with a letter or digit.",
  });
}

/** A model's name from its file's: without folder and extension, other characters replaced by dashes. */
export function modelNameOf(path: string): string {
  const stem = basename(path).replace(WEIGHTS_EXTENSION, "");
  const name = stem
    .normalize("NFKD")
    .replaceAll(/\p{M}/gu, "")
    .replaceAll(/[^A-Za-z0-9._-]+/g, "-")
    .replace(/^[^A-Za-z0-9]+/, "")
    .slice(0, MAX_LENGTH)
    .replace(/-+$/, "");
  return name === "" ? "model" : name;
}
