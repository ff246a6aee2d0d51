/** Bars of a table, as SVG that prints. Numbers stand beside them, for a bar alone says nothing to a reader of screens. */
import { type Html, html } from "./html.ts";

const WIDTH = 180;
const HEIGHT = 14;

/** How much of something is taken: full where `used` is `of`. */
export function shareBar(used: number, of: number): Html {
  const part = of > 0 ? Math.min(used / of, 1) : 0;
  const level = part > 0.9 ? "high" : part > 0.75 ? "middle" : "low";
  return html`<svg class="bar ${level}" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" aria-hidden="true"><rect class="all" width="${WIDTH}" height="${HEIGHT}" rx="3"/><rect class="used" width="${width(part)}" height="${HEIGHT}" rx="3"/></svg>`;
}

/** Solid up to the least, lighter to the typical, an outline to the most. */
export function rangeBar(
  { least, typical, most }: { least: number; typical: number; most: number },
  full: number,
): Html {
  const of = (value: number) => (full > 0 ? width(value / full) : 0);
  return html`<svg class="bar range" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" aria-hidden="true"><rect class="most" x="0.5" y="0.5" width="${Math.max(of(most) - 1, 0)}" height="${HEIGHT - 1}"/><rect class="typical" width="${of(typical)}" height="${HEIGHT}"/><rect class="least" width="${of(least)}" height="${HEIGHT}"/></svg>`;
}

function width(part: number): number {
  return Math.round(part * WIDTH * 10) / 10;
}
