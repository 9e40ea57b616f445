/** What the API said; undefined parts were not in the answer. */
export interface ApiAnswer {
  readonly status: number;
  readonly runId: string | undefined;
  /** Of a problem. */
  readonly code: string | undefined;
}

/** The requests a client of the API makes to have an archive scored. */
export class ApiClient {
  readonly #origin: string;

  /** @param ready what the API told its parent when it was ready */
  constructor(ready: unknown) {
    const { addresses } = ready as { addresses: readonly { address: string; port: number }[] };
    const [first] = addresses;
    if (first === undefined) throw new Error("the API listens on no address");
    this.#origin = `http://${first.address}:${first.port}`;
  }

  /** @throws TypeError when the connection broke before an answer */
  async createRun(idempotencyKey: string): Promise<ApiAnswer> {
    const answer = await fetch(`${this.#origin}/v1/runs`, {
      method: "POST",
      headers: { "content-type": "application/json", "idempotency-key": idempotencyKey },
      body: JSON.stringify({ dataset: "archive", model: "tiny", shardSize: 4 }),
    });
    const { runId, code } = (await answer.json()) as { runId?: string; code?: string };
    return { status: answer.status, runId, code };
  }
}
