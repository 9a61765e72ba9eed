/** The look of the page: light, dark and print, from 320 px up. */
export const PAGE_STYLE = `
:root {
  color-scheme: light dark;
  --paper: light-dark(#f4f6f9, #0f1319); --card: light-dark(#ffffff, #171c24); --ink: light-dark(#18202b, #e8ecf2);
  --muted: light-dark(#556070, #9aa6b6); --line: light-dark(#dfe3e9, #2a323e); --accent: light-dark(#0a5fb4, #7cb8f5);
  --good: light-dark(#006b4a, #3ecf9a); --bad: light-dark(#b3321f, #ff8a75); --open: light-dark(#855600, #f0b445);
  --better: light-dark(#2f7fd1, #4f9fe8); --worse: light-dark(#e0533d, #ee6a54);
  --marked: light-dark(#7b3fb5, #c79bf2); --warn: light-dark(#fff3cf, #3a2f12);
}
:root[data-theme=light] { color-scheme: light; }
:root[data-theme=dark] { color-scheme: dark; }
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--paper); color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif;
  font-variant-numeric: tabular-nums;
}
main, header, footer { max-width: 1240px; margin: 0 auto; padding: 0 24px; }
header { padding-top: 18px; }
h1 { margin: 0 0 4px; font-size: 26px; line-height: 1.2; letter-spacing: -0.01em; overflow-wrap: anywhere; }
h2 { margin: 36px 0 12px; font-size: 19px; }
section:first-child > h2 { margin-top: 14px; }
h3 { margin: 0 0 6px; font-size: 20px; overflow-wrap: anywhere; }
p { margin: 0 0 10px; max-width: 85ch; overflow-wrap: anywhere; }
a { color: var(--accent); text-underline-offset: 2px; }
code, .digest { font: 0.9em ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace; overflow-wrap: anywhere; }
small { display: block; color: var(--muted); font-size: 12px; font-weight: normal; }
.fine, .over { color: var(--muted); font-size: 13px; }
.over { margin: 0 0 2px; font-weight: 600; letter-spacing: 0.02em; }
.outcome {
  display: inline-block; margin: 0 8px 0 0; padding: 1px 10px; border-radius: 99px; border: 1px solid currentcolor;
  font-size: 13px; font-weight: 600;
}
.outcome.selected, .chip.pass, .mark.pass { color: var(--good); }
.outcome.none-acceptable, .chip.fail, .mark.fail { color: var(--bad); }
.outcome.inconclusive, .chip.inconclusive, .mark.inconclusive { color: var(--open); }
nav { margin: 14px 0 0; font-size: 13px; display: flex; flex-wrap: wrap; gap: 4px 16px; }
.case { display: grid; grid-template-columns: minmax(0, 5fr) minmax(0, 6fr); gap: 16px; margin-bottom: 16px; align-items: stretch; }
.case > :only-child { grid-column: 1 / -1; }
.case figure { display: flex; flex-direction: column; }
.case .plot { flex: 1; }
.card, figure, .scroll {
  background: var(--card); border: 1px solid var(--line); border-radius: 10px;
}
.card { padding: 18px 20px 12px; border-top: 4px solid var(--good); }
.card.none { border-top-color: var(--bad); }
.card.open { border-top-color: var(--open); }
.name { overflow-wrap: anywhere; }
.numbers { display: grid; grid-template-columns: repeat(3, 1fr); gap: 12px; margin: 14px 0; }
.numbers > div { display: flex; flex-direction: column; }
.numbers dd { margin: 0; }
.numbers dt { font-weight: 600; }
.numbers .big { font-size: 30px; font-weight: 700; line-height: 1.15; letter-spacing: -0.02em; }
.numbers .detail span { display: block; }
.numbers .detail { color: var(--muted); font-size: 12px; line-height: 1.35; overflow-wrap: anywhere; }
.verdicts { list-style: none; margin: 0 0 10px; padding: 10px 0 0; border-top: 1px solid var(--line); font-size: 13px; }
.verdicts li { display: flex; gap: 8px; padding: 1px 0; overflow-wrap: anywhere; }
.mark { font-weight: 700; cursor: default; }
.chip { font-weight: 600; }
.tools { display: flex; flex-wrap: wrap; align-items: center; gap: 8px 14px; margin: 0 0 10px; font-size: 13px; }
.tools label { display: inline-flex; align-items: center; gap: 6px; max-width: 100%; }
.tools output { color: var(--muted); margin-left: auto; }
figcaption.tools { margin: 0; padding: 0 14px 10px; color: var(--muted); }
figcaption select { max-width: 200px; }
figcaption .zoom { margin-left: auto; display: inline-flex; gap: 4px; }
[hidden] { display: none !important; }
input, select, button, summary { font: inherit; color: inherit; }
input:not([type=range], [type=checkbox]), select, .tools button, .note button, .card button, .what-if-banner button {
  background: var(--card); border: 1px solid var(--line); border-radius: 6px; padding: 4px 8px; max-width: 100%;
}
button { cursor: pointer; }
.tools button:hover, .card button:hover, td.acts button:hover { border-color: var(--accent); color: var(--accent); }
.plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 480px), 1fr)); gap: 16px; }
figure { margin: 0; overflow: hidden; min-width: 0; }
.plot { width: 100%; min-height: 360px; position: relative; }
.plot .canvas { position: absolute; inset: 0; }
.handle {
  position: absolute; padding: 0; border: 2px solid var(--card); border-radius: 99px; background: var(--good);
  touch-action: none; box-shadow: 0 0 0 1px var(--good);
}
.handle.x { bottom: 36px; width: 14px; height: 22px; margin-left: -7px; cursor: ew-resize; }
.handle.y { right: 10px; width: 22px; height: 14px; margin-top: -7px; cursor: ns-resize; }
.plot > svg { display: block; width: 100%; height: 100%; }
.scroll { overflow-x: auto; margin-bottom: 12px; }
.tall { max-height: 76vh; overflow-y: auto; }
table { border-collapse: collapse; width: 100%; font-size: 13px; }
caption { text-align: left; padding: 8px 12px; font-weight: 600; }
th, td { padding: 5px 12px; text-align: left; vertical-align: top; border-top: 1px solid var(--line); }
thead th { border-top: 0; position: sticky; top: 0; background: var(--card); color: var(--muted); vertical-align: bottom; z-index: 1; }
thead th { box-shadow: inset 0 -1px var(--line); }
thead small { font-size: 11px; white-space: nowrap; }
tbody tr:first-child > * { border-top: 0; }
tbody th { font-weight: 500; white-space: nowrap; }
#board :is(thead th, td:has(.chip)) { white-space: nowrap; }
.scroll .facts th, .two tbody th { white-space: normal; }
.num { text-align: right; white-space: nowrap; }
thead th button { all: unset; box-sizing: border-box; width: 100%; cursor: pointer; font-weight: 600; }
thead th button:hover { color: var(--ink); }
:focus-visible:not([tabindex='-1']) { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 3px; }
th[aria-sort=ascending] button::before { content: '▲ '; font-size: 9px; }
th[aria-sort=descending] button::before { content: '▼ '; font-size: 9px; }
tr.winner > * { background: color-mix(in srgb, var(--good) 9%, transparent); }
tr.winner > th:first-child { box-shadow: inset 3px 0 var(--good); font-weight: 700; }
tr.baseline > th:first-child { box-shadow: inset 3px 0 var(--muted); }
tr.failed { color: var(--muted); }
.wide { min-width: 760px; }
.heat td[style] small { color: inherit; }
.heat td { border-left: 1px solid var(--line); }
.answer { white-space: pre-wrap; overflow-wrap: anywhere; min-width: 180px; }
.answer mark { background: color-mix(in srgb, var(--worse) 24%, transparent); color: inherit; }
.message { overflow-wrap: anywhere; }
.two { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 440px), 1fr)); gap: 16px; align-items: start; }
.two > * { min-width: 0; }
.facts { overflow-wrap: anywhere; }
.facts th { width: 32%; color: var(--muted); }
.bar { width: 40%; }
.bar span { display: block; height: 10px; margin-top: 5px; background: var(--better); border-radius: 2px; min-width: 1px; }
tr.marked > * { background: color-mix(in srgb, var(--marked) 13%, transparent); }
tr.marked > th:first-child { box-shadow: inset 3px 0 var(--marked); }
tr.pinned > * { border-top-style: dashed; border-bottom: 1px dashed var(--muted); }
.rows tbody tr { height: 44px; }
.rows tbody :is(th, td) { white-space: nowrap; max-width: 340px; overflow: hidden; text-overflow: ellipsis; padding-top: 3px; padding-bottom: 3px; }
.rows tbody th a { color: var(--ink); text-decoration-color: var(--line); }
.rows tbody th a:hover { color: var(--accent); text-decoration-color: currentcolor; }
.rows small { overflow: hidden; text-overflow: ellipsis; }
.rows .gap td { padding: 0; border: 0; }
.rows .acts { position: sticky; right: 0; padding-right: 8px; text-align: right; font-weight: normal; background: var(--card); }
td.acts button {
  border: 1px solid transparent; background: none; border-radius: 6px; min-width: 28px; min-height: 28px; padding: 0 5px; color: var(--muted);
}
td.acts button[aria-pressed=true] { border-color: var(--marked); color: var(--marked); font-weight: 700; }
.none { padding: 14px; margin: 0; color: var(--muted); }
.note { padding: 8px 12px; border-left: 3px solid var(--muted); background: var(--card); max-width: none; }
.note.bad { border-color: var(--bad); }
details.choice { margin: 0; position: relative; }
.menu {
  position: absolute; z-index: 5; display: grid; gap: 4px; width: max-content; max-width: 86vw; max-height: 50vh; overflow: auto; padding: 12px;
  background: var(--card); border: 1px solid var(--line); border-radius: 10px; box-shadow: 0 8px 28px rgb(0 0 0 / 0.18);
}
.compare { border-top-color: var(--marked); margin-bottom: 14px; }
.compare .scroll { border: 0; max-height: 70vh; overflow: auto; }
.differs > * { background: color-mix(in srgb, var(--marked) 9%, transparent); font-weight: 600; }
.what-if { margin: 0 0 16px; padding: 10px 20px; border-top: 1px solid var(--line); }
.what-if[open] { padding-bottom: 14px; border-top: 4px solid var(--open); }
.what-if summary h3 { display: inline; font-size: 16px; }
.limits { display: grid; gap: 6px; margin: 8px 0 12px; }
.limit { display: grid; grid-template-columns: minmax(0, 1fr) minmax(90px, 240px) 96px 40px minmax(0, 150px); gap: 10px; align-items: center; font-size: 13px; }
.limit.moved label { font-weight: 700; }
.limit input { width: 100%; min-width: 0; accent-color: var(--good); }
.what-if-banner p {
  position: fixed; z-index: 10; left: 0; right: 0; bottom: 0; margin: 0; max-width: none; padding: 10px 24px; display: flex; gap: 16px;
  flex-wrap: wrap; align-items: center; justify-content: center; background: var(--warn); border-top: 2px solid var(--open); font-size: 14px;
}
.theme { float: right; font-size: 13px; color: var(--muted); }
article[data-part] { display: none; padding-top: 8px; }
.one-trial .chapters { display: none; }
.one-trial article[data-part] { display: block; }
h2.trial { font-size: 26px; margin: 0 0 10px; overflow-wrap: anywhere; }
.command pre { overflow-x: auto; padding: 12px; background: var(--paper); border-radius: 6px; user-select: all; }
details { margin-top: 16px; }
summary { cursor: pointer; color: var(--accent); }
footer { padding: 32px 24px 48px; color: var(--muted); font-size: 13px; }
@media (max-width: 940px) { .case { grid-template-columns: minmax(0, 1fr); } }
@media (max-width: 620px) {
  main, header, footer { padding-left: 14px; padding-right: 14px; }
  .card { padding: 14px; }
  .limit { grid-template-columns: minmax(0, 1fr) 84px 34px; }
  .limit label, .limit button { grid-column: 1 / -1; }
  .theme { float: none; display: block; margin-bottom: 8px; }
  .numbers { grid-template-columns: 1fr; gap: 10px; }
  .numbers > div { display: grid; grid-template-columns: 104px 1fr; column-gap: 8px; }
  .numbers .big { font-size: 26px; grid-row: span 2; }
  th, td { padding: 5px 8px; }
}
@media print {
  :root, :root[data-theme] { color-scheme: light; --paper: #fff; --card: #fff; --ink: #000; --muted: #444; --line: #bbb; --accent: #000; }
  * { print-color-adjust: exact; }
  body { font-size: 11px; }
  nav, .tools, .theme, .acts, .handle, .what-if:not([open]), button { display: none !important; }
  .rows thead th button { display: block !important; }
  .what-if-banner p { position: static; border: 2px solid #000; }
  .scroll { overflow: visible; max-height: none; }
  thead th { position: static; }
  .card, figure, tr { break-inside: avoid; }
  h2 { break-after: avoid; }
}
`;
