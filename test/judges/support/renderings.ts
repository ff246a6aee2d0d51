/** Every application in every profile, as `npm run render` writes it, where judges find it. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { applicationNames } from "../../../config/application.ts";
import { PROFILES, type ProfileName } from "../../../config/schema.ts";
import type { Manifest } from "../../../local/render/objects.ts";
import { render } from "../../../local/render/render.ts";

export interface Rendering {
  /** Such as `pybase-production`: its folder. */
  name: string;
  application: string;
  profile: ProfileName;
  manifests: Manifest[];
}

/** The other ways in, for their custom resources. */
const EDGES: readonly { application: string; edge: object }[] = [
  { application: "mlcf", edge: { kind: "istio" } },
  { application: "graphmemory", edge: { kind: "gateway", fallback: { class: "traefik" } } },
];

/** Renders all of them below `root`, on a cluster that has whatever they ask for. */
export async function renderAll(root: string): Promise<Rendering[]> {
  const wanted = [
    ...applicationNames().flatMap((application) =>
      PROFILES.map((profile) => ({
        name: `${application}-${profile}`,
        application,
        profile,
        edge: { kind: "ingress" },
      })),
    ),
    ...EDGES.map(({ application, edge }) => ({
      name: `${application}-${(edge as { kind: string }).kind}`,
      application,
      profile: "production" as const,
      edge,
    })),
  ];
  const rendered: Rendering[] = [];
  // One after the other: they share Pulumi's runtime.
  for (const { name, application, profile, edge } of wanted) {
    const settings = {
      app: application,
      profile,
      cluster: {
        provider: "kubeconfig",
        storageClasses: { fast: "fast", shared: "shared" },
        snapshotClasses: { fast: { driver: "volumes.landfall.local", deletionPolicy: "Delete" } },
      },
      monitoring: { namespace: "monitoring" },
      edge: { host: `${application}.localhost`, tls: { secretName: "tls" }, ...edge },
    };
    const { files, rendering } = await render({ stack: profile, settings });
    for (const [path, text] of Object.entries(files)) {
      const file = join(root, name, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
    rendered.push({ name, application, profile, manifests: rendering.objects.map(({ manifest }) => manifest) });
  }
  return rendered;
}
