/** Whether a host to listen on can be reached from this computer only. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127(\.\d{1,3}){3}$/.test(host);
}

/** The host of a Host header, without its port and brackets. */
export function hostOf(header: string | undefined): string {
  return (header ?? "").replace(/:\d+$/, "").replace(/^\[(.*)\]$/, "$1");
}
