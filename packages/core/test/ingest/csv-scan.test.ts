import { CsvScanner, MAX_RECORD_CHARACTERS, type CsvRecord } from "@hairline/core/ingest";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

function scan(text: string, chunkLength = text.length + 1, delimiter = ","): CsvRecord[] {
  const scanner = new CsvScanner(delimiter);
  const records: CsvRecord[] = [];
  for (let start = 0; start < text.length; start += chunkLength) {
    records.push(...scanner.push(text.slice(start, start + chunkLength)));
  }
  return [...records, ...scanner.finish()];
}

const rows = (text: string): unknown[] =>
  scan(text).map(({ line, fields, fault }) => [line, fault ?? fields]);

test.each<[string, unknown[]]>([
  ["", []],
  ["\n\r\n\r  \n", []],
  ["a,b", [[1, ["a", "b"]]]],
  ["a,b\n", [[1, ["a", "b"]]]],
  [
    "a,\n,b\n,",
    [
      [1, ["a", ""]],
      [2, ["", "b"]],
      [3, ["", ""]],
    ],
  ],
  [
    "a\r\nb\rc\nd",
    [
      [1, ["a"]],
      [2, ["b"]],
      [3, ["c"]],
      [4, ["d"]],
    ],
  ],
  [
    "a\n\n\nb",
    [
      [1, ["a"]],
      [4, ["b"]],
    ],
  ],
  ['"a,1","b""2"""', [[1, ["a,1", 'b"2"']]]],
  [
    '"x\r\ny\nz",1\nb,2',
    [
      [1, ["x\r\ny\nz", "1"]],
      [4, ["b", "2"]],
    ],
  ],
  [
    '5" nail,a"b\nc,d',
    [
      [1, ['5" nail', 'a"b']],
      [2, ["c", "d"]],
    ],
  ],
  ['"",a', [[1, ["", "a"]]]],
])("%j reads as %j", (text, expected) => {
  expect(rows(text)).toEqual(expected);
});

test.each<[string, unknown[]]>([
  [
    'a\n"b"x,1\nc',
    [
      [1, ["a"]],
      [2, "has text after a closing quote"],
      [3, ["c"]],
    ],
  ],
  [
    'a\n"b,1\nc\nd,2',
    [
      [1, ["a"]],
      [2, "has a quote that is never closed"],
      [3, ["c"]],
      [4, ["d", "2"]],
    ],
  ],
  // The open quote of line 1 closes at the first quote of line 2: only line 1 is broken.
  [
    '"a,1\n"b",2\nc',
    [
      [1, "has text after a closing quote"],
      [2, ["b", "2"]],
      [3, ["c"]],
    ],
  ],
])("after a broken line, %j goes on with the next one", (text, expected) => {
  expect(rows(text)).toEqual(expected);
});

describe("a record too long to keep", () => {
  const tooLong = `has a record longer than ${MAX_RECORD_CHARACTERS} characters`;

  test.each([
    ["in one field", "x".repeat(MAX_RECORD_CHARACTERS + 2)],
    ["in many fields", "x,".repeat(MAX_RECORD_CHARACTERS)],
    ["behind a quote that is not closed in time", `"${"x".repeat(MAX_RECORD_CHARACTERS + 2)}"`],
  ])("%s is one fault, and the next line is read", (_, record) => {
    const text = `a\r\n${record}\r\nb,1`;
    const expected = [
      { line: 1, fields: ["a"], fault: undefined },
      { line: 2, fields: [], fault: tooLong },
      { line: 3, fields: ["b", "1"], fault: undefined },
    ];
    expect(scan(text)).toEqual(expected);
    expect(scan(text, 1000)).toEqual(expected);
  });

  test("ends at a lone CR on a chunk's edge", () => {
    const scanner = new CsvScanner(",");
    const first = [...scanner.push(`${"x".repeat(MAX_RECORD_CHARACTERS + 2)}\r`)];
    expect(first.map(({ fault }) => fault)).toEqual([tooLong]);
    const rest = [...scanner.push("b"), ...scanner.finish()];
    expect(rest).toEqual([{ line: 2, fields: ["b"], fault: undefined }]);
  });
});

test("records do not depend on where chunks end", () => {
  const piece = fc.constantFrom("a", ",", '"', '""', "\n", "\r", "\r\n", " ", "é");
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), fc.integer({ min: 1, max: 5 }), (pieces, chunkLength) => {
      const text = pieces.join("");
      expect(scan(text, chunkLength)).toEqual(scan(text));
    }),
  );
});

test("what was written by the rules is read back", () => {
  const field = fc.string({ unit: fc.constantFrom("a", ";", '"', "\n", "\r", " ", "1") });
  const table = fc.array(fc.array(field, { minLength: 2, maxLength: 4 }), { maxLength: 6 });
  fc.assert(
    fc.property(table, fc.constantFrom("\n", "\r\n"), (written, lineBreak) => {
      const quoted = written.map((fields) =>
        fields.map((text) => `"${text.replaceAll('"', '""')}"`).join(";"),
      );
      const read = scan(quoted.join(lineBreak), 7, ";");
      expect(read.map(({ fields }) => fields)).toEqual(written);
      expect(read.every(({ fault }) => fault === undefined)).toBe(true);
    }),
  );
});
