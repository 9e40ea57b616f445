import { once } from "node:events";
import { connect, type AddressInfo } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import Fastify from "fastify";
import { expect, it } from "vitest";
import { limitBodyTime } from "../src/plugins/body-time.ts";

it("gives up a connection whose body does not come, and lets an answer take its time", async () => {
  const server = Fastify();
  limitBodyTime(server, 50);
  server.post("/body", async () => "taken");
  server.get("/slow", async () => {
    await wait(200);
    return "answered";
  });
  await server.listen({ host: "127.0.0.1", port: 0 });
  const { port } = server.server.address() as AddressInfo;
  const socket = connect(port, "127.0.0.1");
  let answer = "";
  socket.on("data", (chunk) => (answer += chunk.toString())).on("error", () => undefined);
  const closed = once(socket, "close");
  socket.write(
    "POST /body HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{",
  );
  await closed;
  expect(answer).not.toContain("200 OK");
  expect(await (await fetch(`http://127.0.0.1:${port}/slow`)).text()).toBe("answered");
  await server.close();
});
