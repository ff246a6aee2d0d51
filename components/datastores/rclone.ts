import type { Image } from "./engine.ts";

/** The client of object stores. */
export const RCLONE: Image = { reference: "docker.io/rclone/rclone:1.75.1", uid: 10_001, gid: 10_001 };

/** An S3 store as rclone's remote of that name, but for its key: `RCLONE_CONFIG_<NAME>_SECRET_ACCESS_KEY`. */
export function remoteOf(
  name: string,
  { endpoint, region, accessKeyId }: { endpoint: string; region?: string; accessKeyId: string },
): Record<string, string> {
  const settings = {
    TYPE: "s3",
    PROVIDER: "Other",
    ENDPOINT: endpoint,
    ...(region === undefined ? {} : { REGION: region }),
    ACCESS_KEY_ID: accessKeyId,
    // Buckets are there already, and the key need not be allowed to make any.
    NO_CHECK_BUCKET: "true",
  };
  return Object.fromEntries(Object.entries(settings).map(([key, value]) => [`RCLONE_CONFIG_${name}_${key}`, value]));
}

export function keyOf(name: string): string {
  return `RCLONE_CONFIG_${name}_SECRET_ACCESS_KEY`;
}
