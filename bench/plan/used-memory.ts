import { connect } from "node:net";

/** Bytes a Redis without a password says it uses (`used_memory`). */
export function usedMemory(url: string): Promise<number> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port) }, () => socket.write("INFO memory\r\n"));
    let answer = "";
    socket.setEncoding("utf8");
    socket.on("data", (chunk: string) => {
      answer += chunk;
      const [, bytes] = /\bused_memory:(\d+)\r\n/.exec(answer) ?? [];
      if (bytes === undefined) return;
      socket.destroy();
      resolve(Number(bytes));
    });
    socket.once("error", reject);
    socket.once("end", () => reject(new Error("Redis closed the connection without telling its memory")));
  });
}
