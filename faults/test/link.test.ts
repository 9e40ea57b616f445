import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { expect, it } from "vitest";
import { Link } from "../src/stage/link.ts";

/** A server that sends back what it gets, and a link to it. */
async function linkToEcho() {
  const server = createServer((socket) => socket.on("error", () => {}).pipe(socket));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const link = await Link.open(() => ({ host: "127.0.0.1", port }));
  return {
    link,
    async [Symbol.asyncDispose]() {
      await link[Symbol.asyncDispose]();
      server.close();
      await once(server, "close");
    },
  };
}

async function connectTo({ address }: Link): Promise<Socket> {
  const socket = connect(address.port, address.host);
  socket.setEncoding("utf8").on("error", () => {});
  await once(socket, "connect");
  return socket;
}

/** Whether it ends in order or broken. */
function whenClosed(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.once("close", () => resolve()));
}

async function echo(socket: Socket, text: string): Promise<string> {
  const answer = once(socket, "data");
  socket.write(text);
  return String((await answer)[0]);
}

it("carries bytes both ways, also slowly, and counts what is sent", async () => {
  await using echoes = await linkToEcho();
  const socket = await connectTo(echoes.link);
  const passed = echoes.link.whenPassed(2);
  const carried = echoes.link.whenCarries("se");
  expect(await echo(socket, "first")).toBe("first");
  echoes.link.slow(5);
  expect(await echo(socket, "second")).toBe("second");
  await Promise.all([passed, carried]);
});

it("breaks connections when it is cut, refuses new ones, and takes them when it is healed", async () => {
  await using echoes = await linkToEcho();
  const { link } = echoes;
  const socket = await connectTo(link);
  expect(await echo(socket, "before")).toBe("before");
  const broken = whenClosed(socket);
  const refused = link.whenRefused(1);
  link.cut();
  await broken;
  const { port, host } = link.address;
  await Promise.all([refused, whenClosed(connect(port, host).on("error", () => {}))]);
  link.heal();
  expect(await echo(await connectTo(link), "after")).toBe("after");
});

it("holds what is sent while it is silent, and delivers it when it is healed", async () => {
  await using echoes = await linkToEcho();
  const { link } = echoes;
  const socket = await connectTo(link);
  expect(await echo(socket, "before")).toBe("before");
  link.silence();
  let heard = false;
  const answer = echo(socket, "late").then((text) => {
    heard = true;
    return text;
  });
  // A connection made meanwhile proves that the loop went round: it is accepted, and as silent.
  await connectTo(link);
  expect(heard).toBe(false);
  link.heal();
  expect(await answer).toBe("late");
});
