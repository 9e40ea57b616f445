/** A program and its arguments. */
export interface Command {
  readonly program: string;
  readonly args: readonly string[];
}

/**
 * The command as it runs where no file can grow over so many blocks (512 or 1,024 bytes, as the shell has it): a write
 * over it fails with EFBIG. Any user can do that, while a file system that is really full takes root to make.
 */
export function limitFiles({ program, args }: Command, blocks: number): Command {
  return { program: "sh", args: ["-c", 'ulimit -f "$0" && exec "$@"', String(blocks), program, ...args] };
}
