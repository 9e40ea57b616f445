// A driver that ends the process.
process.stderr.write("driver: out of luck\n", () => process.kill(process.pid, "SIGSEGV"));
