/** Markup that is safe to insert as it is. */
export interface Html {
  readonly html: string;
}

/** A template whose values are escaped unless they are Html themselves; null and undefined leave nothing. */
export function html(parts: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  return { html: parts.reduce((text, part, index) => `${text}${render(values[index - 1])}${part}`) };
}

export type HtmlValue = string | number | null | undefined | Html | readonly Html[];

function render(value: HtmlValue): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "object")
    return "html" in value ? value.html : value.map((item) => item.html).join("");
  return escapeText(String(value));
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escapeText(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}

/** Markup from a file of our own, such as the style sheet. */
export function trusted(text: string): Html {
  return { html: text };
}
