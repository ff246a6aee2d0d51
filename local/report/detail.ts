/** What a proof found out, whatever its form: lists of records as tables, the rest as nested lists. */
import { type Html, html, table } from "./html.ts";

type Entry = Readonly<Record<string, unknown>>;

/** So many rows are shown before the table is folded away. */
const SHOWN = 12;

export function describe(name: string, detail: unknown): Html {
  if (detail === undefined || detail === null) return html``;
  if (Array.isArray(detail)) return ofList(name, detail);
  if (typeof detail !== "object") return html`<p>${name}: ${String(detail)}</p>`;
  return html`${Object.entries(detail).map(([key, value]) => describe(words(key), value))}`;
}

function ofList(name: string, list: readonly unknown[]): Html {
  if (list.length === 0) return html`<p>${name}: none</p>`;
  if (!list.every(isEntry)) return html`<p>${name}: ${list.map(inline).join("; ")}</p>`;
  const keys = [...new Set(list.flatMap((entry) => Object.keys(entry)))];
  const rows = list.map(
    (entry) =>
      html`<tr>${keys.map((key, index) => (index === 0 ? html`<th scope="row">${inline(entry[key])}</th>` : html`<td>${inline(entry[key])}</td>`))}</tr>
`,
  );
  const whole = table(name, keys.map(words), rows);
  return rows.length > SHOWN ? html`<details><summary>${name}: ${rows.length}</summary>${whole}</details>` : whole;
}

function isEntry(value: unknown): value is Entry {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function inline(value: unknown): string {
  if (value === undefined || value === null) return "";
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (Array.isArray(value)) return value.map(inline).join(", ");
  if (isEntry(value)) {
    return Object.entries(value)
      .map(([key, inner]) => `${words(key)}: ${inline(inner)}`)
      .join("; ");
  }
  return String(value);
}

/** `resourceNames` as people write it. */
function words(key: string): string {
  return key.replace(/([a-z])([A-Z])/g, (_, end: string, start: string) => `${end} ${start.toLowerCase()}`);
}
