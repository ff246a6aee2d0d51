/** The picture as SVG: layers from left to right, as connections go. */
import { Graph, layout } from "@dagrejs/dagre";
import { type Html, html, idOf, table } from "./html.ts";
import type { NodeKind, Picture, PictureNode } from "./picture.ts";

const HEIGHT = 54;
/** Of a cylinder, half of it. */
const LID = 7;
/** Of a letter of the larger line, on average. */
const LETTER = 8.7;
const SMALL_LETTER = 6.3;
const PADDING = 34;
const MARGIN = 12;

interface Point {
  x: number;
  y: number;
}

type Placed = PictureNode & Point & { width: number };

/** The picture, and the same in words. */
export function drawPicture(picture: Picture): Html {
  const { nodes, edges, top, width, height } = placed(picture);
  const title = `${nodes.length} parts and ${edges.length} connections`;
  return html`<figure class="picture">
<div class="scroll" tabindex="0" role="group" aria-label="picture, scrolls sideways">
<svg viewBox="0 ${top} ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${title}; the table below has them in words">
<defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0L8 4L0 8z"/></marker></defs>
${edges.map(
  ({ from, to, ports, points }) =>
    html`<g class="link"><title>${from} to ${to}: ${ports.join(", ")}</title><path d="${curve(points)}" marker-end="url(#arrow)"/></g>
`,
)}${nodes.map(drawNode)}</svg>
</div>
<figcaption>${legend(new Set(nodes.map(({ kind }) => kind)))}</figcaption>
<details><summary>All ${edges.length} connections in words</summary>
${table(
  "Who opens connections to whom",
  ["from", "to", "ports"],
  edges.map(
    ({ from, to, ports }) => html`<tr><th scope="row">${from}</th><td>${to}</td><td>${ports.join(", ")}</td></tr>`,
  ),
)}</details>
</figure>`;
}

function placed({ nodes, links }: Picture) {
  const graph = new Graph();
  graph.setGraph({ rankdir: "LR", nodesep: 14, ranksep: 70, marginx: MARGIN, marginy: MARGIN });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const { name, detail } of nodes) {
    const width = Math.max(name.length * LETTER, detail.length * SMALL_LETTER) + PADDING;
    graph.setNode(name, { width, height: HEIGHT });
  }
  for (const { from, to } of links) graph.setEdge(from, to, {});
  layout(graph);
  const boxes = nodes.map((node): Placed => {
    const { x, y, width } = graph.node(node.name) as { x: number; y: number; width: number };
    return { ...node, x, y, width };
  });
  const boxOf = (name: string) => boxes.find((box) => box.name === name) as Placed;
  const edges = links.map((link) => {
    const { points } = graph.edge(link.from, link.to) as { points: Point[] };
    return { ...link, points: route(boxOf(link.from), boxOf(link.to), points) };
  });
  const inner = edges.flatMap(({ points }) => points.map(({ y }) => y));
  const top = Math.min(0, ...inner.map((y) => y - MARGIN));
  const bottom = Math.max(...boxes.map(({ y }) => y + HEIGHT / 2 + MARGIN), ...inner.map((y) => y + MARGIN));
  const width = Math.max(...boxes.map((box) => box.x + box.width / 2 + MARGIN));
  return { nodes: boxes, edges, top: Math.floor(top), width: Math.ceil(width), height: Math.ceil(bottom - top) };
}

/** From the side of one box to that of another, around what lies between. */
function route(from: Placed, to: Placed, points: readonly Point[]): Point[] {
  const sign = to.x > from.x ? 1 : -1;
  const start = { x: from.x + (sign * from.width) / 2, y: from.y };
  const end = { x: to.x - (sign * to.width) / 2, y: to.y };
  // The one point between neighbours only says where a label would go.
  const between = points.length > 3 ? points.slice(1, -1) : [];
  return [start, ...between.filter(({ x }) => (x - start.x) * sign > 0 && (end.x - x) * sign > 0), end];
}

function drawNode({ name, kind, detail, x, y, width }: Placed): Html {
  const down = kind === "bundled" || kind === "managed" || kind === "external" ? LID : 0;
  return html`<g class="node ${kind}" id="${idOf("part", name)}" transform="translate(${round(x)} ${round(y)})">${shape(kind, width)}<text class="name" y="${down - 3}">${name}</text><text y="${down + 13}">${detail}</text></g>
`;
}

/** Tiers are boxes, datastores cylinders, what is somebody else's is dashed. */
function shape(kind: NodeKind, width: number): Html {
  const [w, h] = [width / 2, HEIGHT / 2];
  switch (kind) {
    case "edge":
      return html`<rect x="${-w}" y="${-h}" width="${width}" height="${HEIGHT}" rx="${h}"/>`;
    case "bundled":
    case "managed":
    case "external": {
      const body = `M${-w} ${-h + LID}v${HEIGHT - 2 * LID}a${w} ${LID} 0 0 0 ${width} 0v${-(HEIGHT - 2 * LID)}`;
      return html`<path d="${body}"/><ellipse cx="0" cy="${-h + LID}" rx="${w}" ry="${LID}"/>`;
    }
    default:
      return html`<rect x="${-w}" y="${-h}" width="${width}" height="${HEIGHT}" rx="6"/>`;
  }
}

/** A line that leaves and reaches every point level. */
function curve([first, ...others]: readonly Point[]): string {
  let last = first as Point;
  const pieces = others.map((point) => {
    const middle = (last.x + point.x) / 2;
    const piece = `C${at({ x: middle, y: last.y })} ${at({ x: middle, y: point.y })} ${at(point)}`;
    last = point;
    return piece;
  });
  return `M${at(first as Point)}${pieces.join("")}`;
}

function at({ x, y }: Point): string {
  return `${round(x)} ${round(y)}`;
}

function round(number: number): number {
  return Math.round(number * 10) / 10;
}

const LEGEND: Readonly<Record<NodeKind, string>> = {
  edge: "the way in: rounded",
  tier: "tiers: boxes",
  job: "jobs: thin boxes",
  bundled: "datastores in the cluster: cylinders",
  managed: "run by the cloud: thick cylinders",
  external: "run elsewhere: dashed cylinders",
  beside: "beside the application: dashed boxes",
};

function legend(kinds: ReadonlySet<NodeKind>): string {
  return (Object.keys(LEGEND) as NodeKind[])
    .filter((kind) => kinds.has(kind))
    .map((kind) => LEGEND[kind])
    .join(" · ");
}
