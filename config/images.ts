/** `image` pulled from `registry` in place of its own; unchanged without one. */
export function fromRegistry(image: string, registry: string | undefined): string {
  if (registry === undefined) return image;
  const [first = "", ...rest] = image.split("/");
  const namesRegistry = rest.length > 0 && (first.includes(".") || first.includes(":") || first === "localhost");
  return `${registry}/${namesRegistry ? rest.join("/") : image}`;
}
