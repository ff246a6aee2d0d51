import { isMapping } from "../../../config/mistakes.ts";
import type { ComposeFile } from "./file.ts";
import { type ImportedTier, isOnce, type Service, type ServiceContext, tierOf } from "./tier.ts";

/** Services that run once before others, by name, with those that wait for them. */
export function migrationsIn(services: readonly Service[]): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const { service, given } of services) {
    if (!isMapping(given.depends_on)) continue;
    for (const [other, how] of Object.entries(given.depends_on)) {
      if (isOnce(how) && services.some((it) => it.service === other))
        found.set(other, [...(found.get(other) ?? []), service]);
    }
  }
  return found;
}

/** A service that runs to its end becomes the migration of the first web tier that waits for it. */
export function attachMigrations(
  file: ComposeFile,
  migrations: ReadonlyMap<string, string[]>,
  services: readonly Service[],
  tiers: Record<string, ImportedTier & { migrate?: object }>,
  context: ServiceContext,
): void {
  for (const [once, waiting] of migrations) {
    const own = services.find(({ service }) => service === once) as Service;
    const { image, command = [], args = [], env = {}, uses = [] } = tierOf(own, context);
    const at = `services.${once}`;
    file.carry(...Object.keys(own.given).map((key) => `${at}.${key}`));
    const line = [...command, ...args];
    const target = services.find(
      ({ service, name }) => waiting.includes(service) && tiers[name]?.kind === "web" && !tiers[name].migrate,
    );
    const tier = target && tiers[target.name];
    if (!tier || line.length === 0) {
      file.note(
        at,
        "it runs once and to its end, and no web tier that waits for it can take it as its migrate",
        "put its command into the migrate of a web tier",
      );
      continue;
    }
    tier.migrate = image === tier.image ? line : { image, command: line };
    tier.env = { ...env, ...tier.env };
    tier.uses = [...new Set([...(tier.uses ?? []), ...uses])].sort();
    file.note(
      at,
      `it is the migrate of ${target?.name}: with that tier's variables, and in place of the image's entrypoint`,
      "put the entrypoint before its command where the image needs it",
    );
  }
}
