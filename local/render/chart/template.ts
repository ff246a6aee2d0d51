/** Trees with values in them as templates of Helm. */
import { yaml } from "../yaml.ts";
import { DERIVED } from "./reconciled.ts";
import { Value } from "./values.ts";

/** Texts that stand for a value wherever they are found, and what reads it. */
export type Markers = Readonly<Record<string, string>>;

/** The tree as a template. */
export function templateOf(tree: unknown, markers: Markers): string {
  const values: Value[] = [];
  const placed = withPlaces(tree, values);
  const text = yaml(placed);
  const escaped = text.replaceAll("{{", '{{ "{{" }}');
  return withMarkers(escaped, markers).replace(PLACE, (_, indent: string, key: string, place: string) =>
    written(values[Number(place)] as Value, indent, key),
  );
}

/** A line that is a value's: its indentation, its key or the dash of a list, and which value it is. */
const PLACE = /^( *(?:- )*)((?:[^\s:]+: )?)"?__value_(\d+)__"?$/gm;

function withPlaces(tree: unknown, values: Value[]): unknown {
  if (tree instanceof Value) return `__value_${values.push(tree) - 1}__`;
  if (Array.isArray(tree)) return tree.map((inner) => withPlaces(inner, values));
  if (typeof tree !== "object" || tree === null) return tree;
  return Object.fromEntries(Object.entries(tree).map(([key, inner]) => [key, withPlaces(inner, values)]));
}

function withMarkers(text: string, markers: Markers): string {
  const underived = text.replaceAll(DERIVED, (_, own: string) => `{{ include "landfall.derived" (list . "${own}") }}`);
  return Object.entries(markers).reduce(
    (all, [marker, expression]) =>
      all
        .replaceAll(new RegExp(`^(.*[:-] )${marker}$`, "gm"), `$1{{ ${expression} | quote }}`)
        .replaceAll(marker, `{{ ${expression} }}`),
    underived,
  );
}

function written({ expression, form }: Value, indent: string, key: string): string {
  const depth = indent.length + 2;
  const name = key.trimEnd();
  const plain = " ".repeat(indent.length);
  switch (form) {
    case "line":
      return `${indent}${key}{{ ${expression} }}`;
    case "block":
      return `${indent}${name}\n{{- toYaml ${expression} | nindent ${depth} }}`;
    case "entries":
      return `{{- with ${expression} }}{{ . | nindent ${indent.length - 2} }}{{- end }}`;
    case "optional":
      return `${plain}{{- with ${expression} }}\n${indent}${key}{{ . }}\n${plain}{{- end }}`;
    case "optionalBlock":
      return `${plain}{{- with ${expression} }}\n${indent}${name}\n{{- toYaml . | nindent ${depth} }}\n${plain}{{- end }}`;
  }
}
