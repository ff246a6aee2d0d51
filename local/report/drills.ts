/** Drills: ready pods over time, against what must stay. */
import type { Drill, DrillDetail, Mark, Timeline } from "../drills/drill.ts";
import { duration } from "../drills/drill.ts";
import { mark, proofSection } from "./findings.ts";
import { type Html, html, idOf, table } from "./html.ts";

const WIDTH = 560;
const HEIGHT = 74;
const LEFT = 26;
const TOP = 8;
const BOTTOM = 16;
/** As many numbers on the axis of time, at most. */
const TICKS = 7;

export function drill(held: Drill, title: string): Html {
  const { detail } = held;
  const busy = detail.timelines.filter(isBusy);
  const quiet = detail.timelines.filter((line) => !isBusy(line)).map(({ subject }) => subject);
  return proofSection(
    held,
    title,
    html`<p class="outcome">${detail.played}</p>
${
  busy.length > 0 &&
  html`<div class="timelines">${busy.map((line) => drawTimeline(line, detail))}</div>
<p class="outcome">Solid: ready pods. Dashed: what must stay ready, or the fewest. Dotted: the most. Upright: what was done, as listed below.</p>`
}
${busy.length > 0 && quiet.length > 0 && html`<p>As many pods ready all the time: ${quiet.join(", ")}.</p>`}
${detail.marks.length > 0 && table("What happened", ["at", "what"], detail.marks.map(rowOf))}`,
  );
}

function isBusy({ steps }: Timeline): boolean {
  return steps.length > 1;
}

function rowOf({ at, what }: Mark, index: number): Html {
  return html`<tr><th scope="row" class="number">${index + 1} · ${duration(at)}</th><td>${what}</td></tr>
`;
}

function drawTimeline({ subject, steps, floor, ceiling }: Timeline, { seconds, marks }: DrillDetail): Html {
  const most = Math.max(1, floor ?? 0, ceiling ?? 0, ...steps.map(({ ready }) => ready));
  const x = (at: number) => round(LEFT + (Math.min(at, seconds) / seconds) * (WIDTH - LEFT - 4));
  const y = (pods: number) => round(TOP + (1 - pods / most) * (HEIGHT - TOP - BOTTOM));
  const path = steps.map(
    ({ at, ready }, index) => `${index === 0 ? `M${x(at)} ${y(ready)}` : `H${x(at)}V${y(ready)}`}`,
  );
  const least = Math.min(...steps.map(({ ready }) => ready));
  const level = (pods: number | undefined, name: string) =>
    pods !== undefined && html`<line class="${name}" x1="${LEFT}" x2="${WIDTH - 4}" y1="${y(pods)}" y2="${y(pods)}"/>`;
  const words = `${subject}: ${least} to ${most} ready pods in ${duration(seconds)}`;
  return html`<figure id="${idOf("timeline", subject)}"><figcaption><strong>${subject}</strong>, ${least === most ? least : `${least} to ${Math.max(...steps.map(({ ready }) => ready))}`} ready${floor !== undefined && `, ${floor} at the fewest`}${floor !== undefined && least < floor && html` ${mark("failed")}`}</figcaption>
<svg class="timeline" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${words}">
${marks.map(({ at, what }) => html`<line class="mark-line" x1="${x(at)}" x2="${x(at)}" y1="${TOP}" y2="${HEIGHT - BOTTOM}"><title>${what}</title></line>`)}
<line class="axis" x1="${LEFT}" x2="${WIDTH - 4}" y1="${HEIGHT - BOTTOM}" y2="${HEIGHT - BOTTOM}"/>
${level(floor, "floor")}${level(ceiling, "ceiling")}
<path class="ready" d="${path.join("")}H${x(seconds)}"/>
<text class="scale" x="${LEFT - 4}" y="${y(most) + 4}">${most}</text><text class="scale" x="${LEFT - 4}" y="${y(0) + 3}">0</text>
${ticksOf(seconds).map((at) => html`<text class="tick" x="${x(at)}" y="${HEIGHT - 4}">${at} s</text>`)}
</svg></figure>
`;
}

/** Round numbers of seconds. */
function ticksOf(seconds: number): number[] {
  const steps = [1, 2, 5, 10, 20, 30, 60, 120, 300, 600];
  const step = steps.find((one) => seconds / one <= TICKS) ?? 1800;
  return Array.from({ length: Math.floor(seconds / step) + 1 }, (_, index) => index * step);
}

function round(number: number): number {
  return Math.round(number * 10) / 10;
}
