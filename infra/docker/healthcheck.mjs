// Whether the role of this container is ready: the probe of its metrics port. Exit code 0: yes, 1: no, and why on stderr.
// A container that serves no metrics, such as one for a single command, has nothing to answer for.
const { HAIRLINE_METRICS_PORT: port } = process.env;

if (port !== undefined && port !== "") {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/readyz`, { signal: AbortSignal.timeout(8_000) });
    if (!response.ok) {
      console.error(await response.text());
      process.exitCode = 1;
    }
  } catch (error) {
    console.error(`no answer on port ${port}: ${error.cause?.code ?? error.name}`);
    process.exitCode = 1;
  }
}
