/** Where images come from in place of their own registries: one for them all, or one for each registry by its host. */
export type Registry = string | Readonly<Record<string, string>>;

/** The registry of images that name none. */
const DOCKER_HUB = "docker.io";
/** Folder of its images that have no owner. */
const OFFICIAL = "library";

/** `image` pulled from `registry` in place of its own; unchanged where there is none for it. */
export function fromRegistry(image: string, registry: Registry | undefined): string {
  if (registry === undefined) return image;
  const [first = "", ...rest] = image.split("/");
  const namesRegistry = rest.length > 0 && (first.includes(".") || first.includes(":") || first === "localhost");
  const path = namesRegistry ? rest.join("/") : image;
  if (typeof registry === "string") return `${registry}/${path}`;
  const host = namesRegistry ? first : DOCKER_HUB;
  const from = registry[host];
  if (from === undefined) return image;
  return `${from}/${host === DOCKER_HUB && !path.includes("/") ? `${OFFICIAL}/` : ""}${path}`;
}

/** Where a chart's images come from that are all in `folder`, a registry or a part of one; undefined where they stay. */
export function fromFolder(folder: string | undefined, registry: Registry): string | undefined {
  if (typeof registry === "string") return registry;
  const [host = "", ...path] = folder?.split("/") ?? [];
  const from = registry[host];
  return from && [from, ...path].join("/");
}
