process.send?.({ available: true, version: "1.0.0", device: "toy", notes: [] }, () =>
  process.kill(process.pid, "SIGSEGV"),
);
