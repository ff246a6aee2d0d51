import type { Layers } from "../layers.ts";

/** Queues of a redis whose length alerts and recordings want, as its exporter is told of them: `db1=default`. */
export function queuesIn({ application, stack }: Layers, datastore: string): string[] {
  if (!stack.monitoring) return [];
  const { alerts = {}, recordings = {} } = application.monitoring ?? {};
  const wanted = [...Object.values(alerts), ...Object.values(recordings)].flatMap((it) =>
    it.kind === "queueBacklog" && it.from === datastore
      ? it.queues.map((queue) => `db${it.database ?? 0}=${encodeURIComponent(queue)}`)
      : [],
  );
  return [...new Set(wanted)];
}
