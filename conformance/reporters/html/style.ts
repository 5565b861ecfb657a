// The style sheet of the report: inline, without any network use.

export const style = `
:root{color-scheme:light dark;--bg:#fbfbf9;--fg:#1c1e21;--dim:#595f69;--line:#d9dbdf;--card:#fff;--accent:#1f4fbf;
--pass:#1b6e3c;--passbg:#e2f3e8;--fail:#a8141f;--failbg:#fde5e5;--warn:#7a4a00;--warnbg:#fdf0d5;--obs:#2b4a8b;--obsbg:#e6ecfa;--skip:#555b64;--skipbg:#ecedf0;--inc:#6b2f8a;--incbg:#f3e6fa}
@media (prefers-color-scheme:dark){:root{--bg:#15171a;--fg:#e8e9eb;--dim:#a5abb5;--line:#353941;--card:#1c1f24;--accent:#8fb2ff;
--pass:#7ddba0;--passbg:#173524;--fail:#ff9a9a;--failbg:#45191c;--warn:#f5c266;--warnbg:#3d2c0c;--obs:#a9c2ff;--obsbg:#1d2945;--skip:#b3b9c3;--skipbg:#2a2d33;--inc:#d9aef2;--incbg:#36203f}}
*{box-sizing:border-box}
html{scroll-padding-top:4rem}
body{margin:0;background:var(--bg);color:var(--fg);font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;overflow-wrap:anywhere}
main,header,footer,.evidence{max-width:72rem;margin:0 auto;padding:0 1rem}
header{padding-top:2rem}
h1{font-size:1.15rem;letter-spacing:.02em;color:var(--dim);font-weight:600;margin:0}
h2{font-size:1.35rem;margin:2.6rem 0 .8rem}
h3{font-size:1.05rem;margin:1.6rem 0 .5rem}
a{color:var(--accent);text-underline-offset:.15em}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px;border-radius:3px}
.skip{position:absolute;left:-99rem}.skip:focus{position:static}
.big{font-size:clamp(1.5rem,4.5vw,2.3rem);line-height:1.2;font-weight:700;margin:.4rem 0 .6rem;letter-spacing:-.01em}
.dim{color:var(--dim)}
.small{font-size:.875rem}
.cards{display:flex;flex-wrap:wrap;gap:.6rem;padding:0;list-style:none;margin:1rem 0}
.cards li{background:var(--card);border:1px solid var(--line);border-radius:.6rem;padding:.5rem .9rem;min-width:6.4rem}
.cards b{display:block;font-size:1.5rem;line-height:1.2;font-variant-numeric:tabular-nums}
.v{display:inline-block;border-radius:.35rem;padding:.05rem .5rem;font-size:.8rem;font-weight:650;white-space:nowrap}
.pass{color:var(--pass);background:var(--passbg)}.fail,.error{color:var(--fail);background:var(--failbg)}.warn{color:var(--warn);background:var(--warnbg)}
.observed{color:var(--obs);background:var(--obsbg)}.skipped,.na,.no{color:var(--skip);background:var(--skipbg)}.inconclusive{color:var(--inc);background:var(--incbg)}
.grid{display:flex;flex-wrap:wrap;gap:3px;margin:.2rem 0 .6rem;padding:0;list-style:none}
.grid a{display:grid;place-items:center;width:1.75rem;height:1.75rem;border-radius:.3rem;font-size:.75rem;font-weight:700;text-decoration:none}
.grid .fail{border-radius:0;outline:2px solid var(--fail);outline-offset:-2px}.grid .warn{border-radius:50%}.grid .observed{border-radius:50% 50% 0 0}
.sec{display:grid;grid-template-columns:minmax(0,15rem) minmax(0,1fr);gap:.2rem 1rem;align-items:start}
.sec h3{margin:.25rem 0 0;font-size:.9rem;font-weight:500;color:var(--dim)}
@media (max-width:40rem){.sec{grid-template-columns:minmax(0,1fr)}}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th,td{text-align:left;padding:.3rem .6rem .3rem 0;border-bottom:1px solid var(--line);vertical-align:top}
th{font-weight:600;font-size:.85rem;color:var(--dim)}
.scroll{overflow-x:auto}
details{background:var(--card);border:1px solid var(--line);border-radius:.6rem;margin:.4rem 0}
summary{cursor:pointer;padding:.55rem .8rem;list-style-position:inside}
details>div{padding:0 .8rem .8rem}
details details{background:var(--bg)}
:target>summary{outline:3px solid var(--accent);border-radius:.6rem}
code,.hex{font:.8rem/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
.filters{position:sticky;top:0;background:var(--bg);border-bottom:1px solid var(--line);padding:.6rem 0;display:flex;flex-wrap:wrap;gap:.5rem;z-index:1}
.filters input,.filters select{font:inherit;color:inherit;background:var(--card);border:1px solid var(--dim);border-radius:.4rem;padding:.3rem .5rem;max-width:100%}
.ladder{margin:.6rem 0;padding:0;list-style:none;border-left:2px solid var(--line)}
.ladder li{display:grid;grid-template-columns:4.2rem minmax(5rem,9rem) 1.6rem minmax(0,1fr);gap:.5rem;padding:.12rem .2rem .12rem .5rem;font-size:.85rem}
.ladder time{color:var(--dim);text-align:right;font-variant-numeric:tabular-nums}
.ladder .n{color:var(--dim)}
.ladder .arrow{text-align:center;font-weight:700}
.ladder .decides{background:var(--warnbg);border-radius:.3rem;box-shadow:inset 3px 0 var(--warn)}
.ladder .find{color:var(--fail)}
@media (max-width:40rem){.ladder li{grid-template-columns:3.4rem minmax(0,1fr) 1.4rem;row-gap:0}.ladder .what{grid-column:1/-1;padding-left:1rem}}
.line{position:relative;height:3.2rem;border:1px solid var(--line);border-radius:.5rem;overflow:hidden;background:var(--card)}
.line svg{display:block;width:100%;height:100%}
.hidden{display:none}
footer{padding:3rem 1rem;color:var(--dim);font-size:.875rem}
@media print{.filters,.skip{display:none}details{break-inside:avoid}body{font-size:11px}}
`;

export const script = `
const q=(s)=>[...document.querySelectorAll(s)];
const words=document.getElementById('words'),verdict=document.getElementById('verdict'),count=document.getElementById('count');
const items=q('[data-v]').map((e)=>[e,(e.dataset.t+' '+e.dataset.v).toLowerCase()]);
const filter=()=>{const w=words.value.toLowerCase().split(/\\s+/).filter(Boolean),v=verdict.value;let n=0;
for(const[e,t]of items){const on=(!v||e.dataset.v===v)&&w.every((x)=>t.includes(x));e.classList.toggle('hidden',!on);if(on)n++}
count.textContent=n+' shown'};
words.addEventListener('input',filter);verdict.addEventListener('change',filter);
const open=()=>{const e=document.getElementById(decodeURIComponent(location.hash.slice(1)));if(!e)return;e.classList.remove('hidden');for(let p=e;p;p=p.parentElement)if(p.tagName==='DETAILS')p.open=true;e.scrollIntoView()};
addEventListener('hashchange',open);document.querySelector('.filters').classList.remove('hidden');open();
`;
