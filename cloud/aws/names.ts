import { createHash } from "node:crypto";

const DIGITS = 6;

/** `name`, or where AWS takes no more than `longest` characters, its beginning and a few digits that tell it from others. */
export function fitting(name: string, longest: number): string {
  // AWS's databases take no two dashes in a row.
  const single = name.replaceAll(/-{2,}/g, "-");
  if (single === name && name.length <= longest) return name;
  const digits = createHash("sha256").update(name).digest("hex").slice(0, DIGITS);
  return `${beginning(single, longest - DIGITS - 1)}-${digits}`;
}

/** Beginning of a name that AWS completes. */
export function prefix(name: string, longest: number): string {
  return `${beginning(name, longest - 1)}-`;
}

function beginning(name: string, longest: number): string {
  return name.slice(0, longest).replace(/-+$/, "");
}
