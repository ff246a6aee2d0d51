import { unknownName } from "../mistakes.ts";
import type { Scene } from "./components.ts";

/** PromQL of the application's own, `$namespace` and `$application` replaced by what they stand for. */
export function fillIn({ layers, namespace }: Scene, path: string, expr: string): string {
  const known: Record<string, string> = { namespace, application: layers.application.name };
  return expr.replaceAll(/\$([a-zA-Z_]\w*)/g, (_, word: string) => {
    const value = known[word];
    if (value !== undefined) return value;
    const names = Object.keys(known).map((name) => `$${name}`);
    layers.mistakes.push(unknownName(path, `$${word}`, names, "placeholder"));
    return "";
  });
}
