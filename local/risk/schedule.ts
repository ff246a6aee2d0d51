/** How often a schedule of cron's five fields runs. */

const FIELDS = [
  { least: 0, most: 59 },
  { least: 0, most: 23 },
  { least: 1, most: 31 },
  { least: 1, most: 12 },
  { least: 0, most: 6 },
] as const;
const NAMED: Readonly<Record<string, string>> = {
  "@hourly": "0 * * * *",
  "@daily": "0 0 * * *",
  "@midnight": "0 0 * * *",
  "@weekly": "0 0 * * 0",
  "@monthly": "0 0 1 * *",
  "@yearly": "0 0 1 1 *",
};
const DAYS_A_YEAR = 365;

/** Runs a year, near enough to tell which of two schedules runs less often; undefined where it is no schedule. */
export function runsPerYear(schedule: string): number | undefined {
  const fields = (NAMED[schedule] ?? schedule).trim().split(/\s+/);
  if (fields.length !== FIELDS.length) return undefined;
  const shares = fields.map((field, index) => shareOf(field, FIELDS[index] as (typeof FIELDS)[number]));
  const [minutes, hours, days, months, weekdays] = shares as [number, number, number, number, number];
  // With both given, cron runs on the days that either names.
  const dates = fields[2] !== "*" && fields[4] !== "*" ? Math.min(1, days + weekdays) : days * weekdays;
  return DAYS_A_YEAR * dates * months * hours * 24 * minutes * 60;
}

/** Part of the field's values that it names. */
function shareOf(field: string, { least, most }: { least: number; most: number }): number {
  const named = new Set<number>();
  for (const part of field.split(",")) {
    const [range = "*", step = "1"] = part.split("/");
    const [from = "", to] = range === "*" ? [String(least), String(most)] : range.split("-");
    const last = to ?? (part.includes("/") ? String(most) : from);
    // Names of days and months stand for one value each.
    if (!/^\d+$/.test(from)) named.add(-named.size - 1);
    for (let value = Number(from); value <= Number(last); value += Number(step)) named.add(value);
  }
  return named.size / (most - least + 1);
}
