/** What a stack's settings name that is not the stack's: it stays whatever becomes of the stack. */
import type { Plan } from "../../config/plan.ts";
import type { Left } from "./kinds.ts";

export function outsideOf({ datastores, backups, edge }: Plan): Left[] {
  const buckets = new Set(backups.flatMap(({ to }) => (to.kind === "bucket" ? `${to.endpoint} ${to.path}` : [])));
  return [
    ...datastores.flatMap((store): Left[] =>
      store.mode === "external"
        ? [{ kind: "datastore", name: store.name, why: `at ${store.endpoint.host}, run by somebody else` }]
        : [],
    ),
    ...[...buckets].map((name) => ({ kind: "backups", name, why: "copies in a bucket that is not the stack's" })),
    { kind: "DNS record", name: edge.host, why: "made by hand, or by a controller outside of the stack" },
  ];
}
