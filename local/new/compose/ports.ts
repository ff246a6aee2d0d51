import { isMapping } from "../../../config/mistakes.ts";
import type { ComposeFile } from "./file.ts";
import type { Service } from "./tier.ts";

/** Port of the container that others dial: of ports or expose, else the one by which others call it. */
export function portOf(file: ComposeFile, { service, given }: Service, texts: readonly string[]): number | undefined {
  const place = `services.${service}`;
  const listed = [
    ...[given.ports ?? []].flat().map((port) => ({ at: `${place}.ports`, ...containerPort(port) })),
    ...[given.expose ?? []].flat().map((port) => ({ at: `${place}.expose`, ...containerPort(port) })),
  ];
  for (const key of ["ports", "expose"]) if (given[key] !== undefined) file.carry(`${place}.${key}`);
  const dialled = listed.filter(({ port, isTcp }) => port !== undefined && isTcp);
  for (const { at, isTcp, text } of listed.filter((entry) => !dialled.includes(entry))) {
    file.note(
      at,
      isTcp ? `${text} is a range, and a tier has one port` : `${text} is UDP, and a tier's Service is TCP`,
      "leave it out, or make a tier of its own for it",
    );
  }
  const [first, ...others] = [...new Map(dialled.map((entry) => [entry.port, entry])).values()];
  for (const { at, port } of others)
    file.note(
      at,
      `a tier has one port, which is ${first?.port}, and not ${port}`,
      "make a tier of its own for the other",
    );
  if (first?.port !== undefined) return first.port;
  const calls = texts.flatMap((text) =>
    Array.from(text.matchAll(/(?:^|[/@])([\w.-]+):(\d+)/g), ([, host, port]) => [host, Number(port)] as const),
  );
  return calls.find(([host]) => host === service)?.[1];
}

function containerPort(given: unknown): { port?: number; isTcp: boolean; text: string } {
  if (isMapping(given))
    return { port: Number(given.target), isTcp: (given.protocol ?? "tcp") === "tcp", text: String(given.target) };
  const text = String(given);
  const [address = "", protocol = "tcp"] = text.split("/");
  const last = address.split(":").at(-1) ?? "";
  return { port: /^\d+$/.test(last) ? Number(last) : undefined, isTcp: protocol === "tcp", text };
}
