// The style sheet of the page: inline, so class names are short. Verdicts have the letters of `classOf`; ladders have theirs below `.l`.

const light = `--bg:#fafaf7;--fg:#1b1d21;--q:#575d67;--line:#d8dade;--card:#fff;--a:#1a4bb8;
--p:#14622f;--pb:#dcf1e3;--f:#a3101c;--fb:#fde0e0;--w:#6f4400;--wb:#fdecc8;--o:#274684;--ob:#e2e9fb;--s:#4f555e;--sb:#e9eaed;--i:#64288a;--ib:#f1e2fa`;
const dark = `--bg:#14161a;--fg:#e7e8ea;--q:#a9afb9;--line:#383c44;--card:#1b1e23;--a:#93b5ff;
--p:#84dfa6;--pb:#15361f;--f:#ffa3a3;--fb:#4a181c;--w:#f7c976;--wb:#3e2c0a;--o:#adc5ff;--ob:#1d2a48;--s:#b6bcc6;--sb:#2a2d34;--i:#ddb6f4;--ib:#382042`;

/** By class, and on the badges of what folds by its attribute. */
const colours = (
  [
    ['p', 'p'],
    ['fe', 'f'],
    ['w', 'w'],
    ['o', 'o'],
    ['snu', 's'],
    ['i', 'i'],
  ] as const
)
  .map(([letters, hue]) => {
    const selectors = [...letters].flatMap((one) => [`.${one}`, `[data-v=${one}]>summary>b`]);
    return `${selectors.join()}{color:var(--${hue});background:var(--${hue}b)}`;
  })
  .join('');

/** What is printed: what did not go well, and what the reader has unfolded. */
const onPaper = ':is([open],[data-v=f],[data-v=e],[data-v=w],[data-v=i])';

const page = `
*{box-sizing:border-box}[hidden]{display:none!important}
html{scroll-padding-top:5rem}
body{margin:0;background:var(--bg);color:var(--fg);font:1rem/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;overflow-wrap:anywhere}
header,main,footer{max-width:74rem;margin:0 auto;padding:0 1rem}
header{padding-top:1.5rem}main:focus{outline:0}
h1{font-size:clamp(1.4rem,4.2vw,2.1rem);line-height:1.25;margin:0}h1 small{display:block;font-size:1rem;font-weight:600;color:var(--q);margin-bottom:.5rem}
h2{font-size:1.3rem;margin:2.2rem 0 .6rem}h3{font-size:.9rem;font-weight:600;margin:0}
p{margin:.4rem 0}a{color:var(--a);text-underline-offset:.15em}
:focus-visible{outline:3px solid var(--a);outline-offset:2px;border-radius:3px}
.skip{position:absolute;left:-999rem}.skip:focus{position:static;display:block;padding:.5rem 1rem}
.q,small,footer,output{color:var(--q);font-size:.875rem}
.w0{white-space:pre-wrap}
.j{display:block;border-radius:.6rem;padding:.7rem 1rem;border-left:.4rem solid}

${colours}
.t0{display:flex;flex-wrap:wrap;gap:.5rem;padding:0;margin:.4rem 0;list-style:none}.t0 li{border-radius:.5rem;padding:.35rem .8rem;font-size:.875rem}.t0 b{font-size:1.35rem;margin-right:.2rem}.t0 a{color:inherit;text-decoration:none}.t0 a:hover{text-decoration:underline}
.o0{padding-left:1.5rem}.o0 li{margin:.7rem 0}.o0 p{margin:.15rem 0}
.y{display:grid;grid-template-columns:14rem minmax(0,1fr);gap:.1rem 1rem;margin:.3rem 0}.y h3{padding-top:.15rem;color:var(--q);font-weight:500}
.g{display:flex;flex-wrap:wrap;gap:3px;margin:0;padding:0;list-style:none}
.g a{display:grid;place-items:center;width:1.6rem;height:1.6rem;border-radius:.3rem;font-size:.8rem;font-weight:700;text-decoration:none}
.g .f,.g .e{border-radius:0;box-shadow:inset 0 0 0 2px}.g .w{border-radius:50%}.g .i{border-radius:.8rem .8rem 0 0}.g a:hover{box-shadow:inset 0 0 0 2px}
table{border-collapse:collapse;font-variant-numeric:tabular-nums;font-size:.875rem}
th,td{text-align:left;vertical-align:top;padding:.2rem 1rem .2rem 0;border-bottom:1px solid var(--line)}th{font-weight:600}
.z td,.z thead th{overflow-wrap:normal;white-space:nowrap}
.k{display:flex;flex-wrap:wrap;gap:.5rem;margin:0}.k div{background:var(--card);border:1px solid var(--line);border-radius:.5rem;padding:.35rem .7rem}
dl{margin:.3rem 0}dt{color:var(--q);font-size:.8rem}dd{margin:0}
svg{display:block;width:100%;height:5rem;background:var(--card);border:1px solid var(--line);border-radius:.4rem}path{fill:var(--o);opacity:.65}path.f{fill:var(--f);opacity:1}
search{position:sticky;top:0;z-index:2;display:flex;flex-wrap:wrap;gap:.4rem 1rem;align-items:center;margin-top:2rem;padding:.5rem 0;background:var(--bg);border-bottom:1px solid var(--line);font-size:.875rem}
input,select{font:inherit;color:inherit;background:var(--card);border:1px solid var(--q);border-radius:.35rem;padding:.25rem .4rem;max-width:10rem}
details{min-width:0}summary{cursor:pointer}summary:hover{text-decoration:underline}
[data-v]>summary>b,.v{border-radius:.35rem;padding:.1rem .45rem;font-size:.8rem;white-space:nowrap}
nav a{margin-right:.8rem;font-size:.875rem}nav{max-width:74rem;margin:.6rem auto 0;padding:0 1rem}
.c{border-left:3px solid var(--line);padding-left:.8rem;margin:.7rem 0}.c dl{display:grid;grid-template-columns:auto minmax(0,1fr);gap:.15rem .9rem;font-size:.9rem;margin:.2rem 0}.c dt{line-height:1.7}.c dd p{margin:0 0 .2rem}.c ul{margin:0;padding-left:1.1rem}
pre{font:.8125rem/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;white-space:pre-wrap;margin:.4rem 0;color:var(--q)}
button{font:inherit;font-size:.875rem;color:var(--a);background:var(--card);border:1px solid var(--q);border-radius:.35rem;padding:.25rem .6rem;cursor:pointer}button:hover{background:var(--ob)}
[data-s]>h3,#page-scenarios~div>h3{margin:1.1rem 0 .3rem;color:var(--q);scroll-margin-top:4rem}
[data-v]{content-visibility:auto;contain-intrinsic-size:auto 2.6rem;background:var(--card);border:1px solid var(--line);border-radius:.5rem;margin:.3rem 0}[data-v]>summary{padding:.4rem .7rem}[data-v]>:not(summary){margin-left:.9rem;margin-right:.9rem}
[data-v]:target{outline:3px solid var(--a)}
.h{font-size:.9rem;padding-left:2rem;margin:.4rem 0}
code{font:.8125rem/1.45 ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace}
em{font-style:normal;font-weight:600;color:var(--f)}
footer{padding:2.5rem 1rem}
@media (max-width:44rem){.z th,.z td{padding-right:.5rem;font-size:.75rem}.z thead th+th{writing-mode:vertical-rl;vertical-align:bottom}.y{grid-template-columns:minmax(0,1fr)}[data-v]>:not(summary){margin-left:.5rem;margin-right:.5rem}.y0{margin-left:-1rem}.y0 li{grid-template-columns:1.8rem minmax(0,1fr);gap:0 .4rem}.y0 span{grid-column:2}.h{padding-left:1.5rem}search{position:static}html{scroll-padding-top:0}.c{padding-left:.5rem}.c dl{grid-template-columns:minmax(0,1fr)}}
@media print{:root{color-scheme:light;font-size:9pt}search,.skip,nav,button{display:none}.y,.o0 li,.c,.l>li,summary{break-inside:avoid}[data-v]{border-width:0 0 1px;border-radius:0;margin:0}
:is([data-s],#page-scenarios~div):not(:has(>${onPaper})),[data-v]:not(${onPaper}){display:none}h2,h3,[data-v]>summary{break-after:avoid}*{print-color-adjust:exact}}
`;

/** Lanes of a ladder: `--n` connections and the broker at the right; `--c` is the lane of an entry, counted from 1; the class of an entry tells its kind, then its lane. */
const ladder = `
.l{--lane:1.3rem;list-style:none;margin:.3rem 0;padding:0;font-size:.85rem}
.l>li{display:grid;grid-template-columns:3.6rem calc((var(--n) + 1)*var(--lane)) minmax(0,1fr);gap:0 .5rem}
.l>li>i{font-style:normal;text-align:right;color:var(--q);font-variant-numeric:tabular-nums;white-space:nowrap;padding:.1rem 0;grid-area:1/1}
.l>li>p,.l>li>details{grid-column:3;margin:0;padding:.1rem 0}
.l>li::after{content:"";grid-area:1/2;background:repeating-linear-gradient(90deg,transparent 0 calc(var(--lane)/2 - 1px),var(--line) 0 calc(var(--lane)/2 + 1px),transparent 0 var(--lane))}
.l>li::before{content:"";grid-area:1/2;z-index:1;height:.7rem;margin:.4rem 0 0 calc((var(--c) - .5)*var(--lane));width:calc((var(--n) + 1 - var(--c))*var(--lane));background:currentColor;clip-path:polygon(0 42%,calc(100% - .45rem) 42%,calc(100% - .45rem) 0,100% 50%,calc(100% - .45rem) 100%,calc(100% - .45rem) 58%,0 58%)}
.l>[class^=t]::before{background:var(--a)}.l>[class^=r]::before{background:var(--i);transform:scaleX(-1)}
.l>[class^=b]::before,.l>[class^=x]::before,.l>[class^=m]::before{width:.7rem;margin-left:calc((var(--c) - .5)*var(--lane) - .35rem);clip-path:circle(45%);background:var(--p)}
.l>[class^=x]::before{clip-path:none;background:var(--f)}.l>[class^=m]::before{background:var(--q);clip-path:polygon(50% 15%,85% 50%,50% 85%,15% 50%)}
.l>.m::before,.l>:not([class])::before,.l>.h0::before{content:none}
.l>[class^=q]::before{height:.7rem;background:linear-gradient(var(--f) 0 0) 100% 0/.45rem 100% no-repeat,repeating-linear-gradient(90deg,var(--f) 0 4px,transparent 0 8px);transform:scaleX(-1)}
.l>[class^=q]{color:var(--f)}
.l>[data-w]::after{border-right:2px dashed var(--f)}
.l>.h0::after{content:none}.l>.h0>span{grid-area:1/2;display:flex;align-items:end}.l>.h0 b{width:var(--lane);writing-mode:vertical-rl;transform:rotate(180deg);font-size:.75rem;font-weight:600;line-height:var(--lane);max-height:12rem;overflow-wrap:normal;white-space:nowrap}
.l>.h0>i{align-self:end}
.l>[class^=m],.l>:not([class]){color:var(--q)}
.l>[aria-current]{background:var(--wb);color:var(--fg);box-shadow:inset 4px 0 var(--w)}.l>[aria-current]>i{color:var(--fg)}.l>[aria-current] em{color:var(--f)}
.y0{list-style:none;margin:.2rem 0 .5rem;padding:0;font-size:.8125rem}.y0 li{display:grid;grid-template-columns:2.5rem minmax(0,16rem) minmax(0,1fr);gap:.7rem;border-top:1px solid var(--line)}.y0 i{font-style:normal;text-align:right;color:var(--q)}.y0 li:not(:has(i)){display:block}
.l>li>p{padding-left:1rem}.l summary{margin-left:0}.l summary>small{color:inherit;opacity:.8;font-size:.75rem;white-space:nowrap}.l>[aria-current] summary{color:var(--fg)}
@media (max-width:44rem){.l{--lane:min(.8rem,8rem / (var(--n) + 1));font-size:.8rem}.l>.h0 b{font-size:.65rem}.l>li{grid-template-columns:3.1rem calc((var(--n) + 1)*var(--lane)) minmax(0,1fr);gap:0 .3rem}.l>li::before{clip-path:polygon(0 42%,calc(100% - .3rem) 42%,calc(100% - .3rem) 0,100% 50%,calc(100% - .3rem) 100%,calc(100% - .3rem) 58%,0 58%)}}
`;

const numbers = Array.from(
  { length: 17 },
  (_, i) => `.k${i}{--n:${i}}.l>[class$=${'zabcdefghijklmnop'[i]}]{--c:${i}}`,
).join('');

export const style = `:root{color-scheme:light dark;${light}}@media screen and (prefers-color-scheme:dark){:root{${dark}}}${page}${ladder}${numbers}`;
