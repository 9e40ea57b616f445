import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";

export interface Address {
  readonly host: string;
  readonly port: number;
}

interface Pair {
  readonly client: Socket;
  readonly server: Socket;
}

interface Waiter {
  readonly count: number;
  readonly resolve: () => void;
}

/**
 * A TCP proxy between one process and one server. It counts what the process sends, so that a fault can come at a
 * random point of its work rather than at a random time, and can be cut, silent or slow.
 */
export class Link implements AsyncDisposable {
  readonly #server: Server;
  readonly #target: () => Address;
  readonly #pairs = new Set<Pair>();
  readonly #passing: Waiter[] = [];
  readonly #refusing: Waiter[] = [];
  #awaited: { readonly text: string; readonly resolve: () => void }[] = [];
  #passed = 0;
  #refused = 0;
  #state: "open" | "cut" | "silent" = "open";
  #delayMs = 0;

  private constructor(server: Server, target: () => Address) {
    this.#server = server;
    this.#target = target;
  }

  /** @param target asked for each connection: a server that was started again may have another port */
  static async open(target: () => Address): Promise<Link> {
    const server = createServer();
    const link = new Link(server, target);
    server.on("connection", (client) => link.#accept(client));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return link;
  }

  get address(): Address {
    return { host: "127.0.0.1", port: (this.#server.address() as AddressInfo).port };
  }

  /** Resolves when the process has sent so many more packets. */
  whenPassed(packets: number): Promise<void> {
    return new Promise((resolve) => this.#passing.push({ count: this.#passed + packets, resolve }));
  }

  /** Resolves when the process sends a packet with this text in it. */
  whenCarries(text: string): Promise<void> {
    return new Promise((resolve) => this.#awaited.push({ text, resolve }));
  }

  /** Resolves when so many more connections were refused. */
  whenRefused(connections: number): Promise<void> {
    return new Promise((resolve) => this.#refusing.push({ count: this.#refused + connections, resolve }));
  }

  /** Breaks every connection and refuses new ones. */
  cut(): void {
    this.#state = "cut";
    for (const { client, server } of this.#pairs) {
      client.resetAndDestroy();
      server.resetAndDestroy();
    }
  }

  /** Connections stay and carry nothing, as when a cable is pulled: what is sent arrives once the link is healed. */
  silence(): void {
    this.#state = "silent";
    for (const { client, server } of this.#pairs) {
      client.pause();
      server.pause();
    }
  }

  heal(): void {
    this.#state = "open";
    for (const { client, server } of this.#pairs) {
      client.resume();
      server.resume();
    }
  }

  /** Every packet takes so long, each way. */
  slow(delayMs: number): void {
    this.#delayMs = delayMs;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut();
    this.#server.close();
    await once(this.#server, "close");
  }

  #accept(client: Socket): void {
    if (this.#state === "cut") {
      client.resetAndDestroy();
      this.#refused += 1;
      wake(this.#refusing, this.#refused);
      return;
    }
    const { host, port } = this.#target();
    const pair = { client, server: connect(port, host) };
    this.#pairs.add(pair);
    this.#carry(client, pair.server, (packet) => {
      this.#passed += 1;
      this.#awaited = this.#awaited.filter(({ text, resolve }) => {
        if (!packet.includes(text)) return true;
        resolve();
        return false;
      });
      wake(this.#passing, this.#passed);
    });
    this.#carry(pair.server, client, () => {});
    for (const socket of [client, pair.server]) {
      socket.setNoDelay(true);
      // The other side hears of it through the close that follows.
      socket.on("error", () => {});
      socket.once("close", () => {
        this.#pairs.delete(pair);
        client.destroy();
        pair.server.destroy();
      });
      if (this.#state === "silent") socket.pause();
    }
  }

  #carry(from: Socket, to: Socket, onPacket: (packet: Buffer) => void): void {
    from.on("data", (packet: Buffer) => {
      if (this.#delayMs === 0) to.write(packet);
      // Timers of one length fire in the order they were set: packets do not overtake each other.
      else setTimeout(() => to.write(packet), this.#delayMs);
      onPacket(packet);
    });
    from.once("end", () => setTimeout(() => to.end(), this.#delayMs));
  }
}

function wake(waiting: Waiter[], count: number): void {
  const due = waiting.filter((waiter) => waiter.count <= count);
  for (const waiter of due) {
    waiting.splice(waiting.indexOf(waiter), 1);
    waiter.resolve();
  }
}
