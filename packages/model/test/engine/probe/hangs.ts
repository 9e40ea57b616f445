// A driver that never comes back: a timer keeps the process.
setInterval(() => {}, 60_000);
