import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const ROOT = fileURLToPath(new URL("../../../../", import.meta.url));
/** How a statement or a part of one begins; a message to people begins with a capital. */
const STATEMENT =
  /^\s*(?:select|with \w+ as|insert into|update \w+ set|delete from|merge into|copy|declare|where|join|order by)\s/;
/** Constants of modules, such as lists of columns. */
const CONSTANT = /^[A-Z][A-Z0-9_]*$/;

/** What else becomes part of a statement, and why it can be no value that someone sent. */
const ALLOWED: Readonly<Record<string, { readonly parts: readonly string[]; readonly because: string }>> =
  JSON.parse(readFileSync(new URL("bound-sql-allowed.json", import.meta.url), "utf8")) as Record<
    string,
    { parts: string[]; because: string }
  >;

interface Interpolation {
  readonly file: string;
  readonly part: string;
}

function templatesOf(source: string): string[] {
  return [...source.matchAll(/`((?:[^`\\]|\\.)*)`/gs)].map(([, text = ""]) => text);
}

function interpolations(file: string): Interpolation[] {
  const source = readFileSync(`${ROOT}${file}`, "utf8").replaceAll(/\/\*[^]*?\*\/|^\s*\/\/.*$/gm, "");
  const passed = [...source.matchAll(/\bquery\s*(?:<[^`;()]*>)?\(\s*`((?:[^`\\]|\\.)*)`/gs)];
  const statements = new Set([
    ...passed.map(([, text = ""]) => text),
    ...templatesOf(source).filter((text) => STATEMENT.test(text)),
  ]);
  return [...statements]
    .flatMap((text) => [...text.matchAll(/\$\{([^}]*)\}/g)])
    .map(([, part = ""]) => ({ file, part: part.trim() }))
    .filter(({ part }) => !CONSTANT.test(part));
}

/** A workspace without sources of its own has no folder. */
function sourcesOf(folder: string): string[] {
  if (!existsSync(join(ROOT, folder))) return [];
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => `${folder}/${name.replaceAll("\\", "/")}`);
}

describe("statements in the sources", () => {
  const files = ["packages", "apps"]
    .flatMap((group) => readdirSync(join(ROOT, group)).map((name) => `${group}/${name}/src`))
    .flatMap((folder) => sourcesOf(folder))
    .toSorted();
  const found = files.flatMap(interpolations);

  it("are looked for where they are", () => {
    expect(files.length).toBeGreaterThan(300);
    expect(found.length).toBeGreaterThan(10);
  });

  it("take values as bound parameters: what else becomes part of one is listed with its reason", () => {
    const parts = new Map<string, Set<string>>();
    for (const { file, part } of found) parts.set(file, (parts.get(file) ?? new Set()).add(part));
    const listed = Object.fromEntries([...parts].map(([file, set]) => [file, [...set].toSorted()]));
    expect(listed).toEqual(
      Object.fromEntries(Object.entries(ALLOWED).map(([file, { parts: of }]) => [file, of.toSorted()])),
    );
    for (const { because } of Object.values(ALLOWED)) expect(because.length).toBeGreaterThan(20);
  });
});
