/**
 * Address to start a worker thread from, for a module beside the caller.
 *
 * Built code is JavaScript and starts as it is. TypeScript sources need tsx, which registers itself only in the
 * main thread although `--import tsx` is inherited, so the thread registers it before it imports the module.
 *
 * @param name path without extension, relative to the caller: "./decode-thread"
 * @param callerUrl the caller's `import.meta.url`
 */
export function threadUrl(name: string, callerUrl: string): URL {
  if (!new URL(callerUrl).pathname.endsWith(".ts")) return new URL(`${name}.js`, callerUrl);
  const source = new URL(`${name}.ts`, callerUrl).href;
  const tsx = import.meta.resolve("tsx/esm/api");
  const bootstrap =
    `import { register } from ${JSON.stringify(tsx)}; register(); ` +
    `await import(${JSON.stringify(source)});`;
  return new URL(`data:text/javascript,${encodeURIComponent(bootstrap)}`);
}
