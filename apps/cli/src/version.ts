/** Of the command and of the reports it writes. */
export const VERSION = "0.1.0";
