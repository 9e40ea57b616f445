/** Markup that is safe to insert as it is. */
export interface Html {
  readonly html: string;
}

export type HtmlValue = string | number | Html | readonly Html[];

/** A template whose values are escaped, in text and in quoted attributes alike, unless they are Html themselves. */
export function html(parts: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  const rendered = values.map(render);
  return { html: parts.reduce((text, part, index) => `${text}${rendered[index - 1] ?? ""}${part}`) };
}

function render(value: HtmlValue): string {
  if (typeof value === "string") return escapeText(value);
  if (typeof value === "number") return String(value);
  return "html" in value ? value.html : value.map((item) => item.html).join("");
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Control and direction characters of an archive's names would change what a reader sees. */
const INVISIBLE = /[\p{Cc}\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu;

function escapeText(text: string): string {
  return text
    .replaceAll(INVISIBLE, "\uFFFD")
    .replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}

/** Markup from a file of our own, such as the style sheet. */
export function trusted(text: string): Html {
  return { html: text };
}
