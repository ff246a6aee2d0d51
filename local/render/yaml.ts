import { stringify } from "yaml";

/** As readers in Go take it, kubectl and Helm among them: by YAML 1.1, where `yes` is true unless it is quoted. */
export function yaml(value: unknown): string {
  return stringify(value, { version: "1.1", lineWidth: 0, aliasDuplicateObjects: false });
}
