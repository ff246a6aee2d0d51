/** A rendering as files: one an object, in the order of an update. */
import { helmCommand, type Installer, installedBy, type Release } from "./addons.ts";
import type { Manifest, Rendering } from "./objects.ts";
import { yaml } from "./yaml.ts";

/** Texts by path. */
export type Files = Record<string, string>;

export interface PlacedObject {
  /** Folder and file, of its stage. */
  path: string;
  manifest: object;
}

/** One file an object, in a folder a stage. */
export function placedObjects({ objects, releases }: Rendering, installer?: Installer): PlacedObject[] {
  const wanted = [
    ...objects.map(({ manifest, stage, resource }) => ({ manifest, stage, known: knownAs(manifest, resource) })),
    ...releases.flatMap((release) =>
      installer
        ? (installedBy(installer, release) as Manifest[]).map((manifest) => ({
            manifest,
            stage: release.stage,
            known: release.name,
          }))
        : [],
    ),
  ];
  const taken = new Set<string>();
  return wanted.map(({ manifest, stage, known }) => {
    const plain = `stage-${stage}/${manifest.kind.toLowerCase()}-${known}`;
    const path = `${taken.has(plain) ? `${plain}-${manifest.metadata.namespace}` : plain}.yaml`;
    if (taken.has(path)) throw new Error(`two objects for ${path}`);
    taken.add(plain).add(path);
    return { path, manifest };
  });
}

/** Without the digest in its name, so that a change of the object is a change of its file. */
export function knownAs({ kind, metadata: { name } }: Manifest, resource: string): string {
  if (kind === "Job") return name.replace(/-[0-9a-f]+$/, "");
  return name.startsWith(`${resource}-`) ? resource : name;
}

export function plainFiles(rendering: Rendering, installer?: Installer): Files {
  const placed = placedObjects(rendering, installer);
  return Object.fromEntries(placed.map(({ path, manifest }) => [`objects/${path}`, yaml(manifest)]));
}

/** The same as a base of Kustomize, and each stage as one too, for Flux to wait between them. */
export function kustomizeFiles(rendering: Rendering, installer?: Installer): Files {
  const placed = placedObjects(rendering, installer);
  const stages = [...new Set(placed.map(({ path }) => path.split("/")[0] as string))];
  const kustomization = (resources: string[]) =>
    yaml({ apiVersion: "kustomize.config.k8s.io/v1beta1", kind: "Kustomization", resources });
  return Object.fromEntries([
    ["base/kustomization.yaml", kustomization(stages)],
    ...stages.map((stage) => {
      const own = placed
        .filter(({ path }) => path.startsWith(`${stage}/`))
        .map(({ path }) => path.split("/")[1] as string);
      return [`base/${stage}/kustomization.yaml`, kustomization(own)];
    }),
    ...placed.map(({ path, manifest }) => [`base/${path}`, yaml(manifest)]),
  ]);
}

/** What somebody with `helm` installs add-ons by. */
export function addonFiles(releases: readonly Release[]): Files {
  return Object.fromEntries(
    releases.map((release) => {
      const secret = Object.entries(release.secretValues).map(
        ([path, name]) => `# ${path}: <${name}>, which is secret\n`,
      );
      const command = `# ${helmCommand(release, valuesFile(release))}\n`;
      return [valuesFile(release), `${command}${secret.join("")}${yaml(release.values)}`];
    }),
  );
}

export function valuesFile({ name }: Release): string {
  return `addons/${name}.yaml`;
}
