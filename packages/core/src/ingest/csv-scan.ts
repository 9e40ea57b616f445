/** One record of a CSV, or what is wrong with the line it starts on. */
export interface CsvRecord {
  /** One-based line the record starts on. */
  readonly line: number;
  readonly fields: readonly string[];
  /** Why the line cannot be read; fields is then empty. */
  readonly fault: string | undefined;
}

/** A record longer than this is a broken line: a quote that is never closed, or no CSV at all. */
export const MAX_RECORD_CHARACTERS = 65_536;

const QUOTE = 0x22;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

type Scan =
  | { readonly kind: "record"; readonly fields: string[]; readonly end: number }
  | { readonly kind: "fault"; readonly fault: string }
  | { readonly kind: "incomplete" };

/**
 * Splits CSV text (RFC 4180: quoted fields, doubled quotes, CR, LF or CRLF) into records, chunk by chunk. After a
 * broken line it goes on with the next one, which csv-parse cannot: its record limit drops the rest of the chunk.
 * Empty lines are passed over.
 */
export class CsvScanner {
  readonly #delimiter: number;
  #text = "";
  #line = 1;
  /** Inside a line too long to keep, up to its end. */
  #discarding = false;

  constructor(delimiter: string) {
    this.#delimiter = delimiter.charCodeAt(0);
  }

  /** The records that end in this chunk. */
  *push(chunk: string): Generator<CsvRecord> {
    this.#text += chunk;
    yield* this.#drain(false);
  }

  /** The last record, when the text does not end in a line break. */
  *finish(): Generator<CsvRecord> {
    yield* this.#drain(true);
  }

  *#drain(final: boolean): Generator<CsvRecord> {
    let position = 0;
    while (position < this.#text.length) {
      if (this.#discarding) {
        const next = this.#afterLineBreak(position, final);
        if (next === undefined) {
          // A CR at the end stays: whether an LF follows decides where the next line begins.
          position = this.#text.length - (this.#text.endsWith("\r") && !final ? 1 : 0);
          break;
        }
        this.#discarding = false;
        position = next;
        continue;
      }
      const scan = scanRecord(this.#text, position, { delimiter: this.#delimiter, final });
      if (scan.kind === "incomplete") break;
      if (scan.kind === "record") {
        const { fields } = scan;
        if (fields.length > 1 || fields[0]?.trim() !== "")
          yield { line: this.#line, fields, fault: undefined };
        this.#line += countLineBreaks(this.#text, position, scan.end);
        position = scan.end;
      } else {
        yield { line: this.#line, fields: [], fault: scan.fault };
        this.#discarding = true;
      }
    }
    this.#text = this.#text.slice(position);
  }

  #afterLineBreak(position: number, final: boolean): number | undefined {
    for (let index = position; index < this.#text.length; index += 1) {
      const code = this.#text.charCodeAt(index);
      if (code !== LINE_FEED && code !== CARRIAGE_RETURN) continue;
      const end = lineBreakEnd(this.#text, index, final);
      if (end === undefined) return undefined;
      this.#line += 1;
      return end;
    }
    return undefined;
  }
}

function scanRecord(text: string, start: number, options: { delimiter: number; final: boolean }): Scan {
  const fields: string[] = [];
  let position = start;
  for (;;) {
    const field = scanField(text, position, options);
    if (field.kind === "fault") return field;
    if (field.kind === "incomplete" || field.end - start > MAX_RECORD_CHARACTERS) {
      if (text.length - start > MAX_RECORD_CHARACTERS) {
        return { kind: "fault", fault: `has a record longer than ${MAX_RECORD_CHARACTERS} characters` };
      }
      return { kind: "incomplete" };
    }
    fields.push(field.value);
    if (field.end === text.length && field.closed === "end")
      return { kind: "record", fields, end: field.end };
    if (field.closed === "line") return { kind: "record", fields, end: field.end };
    position = field.end;
  }
}

type FieldScan =
  | {
      readonly kind: "field";
      readonly value: string;
      readonly end: number;
      readonly closed: "delimiter" | "line" | "end";
    }
  | { readonly kind: "fault"; readonly fault: string }
  | { readonly kind: "incomplete" };

function scanField(text: string, start: number, options: { delimiter: number; final: boolean }): FieldScan {
  if (text.charCodeAt(start) === QUOTE) return scanQuotedField(text, start, options);
  for (let index = start; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code === options.delimiter || code === LINE_FEED || code === CARRIAGE_RETURN) {
      return closeField(text.slice(start, index), { text, index, ...options });
    }
  }
  return options.final
    ? { kind: "field", value: text.slice(start), end: text.length, closed: "end" }
    : { kind: "incomplete" };
}

function scanQuotedField(
  text: string,
  start: number,
  options: { delimiter: number; final: boolean },
): FieldScan {
  let index = start + 1;
  for (;;) {
    index = text.indexOf('"', index);
    if (index === -1)
      return options.final ? { kind: "fault", fault: "has a quote that is never closed" } : INCOMPLETE;
    if (index + 1 >= text.length && !options.final) return INCOMPLETE;
    if (text.charCodeAt(index + 1) !== QUOTE) break;
    index += 2;
  }
  const value = text.slice(start + 1, index).replaceAll('""', '"');
  return closeField(value, { text, index: index + 1, ...options });
}

function closeField(
  value: string,
  at: { text: string; index: number; delimiter: number; final: boolean },
): FieldScan {
  const { text, index } = at;
  if (index >= text.length) return { kind: "field", value, end: text.length, closed: "end" };
  const code = text.charCodeAt(index);
  if (code === at.delimiter) return { kind: "field", value, end: index + 1, closed: "delimiter" };
  if (code !== LINE_FEED && code !== CARRIAGE_RETURN) {
    return { kind: "fault", fault: "has text after a closing quote" };
  }
  const end = lineBreakEnd(text, index, at.final);
  return end === undefined ? INCOMPLETE : { kind: "field", value, end, closed: "line" };
}

const INCOMPLETE = { kind: "incomplete" } as const;

/** Where the next line begins; undefined when a CR ends the chunk and its LF may follow. */
function lineBreakEnd(text: string, index: number, final: boolean): number | undefined {
  if (text.charCodeAt(index) === LINE_FEED) return index + 1;
  if (index + 1 >= text.length) return final ? index + 1 : undefined;
  return text.charCodeAt(index + 1) === LINE_FEED ? index + 2 : index + 1;
}

function countLineBreaks(text: string, start: number, end: number): number {
  let count = 0;
  for (let index = start; index < end; index += 1) {
    const code = text.charCodeAt(index);
    if (code === LINE_FEED || (code === CARRIAGE_RETURN && text.charCodeAt(index + 1) !== LINE_FEED))
      count += 1;
  }
  return count;
}
