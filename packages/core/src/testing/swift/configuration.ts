import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

export const SWIFT_SERVERS = ["account", "container", "object", "proxy"] as const;
export type SwiftServer = (typeof SWIFT_SERVERS)[number];
export type SwiftPorts = Readonly<Record<SwiftServer, number>>;

export const S3_REGION = "us-east-1";

export interface SwiftSettings {
  /** Folder of the configuration files. */
  readonly etc: string;
  /** Folder that stands for the one disk. */
  readonly devices: string;
  readonly ports: SwiftPorts;
  readonly secretAccessKey: string;
}

/** Writes the files that the four servers and the ring builder read. */
export async function writeSwiftConfiguration(settings: SwiftSettings): Promise<void> {
  await mkdir(join(settings.devices, "d1"), { recursive: true });
  await writeFile(
    join(settings.etc, "swift.conf"),
    "[swift-hash]\nswift_hash_path_suffix = test\nswift_hash_path_prefix = test\n" +
      "[storage-policy:0]\nname = only\ndefault = yes\n",
  );
  for (const server of SWIFT_SERVERS) {
    const text = server === "proxy" ? proxyFile(settings) : storageFile(server, settings);
    await writeFile(join(settings.etc, `${server}-server.conf`), text);
  }
}

/** workers = 0 serves from the one process, which a kill then ends. */
function common({ etc, ports }: SwiftSettings, server: SwiftServer): string {
  return [
    "[DEFAULT]",
    "bind_ip = 127.0.0.1",
    `bind_port = ${ports[server]}`,
    "workers = 0",
    `swift_dir = ${etc}`,
    "log_level = ERROR",
    "",
  ].join("\n");
}

function storageFile(server: SwiftServer, settings: SwiftSettings): string {
  return [
    common(settings, server),
    `devices = ${settings.devices}`,
    "mount_check = false",
    "fallocate_reserve = 0",
    "[pipeline:main]",
    `pipeline = ${server}-server`,
    `[app:${server}-server]`,
    `use = egg:swift#${server}`,
    `recon_cache_path = ${settings.etc}`,
    "",
  ].join("\n");
}

function proxyFile(settings: SwiftSettings): string {
  const filters: Record<string, readonly string[]> = {
    catch_errors: [],
    healthcheck: [],
    // No memcached: port 1 refuses at once, and every lookup goes to the servers.
    cache: ["use = egg:swift#memcache", "memcache_servers = 127.0.0.1:1"],
    listing_formats: [],
    bulk: [],
    s3api: [`location = ${S3_REGION}`, "allow_multipart_uploads = true", "min_segment_size = 5242880"],
    tempauth: [`user_test_tester = ${settings.secretAccessKey} .admin`],
    slo: [],
    dlo: [],
  };
  const sections = Object.entries(filters).map(([name, lines]) =>
    [`[filter:${name}]`, ...(name === "cache" ? lines : [`use = egg:swift#${name}`, ...lines])].join("\n"),
  );
  return [
    common(settings, "proxy"),
    "[pipeline:main]",
    `pipeline = ${Object.keys(filters).join(" ")} proxy-server`,
    "[app:proxy-server]",
    "use = egg:swift#proxy",
    "allow_account_management = true",
    "account_autocreate = true",
    ...sections,
    "",
  ].join("\n");
}
