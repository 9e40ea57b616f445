/** SHA-256 over the chart and the values it is rendered with: names and contents of all files, in order of names. */
export function chartDigest(): string;
