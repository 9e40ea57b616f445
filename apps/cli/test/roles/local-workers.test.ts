import { describe, expect, it } from "vitest";
import { chooseLocalWorkers, parseDevices, workerEnvironments } from "../../src/roles/local-workers.ts";

describe("parseDevices", () => {
  it.each([
    ["0", [0]],
    ["0,1", [0, 1]],
    ["3,0,1023", [3, 0, 1023]],
  ])("reads %s", (text, gpus) => {
    expect(parseDevices(text)).toEqual(gpus);
  });

  it.each(["", ",", "0,", "0, 1", "-1", "1.5", "a", "1024", "0x1", "0,1,0", "00,0"])("refuses %j", (text) => {
    expect(() => parseDevices(text)).toThrow(expect.objectContaining({ code: "commander.invalidArgument" }));
  });
});

describe("chooseLocalWorkers", () => {
  it("starts one worker unless told otherwise", () => {
    expect(chooseLocalWorkers({}, {})).toEqual({ count: 1 });
    expect(chooseLocalWorkers({ workers: 3 }, {})).toEqual({ count: 3 });
    expect(chooseLocalWorkers({ workers: 0 }, {})).toEqual({ count: 0 });
  });

  it.each(["cuda", "tensorrt"])("starts a worker for each GPU on %s", (engine) => {
    const workers = chooseLocalWorkers({ devices: [2, 0] }, { HAIRLINE_ENGINE: engine });
    expect(workers).toEqual({ count: 2, gpus: [2, 0] });
  });

  it.each([undefined, "cpu", "webgpu", "tfjs"])("refuses GPUs for %s, which takes no number", (engine) => {
    const environment = engine === undefined ? {} : { HAIRLINE_ENGINE: engine };
    expect(() => chooseLocalWorkers({ devices: [0] }, environment)).toThrow(
      expect.objectContaining({ code: "BAD_ARGUMENT", field: "--devices" }),
    );
  });

  it("refuses a number of workers beside the GPUs", () => {
    expect(() => chooseLocalWorkers({ devices: [0, 1], workers: 2 }, { HAIRLINE_ENGINE: "cuda" })).toThrow(
      expect.objectContaining({ code: "BAD_ARGUMENT", field: "--workers" }),
    );
  });
});

describe("workerEnvironments", () => {
  it.each([
    // Cores left over go to the first workers; a worker never has less than one.
    { cores: 4, count: 1, shares: ["4"] },
    { cores: 4, count: 2, shares: ["2", "2"] },
    { cores: 4, count: 3, shares: ["2", "1", "1"] },
    { cores: 4, count: 6, shares: ["1", "1", "1", "1", "1", "1"] },
    { cores: 4, count: 0, shares: [] },
    { cores: 96, count: 8, shares: Array.from({ length: 8 }, () => "12") },
  ])("divides $cores cores among $count workers", ({ cores, count, shares }) => {
    const environments = workerEnvironments({ count }, { cores, environment: {} });
    expect(environments.map((each) => each["HAIRLINE_CORES"])).toEqual(shares);
    // libuv's own four at least, and room for a decoder on every core.
    expect(environments.map((each) => each["UV_THREADPOOL_SIZE"])).toEqual(
      shares.map((share) => String(Math.max(4, Number(share)))),
    );
    expect(environments.every((each) => !("HAIRLINE_GPU" in each))).toBe(true);
  });

  it("gives each worker its GPU, also where the environment names one", () => {
    const environments = workerEnvironments(
      { count: 2, gpus: [3, 1] },
      { cores: 5, environment: { HAIRLINE_ENGINE: "cuda", HAIRLINE_GPU: "0", DATABASE_URL: "postgres://x" } },
    );
    expect(environments).toEqual([
      {
        HAIRLINE_ENGINE: "cuda",
        DATABASE_URL: "postgres://x",
        HAIRLINE_GPU: "3",
        HAIRLINE_CORES: "3",
        UV_THREADPOOL_SIZE: "4",
      },
      {
        HAIRLINE_ENGINE: "cuda",
        DATABASE_URL: "postgres://x",
        HAIRLINE_GPU: "1",
        HAIRLINE_CORES: "2",
        UV_THREADPOOL_SIZE: "4",
      },
    ]);
  });

  it.each([
    [{ HAIRLINE_CORES: "12" }, { HAIRLINE_CORES: "12", UV_THREADPOOL_SIZE: "12" }],
    [{ HAIRLINE_CORES: "auto" }, { HAIRLINE_CORES: "8", UV_THREADPOOL_SIZE: "8" }],
    [{ HAIRLINE_DECODE_THREADS: "20" }, { HAIRLINE_CORES: "8", UV_THREADPOOL_SIZE: "20" }],
    [{ HAIRLINE_DECODE_THREADS: "auto" }, { HAIRLINE_CORES: "8", UV_THREADPOOL_SIZE: "8" }],
    [{ UV_THREADPOOL_SIZE: "6" }, { HAIRLINE_CORES: "8", UV_THREADPOOL_SIZE: "6" }],
    // The worker says what is wrong with it.
    [{ HAIRLINE_CORES: "many" }, { HAIRLINE_CORES: "many", UV_THREADPOOL_SIZE: "4" }],
  ])("keeps what %j sets", (environment, expected) => {
    for (const each of workerEnvironments({ count: 2 }, { cores: 16, environment }))
      expect(each).toMatchObject(expected);
  });
});
