import { HairlineError } from "../errors.ts";

/** A named, versioned thing as a user writes it: `name`, for the latest version, or `name@version`. */
export interface Reference {
  readonly name: string;
  readonly version: number | undefined;
}

const NAME = "[A-Za-z0-9][A-Za-z0-9._-]{0,99}";
const REFERENCE = new RegExp(`^(${NAME})(?:@([1-9][0-9]{0,8}))?$`);

/** @throws HairlineError BAD_ARGUMENT when the text is neither `name` nor `name@version` */
export function parseReference(field: string, text: string): Reference {
  const parsed = REFERENCE.exec(text);
  const [, name, version] = parsed ?? [];
  if (name !== undefined) return { name, version: version === undefined ? undefined : Number(version) };
  throw new HairlineError("BAD_ARGUMENT", `${JSON.stringify(text)} is neither a name nor name@version.`, {
    field,
    remedy:
      "Use up to 100 letters, digits, dots, dashes and underscores, then @ and a version if one is meant.",
  });
}

/** @throws HairlineError BAD_ARGUMENT when the text is not a name without a version */
export function checkName(field: string, text: string): string {
  const { name, version } = parseReference(field, text);
  if (version === undefined) return name;
  throw new HairlineError("BAD_ARGUMENT", `${JSON.stringify(text)} names a version.`, {
    field,
    remedy: "Leave the version out: a new one is counted up from the last.",
  });
}

export function formatReference({ name, version }: { name: string; version: number }): string {
  return `${name}@${version}`;
}
