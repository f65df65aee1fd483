"""The style of the report's page: light and dark, from a phone to a wide screen, and on paper."""

from __future__ import annotations

STYLE = """
.coaching-report { --page: #f5f6f8; --panel: #ffffff; --ink: #1b1e23; --muted: #565d66; --line: #dfe3e8;
  --accent: #1a6785; --range: #b5d5e2; --goal: #a05a00; --warn: #8a4300; --warn-panel: #fff3e3; --fair: #1d6b3a;
  --fair-panel: #e5f4ea;
  background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, -apple-system, "Segoe UI", sans-serif;
  font-variant-numeric: tabular-nums; padding: 24px 16px 48px; }
@media (prefers-color-scheme: dark) {
  .coaching-report { --page: #14171a; --panel: #1d2126; --ink: #e9ecef; --muted: #a6afb8; --line: #353c44;
    --accent: #72c4e0; --range: #2c5567; --goal: #e39a3f; --warn: #ffb878; --warn-panel: #38281a; --fair: #8ddba6;
    --fair-panel: #1b3325; } }
.coaching-report * { box-sizing: border-box; }
.coaching-report main { max-width: 1120px; margin: 0 auto; }
.coaching-report h1 { font-size: 26px; line-height: 1.2; margin: 0 0 4px; letter-spacing: -0.01em; }
.coaching-report h2 { font-size: 18px; margin: 36px 0 12px; }
.coaching-report p { margin: 0 0 12px; max-width: 76ch; }
.coaching-report .muted { color: var(--muted); }
.coaching-report small, .coaching-report .small-text { font-size: 13px; color: var(--muted); }
.coaching-report code { font: 13px/1.5 ui-monospace, "SFMono-Regular", Menlo, Consolas, monospace;
  overflow-wrap: anywhere; }
.coaching-report .tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(160px, 1fr)); gap: 12px;
  margin: 24px 0 0; padding: 0; }
.coaching-report .tile, .coaching-report .panel { background: var(--panel); border: 1px solid var(--line);
  border-radius: 10px; padding: 14px 16px; margin: 0; }
.coaching-report .tile dt { color: var(--muted); font-size: 13px; }
.coaching-report .tile dd { margin: 0; font-size: 24px; font-weight: 600; line-height: 1.3; }
.coaching-report .tile dd.small-text { font-size: 13px; font-weight: 400; line-height: 1.4; margin-top: 2px; }
.coaching-report .plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(300px, 1fr)); gap: 12px; }
.coaching-report figcaption { font-weight: 600; margin-bottom: 10px; }
.coaching-report .scaled { display: grid; grid-template-columns: auto 1fr; gap: 2px 8px; font-size: 12px;
  color: var(--muted); }
.coaching-report .scaled .up { display: flex; flex-direction: column; justify-content: space-between;
  text-align: right; line-height: 1; }
.coaching-report .scaled .along { grid-column: 2; display: flex; justify-content: space-between; padding-top: 4px; }
.coaching-report svg { display: block; width: 100%; }
.coaching-report svg.plot { height: 140px; }
.coaching-report svg.small { height: 18px; min-width: 96px; }
.coaching-report svg.spark { height: 30px; }
.coaching-report svg .bar, .coaching-report svg .value { fill: var(--accent); }
.coaching-report svg .range { fill: var(--range); }
.coaching-report svg line { stroke: var(--line); stroke-width: 1; vector-effect: non-scaling-stroke; }
.coaching-report svg .axis { stroke: var(--muted); }
.coaching-report svg .goal { stroke: var(--goal); stroke-width: 1.5; stroke-dasharray: 4 3; }
.coaching-report .table { padding: 4px 0; overflow-x: auto; }
.coaching-report table { border-collapse: collapse; width: 100%; }
.coaching-report caption { text-align: left; padding: 10px 16px 4px; color: var(--muted); font-size: 13px; }
.coaching-report th, .coaching-report td { padding: 10px 8px; text-align: left; vertical-align: top;
  border-top: 1px solid var(--line); font-weight: 400; }
.coaching-report th:first-child, .coaching-report td:first-child { padding-left: 16px; }
.coaching-report th:last-child, .coaching-report td:last-child { padding-right: 16px; }
.coaching-report thead th { border-top: 0; color: var(--muted); font-size: 13px; white-space: nowrap; }
.coaching-report .number { text-align: right; white-space: nowrap; }
.coaching-report tbody th { min-width: 220px; overflow-wrap: anywhere; }
.coaching-report .precise { min-width: 176px; }
.coaching-report .whole { white-space: nowrap; }
.coaching-report .wide { min-width: 200px; }
.coaching-report .moved { width: 110px; }
.coaching-report .tag { display: inline-block; border-radius: 999px; padding: 0 8px; font-size: 12px;
  line-height: 20px; white-space: nowrap; background: var(--page); color: var(--muted); border: 1px solid var(--line); }
.coaching-report .tag.warn { background: var(--warn-panel); color: var(--warn); border-color: transparent; }
.coaching-report .tag.fair { background: var(--fair-panel); color: var(--fair); border-color: transparent; }
.coaching-report ul { margin: 0; padding: 0 0 0 20px; }
.coaching-report li { margin: 0 0 8px; max-width: 90ch; }
.coaching-report .review { list-style: none; padding: 0; display: grid; gap: 12px; }
.coaching-report .review li { margin: 0; max-width: none; border-left: 4px solid var(--goal); overflow-wrap: anywhere; }
.coaching-report .review code { display: block; margin-top: 6px; }
@media (max-width: 760px) {
  .coaching-report { padding: 16px 12px 32px; }
  .coaching-report .tiles { grid-template-columns: 1fr 1fr; }
  .coaching-report .tile dd { font-size: 20px; }
  .coaching-report thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .coaching-report table, .coaching-report caption, .coaching-report tbody, .coaching-report tr,
  .coaching-report tbody th { display: block; }
  .coaching-report tbody tr { border-top: 1px solid var(--line); padding: 12px 16px; }
  .coaching-report tbody th, .coaching-report td, .coaching-report tbody th:first-child,
  .coaching-report td:last-child { border: 0; padding: 2px 0; }
  .coaching-report tbody th { padding-bottom: 6px; }
  .coaching-report td, .coaching-report td.number { display: grid; grid-template-columns: 100px 1fr; gap: 8px;
    text-align: left; }
  .coaching-report .precise, .coaching-report .moved { min-width: 0; width: 100%; max-width: 240px; }
  .coaching-report td::before { content: attr(data-label); color: var(--muted); font-size: 13px; } }
@media print {
  .coaching-report { background: none; padding: 0; }
  .coaching-report .panel, .coaching-report .tile, .coaching-report tr { break-inside: avoid; } }
"""
"""For everything inside an element of the class `coaching-report`, and for nothing else on a page."""
