/** The look of the page: light, dark and print, from 320 px up. */
export const PAGE_STYLE = `
:root {
  color-scheme: light dark;
  --paper: #f6f7f9; --card: #ffffff; --ink: #1c2430; --muted: #5b6675; --line: #dfe3e9; --accent: #0a5fb4;
  --good: #00714f; --bad: #b3321f; --open: #8a5a00; --better: #2f7fd1; --worse: #e0533d;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #10141a; --card: #171c24; --ink: #e8ecf2; --muted: #9aa6b6; --line: #2a323e; --accent: #7cb8f5;
    --good: #3ecf9a; --bad: #ff8a75; --open: #f0b445; --better: #4f9fe8; --worse: #ee6a54;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--paper); color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif;
  font-variant-numeric: tabular-nums;
}
main, header, footer { max-width: 1180px; margin: 0 auto; padding: 0 24px; }
header { padding-top: 22px; }
h1 { margin: 0 0 4px; font-size: 26px; line-height: 1.2; letter-spacing: -0.01em; overflow-wrap: anywhere; }
h2 { margin: 36px 0 12px; font-size: 19px; }
section:first-child > h2 { margin-top: 20px; }
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
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 440px), 1fr)); gap: 16px; }
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
.choice, .filter { display: flex; align-items: center; gap: 14px; margin: 0 0 10px; font-size: 14px; }
[hidden] { display: none !important; }
input, select {
  font: inherit; color: inherit; background: var(--card); border: 1px solid var(--line); border-radius: 6px;
  padding: 4px 8px; max-width: 100%;
}
.filter output { color: var(--muted); }
.plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 480px), 1fr)); gap: 16px; }
figure { margin: 0; overflow: hidden; min-width: 0; }
.plot { width: 100%; min-height: 390px; }
.plot > svg { display: block; width: 100%; height: 100%; }
.scroll { overflow-x: auto; margin-bottom: 12px; }
.tall { max-height: 84vh; overflow-y: auto; }
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
th button { all: unset; box-sizing: border-box; width: 100%; cursor: pointer; font-weight: 600; }
th button:disabled { cursor: default; }
th button:hover:enabled { color: var(--ink); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 3px; }
th[aria-sort=ascending] button::before { content: '▲ '; font-size: 9px; }
th[aria-sort=descending] button::before { content: '▼ '; font-size: 9px; }
tr.winner > * { background: color-mix(in srgb, var(--good) 9%, transparent); }
tr.winner > th:first-child { box-shadow: inset 3px 0 var(--good); font-weight: 700; }
tr.baseline > th:first-child { box-shadow: inset 3px 0 var(--muted); }
tr.failed { color: var(--muted); }
.wide { min-width: 760px; }
.heat td[style] small { color: inherit; opacity: 0.85; }
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
details { margin-top: 16px; }
summary { cursor: pointer; color: var(--accent); }
footer { padding: 32px 24px 48px; color: var(--muted); font-size: 13px; }
@media (max-width: 620px) {
  main, header, footer { padding-left: 14px; padding-right: 14px; }
  .card { padding: 14px; }
  .numbers { grid-template-columns: 1fr; gap: 10px; }
  .numbers > div { display: grid; grid-template-columns: 104px 1fr; column-gap: 8px; }
  .numbers .big { font-size: 26px; grid-row: span 2; }
  th, td { padding: 5px 8px; }
}
@media print {
  :root {
    color-scheme: light;
    --paper: #fff; --card: #fff; --ink: #000; --muted: #444; --line: #bbb; --accent: #000;
    --good: #00603f; --bad: #9a2413; --open: #6b4600;
  }
  * { print-color-adjust: exact; }
  body { font-size: 11px; }
  nav, .filter, .choice { display: none !important; }
  .scroll { overflow: visible; max-height: none; }
  thead th { position: static; }
  .card, figure, tr { break-inside: avoid; }
  h2 { break-after: avoid; }
}
`;
