/** Of this release: of the command, the reports it writes and the workers it starts. */
export const VERSION = "0.1.0";
