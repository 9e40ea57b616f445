import { readFile } from "node:fs/promises";

/** Linux counts in hundredths of a second for programs, whatever the kernel's own tick. */
const TICKS_A_SECOND = 100;

/** Seconds that all threads of a process ran since it started; NaN where the system does not tell. */
export async function processorSeconds(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  // The second field, the program's name in brackets, can hold blanks; user and system time are the 14th and 15th.
  const [user, system] = stat
    .slice(stat.lastIndexOf(")") + 2)
    .split(" ")
    .slice(11, 13);
  return (Number(user) + Number(system)) / TICKS_A_SECOND;
}
