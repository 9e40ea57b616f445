import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isHairlineError } from "@hairline/core/errors";
import { ByteCursor } from "../../src/weights/pickle/cursor.ts";
import { readPickle } from "../../src/weights/pickle/read-pickle.ts";

const read = (...bytes: (number | string)[]): unknown =>
  readPickle(
    new ByteCursor(Buffer.concat(bytes.map((part) => Buffer.from(typeof part === "string" ? part : [part])))),
  );

function outcome(bytes: Uint8Array): string {
  try {
    readPickle(new ByteCursor(bytes));
    return "value";
  } catch (error) {
    return isHairlineError(error) ? error.code : String(error);
  }
}

describe("readPickle", () => {
  test.each([
    ["a small integer", ["K", 7, "."], 7],
    ["a negative integer", ["J", 0xfe, 0xff, 0xff, 0xff, "."], -2],
    ["a long of zero bytes", [0x8a, 0, "."], 0],
    ["a negative long", [0x8a, 1, 0xff, "."], -1],
    ["a long above 2^53", [0x8a, 8, 0, 0, 0, 0, 0, 0, 0, 0x40, "."], 2n ** 62n],
    ["a float", ["G", 0x3f, 0xe0, 0, 0, 0, 0, 0, 0, "."], 0.5],
    ["a list built by APPENDS", ["](K", 1, "K", 2, "e."], [1, 2]],
    ["a dict that a memo entry repeats", ["}q", 0, "0h", 0, "."], new Map()],
  ])("reads %s", (_, bytes, value) => {
    expect(read(...bytes)).toEqual(value);
  });

  test.each([
    ["no operations", []],
    ["an empty stack at STOP", ["."]],
    ["a pop below a mark", ["K", 1, "(0."]],
    ["a tuple without a mark", ["t."]],
    ["an unknown memo entry", ["h", 3, "."]],
    ["an append to a dict", ["}K", 1, "a."]],
    ["an odd number of dict items", ["}(K", 1, "u."]],
    ["a text longer than the file", ["X", 0xff, 0xff, 0xff, 0x7f, "a."]],
    ["a call of a list", ["])R."]],
    ["a persistent id outside a torch file", ["K", 1, "Q."]],
    ["a name without a newline", ["ccollections"]],
    ["an operation that does not exist", [0xff, "."]],
  ])("refuses %s as damaged", (_, bytes) => {
    expect(() => read(...bytes)).toThrow(expect.objectContaining({ code: "WEIGHTS_UNREADABLE" }));
  });

  test.each([
    ["eval", ["cbuiltins\neval\n."], "builtins.eval"],
    ["a name given on the stack", [0x8c, 2, "os", 0x8c, 6, "system", 0x93, "."], "os.system"],
    ["an inherited property name", ["c__proto__\nconstructor\n."], "__proto__.constructor"],
    ["control characters in a name", ["cos\u001b[2J\nsystem\n."], "os?[2J.system"],
    ["a call of a storage class", ["ctorch\nFloatStorage\n)R."], "torch.FloatStorage"],
    ["NEWOBJ", ["ccollections\nOrderedDict\n)", 0x81, "."], "NEWOBJ"],
    ["INST", ["(ios\nsystem\n."], "INST"],
    ["state for a tuple", [")}b."], "BUILD"],
  ])("refuses %s as unsafe and names it", (_, bytes, field) => {
    expect(() => read(...bytes)).toThrow(expect.objectContaining({ code: "WEIGHTS_UNSAFE_PICKLE", field }));
  });

  test("bounds the length of a text", () => {
    const size = 2 ** 20 + 1;
    const length = Buffer.alloc(4);
    length.writeUInt32LE(size);
    const bytes = Buffer.concat([Buffer.from("X"), length, Buffer.alloc(size, "a"), Buffer.from(".")]);
    expect(() => readPickle(new ByteCursor(bytes))).toThrow(
      expect.objectContaining({ code: "WEIGHTS_UNREADABLE" }),
    );
  });

  test("bounds the number of operations", () => {
    const endless = Buffer.concat([Buffer.alloc(1_000_001, "N"), Buffer.from(".")]);
    expect(() => readPickle(new ByteCursor(endless))).toThrow(
      expect.objectContaining({ code: "WEIGHTS_UNREADABLE" }),
    );
  });

  test("ends every sequence of operations with a value or a coded error", () => {
    const operations = Buffer.from(
      "}])(N0atseubRQ.K\u0001q\u0001h\u0001\u0085\u0086\u0087\u0094\u0089\u0093",
      "latin1",
    );
    const program = fc.array(fc.constantFrom(...operations), { maxLength: 60 });
    fc.assert(
      fc.property(program, (bytes) => {
        expect(outcome(Uint8Array.from([...bytes, 0x2e]))).toMatch(/^(value|WEIGHTS_\w+)$/);
      }),
      { numRuns: 5000 },
    );
  });
});
