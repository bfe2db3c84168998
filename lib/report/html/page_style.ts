/** The page's style sheet: one column, light and dark, from 360 pixels up. */
import { armColourVariables } from "../render/theme.ts";

/** CSS of every report. */
export const PAGE_STYLE = `
:root{color-scheme:light dark;--page:#fbfbfa;--card:#fff;--ink:#1c1e21;--quiet:#596069;--line:#dde0e4;--link:#0b5cad;
--heat:#0b5cad;--mark:#7ba6d0;--good:#1b7a3d;--bad:#b3261e;--tint:#eef2f6;--shade:#dfe3e8;--warn-ink:#6b3d00;--warn:#fff3dd;
${armColourVariables("light")}}
@media (prefers-color-scheme:dark){:root{--page:#14161a;--card:#1b1e23;--ink:#e8eaed;--quiet:#a2abb6;--line:#343a42;
--link:#7dbbff;--heat:#7dbbff;--mark:#4f7fae;--good:#6fd08c;--bad:#ff8f85;--tint:#23282f;--shade:#2b3037;--warn-ink:#ffd59a;--warn:#3a2c12;
${armColourVariables("dark")}}}
*{box-sizing:border-box}
html{scroll-padding-top:12px;-webkit-text-size-adjust:100%}
body{margin:0;background:var(--page);color:var(--ink);font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,Helvetica,Arial,sans-serif;overflow-wrap:break-word}
main,header,footer{max-width:1152px;margin:0 auto;padding:0 16px}
.skip{position:absolute;left:-999px}.skip:focus{left:8px;top:8px;background:var(--card);padding:8px 12px;z-index:2}
header{padding-top:36px}
h1{font-size:30px;line-height:1.2;margin:0 0 10px;letter-spacing:-.01em}
h2{font-size:22px;line-height:1.25;margin:52px 0 10px;padding-top:18px;border-top:1px solid var(--line)}
h3{font-size:17px;margin:30px 0 6px}
h4{font-size:13px;font-weight:600;margin:0 0 4px}
p{margin:0 0 12px;max-width:74ch}
.question{font-size:18px;color:var(--quiet);max-width:70ch}
.notice{background:var(--warn);color:var(--warn-ink);border-radius:6px;padding:10px 14px;max-width:none}
a{color:var(--link);text-underline-offset:2px}
:focus-visible{outline:2px solid var(--link);outline-offset:2px;border-radius:2px}
nav{margin:18px 0 0}nav ol{list-style:none;margin:0;padding:0;display:flex;flex-wrap:wrap;gap:4px 18px;font-size:15px}
nav a{display:inline-block;padding:3px 0}
ul.answer{margin:0 0 14px;padding-left:20px;max-width:82ch}ul.answer li{margin:0 0 8px}
figure{margin:14px 0 26px}
figcaption{font-size:14px;color:var(--quiet);max-width:92ch;margin-top:8px}
.data{white-space:nowrap;font-size:14px;margin-right:10px}
[data-download]{white-space:nowrap}button[data-download]{font:inherit;font-size:13px;color:var(--link);background:none;border:0;padding:2px 4px;margin:0;text-decoration:underline;text-underline-offset:2px;cursor:pointer}
.get{font-size:13px;color:var(--quiet);margin:2px 0 0}.get a{margin-left:6px}.panel>.get,.wide>.get,.narrow>.get{font-size:12px}.scroll+.get{margin:-10px 0 18px}
.legend{list-style:none;margin:0 0 10px;padding:0;display:flex;flex-wrap:wrap;gap:2px 18px;font-size:14px}
.legend li{display:flex;align-items:center;gap:7px}
.swatch{display:inline-block;width:14px;height:11px;background:var(--mark)}.outline{display:inline-block;width:16px;border-top:2px solid var(--ink)}
.panels{display:grid;gap:26px 20px;align-items:start;grid-template-columns:repeat(auto-fill,minmax(min(100%,330px),1fr))}
.panels.small{grid-template-columns:repeat(auto-fill,minmax(min(100%,195px),1fr));gap:14px 16px}
.panels.paired{grid-template-columns:repeat(auto-fill,minmax(min(100%,195px),1fr));gap:14px 16px;align-items:stretch}.pair{display:grid;gap:14px 16px;grid-template-rows:1fr 1fr}
.panel{min-width:0}.panel svg,.tab svg,.wide svg{display:block;max-width:100%;height:auto}
.panel .note{font-size:13px;color:var(--quiet);margin:2px 0 0}
@media (min-width:1060px){.panels.pairs{grid-template-columns:repeat(3,1fr);grid-template-rows:auto auto;grid-auto-flow:column}}
@media (max-width:470px){.panels.small,.pair{grid-template-columns:repeat(2,minmax(0,1fr))}.panels.paired{grid-template-columns:1fr}.pair{grid-template-rows:none}}
.narrow{display:none}@media (max-width:720px){.wide{display:none}.narrow{display:block}}
.scroll{overflow-x:auto;margin:10px 0 16px;background:linear-gradient(to right,var(--page) 30%,transparent),linear-gradient(to left,var(--page) 30%,transparent) 100% 0,linear-gradient(to right,var(--shade),transparent),linear-gradient(to left,var(--shade),transparent) 100% 0;background-repeat:no-repeat;background-size:40px 100%,40px 100%,16px 100%,16px 100%;background-attachment:local,local,scroll,scroll}
table{border-collapse:collapse;font-size:14px;line-height:1.4;font-variant-numeric:tabular-nums}
th,td{padding:6px 12px 6px 0;border-bottom:1px solid var(--line);text-align:left;vertical-align:top;font-weight:400}
th:last-child,td:last-child{padding-right:0}
thead th{color:var(--quiet);font-size:13px;vertical-align:bottom}
tbody th{min-width:7em}
.numbers td,.numbers thead th:not(:first-child){text-align:right;white-space:nowrap;padding-left:12px}
.left2 td:nth-child(2),.numbers.left2 thead th:nth-child(2){text-align:left}
.words td code{white-space:nowrap}@media (max-width:470px){.numbers thead th:not(:first-child){white-space:normal}tbody th{min-width:6em}.numbers td,.numbers thead th:not(:first-child){padding-left:9px;padding-right:0}}
.words td{min-width:7em;max-width:46ch;overflow-wrap:anywhere}
.heat td{text-align:center;min-width:4.2em;background:color-mix(in srgb,var(--heat) calc(var(--share)*55%),transparent)}
.heat th,.heat td{padding:4px 10px;border-bottom:1px solid var(--page);white-space:nowrap}.heat tbody th{padding-left:0}@media (max-width:470px){.heat td,.heat th{padding:4px 5px;min-width:0;font-size:13px}.heat td{min-width:3.4em}.heat tbody th{white-space:normal;min-width:0}}
.key{display:inline-block;width:10px;height:10px;border-radius:2px;margin-right:7px}
.up{color:var(--good)}.down{color:var(--bad)}.quiet{color:var(--quiet)}small{font-size:13px;color:var(--quiet)}
fieldset{border:0;margin:0;padding:0;min-width:0}
.tabs legend{font-size:13px;color:var(--quiet);padding:0;margin-bottom:4px}
.tabs input{position:absolute;opacity:0;width:1px;height:1px}
.tabs label{display:inline-block;padding:5px 12px;margin:0 6px 8px 0;border:1px solid var(--line);border-radius:999px;font-size:14px;cursor:pointer;background:var(--card)}
.tabs input:checked+label{background:var(--ink);color:var(--page);border-color:var(--ink)}
.tabs input:focus-visible+label{outline:2px solid var(--link);outline-offset:2px}
.tab{display:none}
${
  [1, 2, 3, 4, 5, 6].map((n) => `.tabs input:nth-of-type(${n}):checked~.tab:nth-of-type(${n})`)
    .join(",")
}{display:block}
.gallery{display:grid;gap:16px;grid-template-columns:repeat(auto-fill,minmax(min(100%,256px),1fr))}
.card{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:14px;min-width:0}
.card .ask{display:flex;gap:14px;align-items:flex-start}
.card img{width:96px;height:96px;image-rendering:pixelated;background:#000;padding:4px;border-radius:3px;flex:none}
.card p{margin:0 0 4px}.verdict{display:flex;flex-wrap:wrap;gap:0 12px}.verdict span{white-space:nowrap}.card .answer{border-top:1px solid var(--line);margin-top:10px;padding-top:8px;font-size:13.5px}
.boxed{border:1.5px solid var(--quiet);border-radius:3px;padding:0 6px;font-weight:600}
.card code{display:block;white-space:pre-wrap;overflow-wrap:anywhere;background:var(--tint);border-radius:4px;padding:6px 8px;margin:4px 0}
code{font:13px/1.45 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
details{margin:10px 0 16px}summary{cursor:pointer;padding:4px 0}
dl{display:grid;grid-template-columns:minmax(7em,max-content) 1fr;gap:4px 18px;font-size:14px;margin:10px 0}dt{color:var(--quiet)}dd{margin:0;overflow-wrap:anywhere}
footer{color:var(--quiet);font-size:14px;padding-top:30px;padding-bottom:50px}
@media (max-width:470px){h1{font-size:25px}h2{font-size:20px;margin-top:40px}dl{grid-template-columns:1fr;gap:0 0}dd{margin-bottom:8px}}
@media print{nav,.data,.get,button,.skip{display:none}body{background:#fff}}
`;
