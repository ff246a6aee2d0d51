/** How the page looks: light or dark as the reader's system is, on paper, and on a telephone. */
export const STYLE = `
:root { color-scheme: light dark;
  --back: #ffffff; --card: #f6f8fa; --text: #1b1f24; --quiet: #57606a; --line: #d0d7de;
  --accent: #0b5cad; --good: #116329; --warn: #8a4600; --bad: #b3261e;
  --store: #e3eefb; --tier: #f6f8fa; --fill: #5b93cf; --fill2: #a9c8ea; }
@media (prefers-color-scheme: dark) { :root {
  --back: #0f1419; --card: #182028; --text: #e6edf3; --quiet: #9aa7b4; --line: #35404b;
  --accent: #7ab7f5; --good: #6fd08c; --warn: #f2b56b; --bad: #ff8a80;
  --store: #17304a; --tier: #1b242d; --fill: #4f8fd0; --fill2: #2b4a6a; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 76rem; padding: 1.5rem; background: var(--back); color: var(--text);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; overflow-wrap: break-word; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 .3rem; }
h2 { font-size: 1.3rem; margin: 2.5rem 0 .6rem; padding-top: .6rem; border-top: 1px solid var(--line); }
h2 a { color: inherit; text-decoration: none; } h2 a:hover::after { content: " #"; color: var(--quiet); }
h3 { font-size: 1.05rem; margin: 1.2rem 0 .4rem; }
a { color: var(--accent); }
p { margin: .4rem 0; max-width: 60rem; }
header p, nav, figcaption, .from, .outcome { color: var(--quiet); }
nav ul { list-style: none; padding: 0; margin: .8rem 0 0; display: flex; flex-wrap: wrap; gap: .3rem 1.2rem; }
code { font: .9em ui-monospace, "Cascadia Mono", Menlo, monospace; }
:target { outline: 2px solid var(--accent); outline-offset: 4px; border-radius: 4px; }
.verdict { padding: .8rem 1rem; border: 1px solid; border-left-width: .5rem; border-radius: 6px; background: var(--card); font-size: 1.1rem; max-width: none; }
.verdict.passed { border-color: var(--good); } .verdict.failed { border-color: var(--bad); }
.mark { display: inline-block; min-width: 1.1em; text-align: center; font-weight: 700; }
.mark.passed { color: var(--good); } .mark.warning, .mark.skipped { color: var(--warn); } .mark.failed, .mark.failure { color: var(--bad); }
ol.findings { padding-left: 1.8rem; margin: .4rem 0 1rem; }
ol.findings li { background: var(--card); border: 1px solid var(--line); border-left: 4px solid var(--warn); border-radius: 6px; padding: .5rem .9rem; margin: .5rem 0; }
ol.findings li.failure { border-left-color: var(--bad); }
.severity { color: var(--quiet); font-size: .85rem; margin-left: .4rem; }
.fix span { display: inline-block; font-size: .8rem; font-weight: 600; border: 1px solid var(--line); border-radius: 4px; padding: 0 .4rem; margin-right: .3rem; }
.from { font-size: .85rem; } ul.found { list-style: none; padding: 0; display: flex; flex-wrap: wrap; gap: .2rem 1.2rem; margin: .3rem 0; }
.scroll { overflow-x: auto; margin: .6rem 0; } .scroll:focus-visible { outline: 2px solid var(--accent); }
table { border-collapse: collapse; font-size: .92rem; width: max-content; } td { max-width: 34rem; }
caption { text-align: left; color: var(--quiet); padding: .2rem 0 .4rem; font-size: .88rem; }
th, td { text-align: left; vertical-align: top; padding: .35rem .8rem .35rem 0; border-bottom: 1px solid var(--line); }
thead th { color: var(--quiet); font-weight: 600; } tbody th { font-weight: 600; }
td.number { text-align: right; font-variant-numeric: tabular-nums; } tr.sum > * { border-top: 2px solid var(--line); font-weight: 700; }
.total { font-size: 1.1rem; } .figure { white-space: nowrap; font-variant-numeric: tabular-nums; font-size: .88rem; }
summary { cursor: pointer; color: var(--accent); margin: .5rem 0; }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.bar { display: block; } .bar .all { fill: var(--line); } .bar .used { fill: var(--fill); }
.bar.middle .used { fill: var(--warn); } .bar.high .used { fill: var(--bad); }
.range .least { fill: var(--fill); } .range .typical { fill: var(--fill2); } .range .most { fill: none; stroke: var(--fill); }
.timelines { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(30rem, 100%), 1fr)); gap: .4rem 1.6rem; }
.timeline { display: block; width: 100%; height: auto; } .timeline .ready { fill: none; stroke: var(--fill); stroke-width: 2.2; }
.timeline .axis { stroke: var(--line); } .timeline .floor { stroke: var(--warn); stroke-width: 1.4; stroke-dasharray: 6 4; }
.timeline .ceiling { stroke: var(--quiet); stroke-dasharray: 1.5 4; stroke-width: 1.4; } .timeline .mark-line { stroke: var(--accent); opacity: .35; stroke-width: 1.5; }
.timeline text { fill: var(--quiet); font-size: 10.5px; } .timeline .scale { text-anchor: end; } .timeline .tick { text-anchor: middle; }
figure { margin: .6rem 0; } .picture svg { display: block; }
.node rect, .node path, .node ellipse { fill: var(--tier); stroke: var(--quiet); stroke-width: 1.2; }
.node.tier rect { stroke-width: 1.8; } .node.edge rect { stroke: var(--accent); stroke-width: 2; }
.node.bundled path, .node.bundled ellipse, .node.managed path, .node.managed ellipse { fill: var(--store); }
.node.managed path, .node.managed ellipse { stroke: var(--accent); stroke-width: 3; }
.node.external path, .node.external ellipse, .node.beside rect { stroke-dasharray: 5 4; }
.node text { text-anchor: middle; fill: var(--quiet); font-size: 11.5px; } .node text.name { fill: var(--text); font-size: 14px; font-weight: 600; }
.link path { fill: none; stroke: var(--quiet); stroke-width: 1.2; opacity: .65; } #arrow path { fill: var(--quiet); }
.link:hover path { stroke: var(--accent); stroke-width: 3; opacity: 1; }
.matrix th, .matrix td { border: 1px solid var(--line); padding: .25rem .4rem; text-align: center; font-size: .82rem; }
.matrix tbody th { position: sticky; left: 0; background: var(--back); text-align: right; white-space: nowrap; }
.matrix thead th { vertical-align: bottom; background: none; } .matrix thead th span { writing-mode: vertical-rl; transform: rotate(180deg); white-space: nowrap; }
.matrix .open { background: var(--store); } .matrix .extra { background: var(--bad); color: var(--back); font-weight: 700; }
.matrix .missing { background: var(--warn); color: var(--back); font-weight: 700; } .matrix .self { background: var(--line); }
.kinds { columns: 22rem; column-gap: 2.5rem; list-style: none; padding: 0; } .kinds li { display: flex; gap: .6rem; border-bottom: 1px solid var(--line); break-inside: avoid; }
.kinds code { min-width: 0; overflow-wrap: anywhere; }
.kinds b { min-width: 2.5rem; text-align: right; font-variant-numeric: tabular-nums; }
@media (max-width: 40rem) { body { padding: 1rem .8rem; font-size: 15px; } h1 { font-size: 1.35rem; } ol.findings { padding-left: 1.3rem; } td { max-width: 13rem; } caption { max-width: 92vw; } }
@media print { body { max-width: none; padding: 0; font-size: 11px; } nav { display: none; } a { color: inherit; } .scroll { overflow: visible; }
  section { break-inside: auto; } tr, li, svg { break-inside: avoid; } .picture svg { max-width: 100%; height: auto; }
  svg, td, .verdict { print-color-adjust: exact; -webkit-print-color-adjust: exact; } }
`;
