// The script of the page: filters, and links that open what they lead to. Inline, small; the page reads without it.

export const script = `
const byId=(id)=>document.getElementById(id);
const words=byId('page-words'),verdict=byId('page-verdict'),count=byId('page-count');
const items=[...document.querySelectorAll('.a')].map((e)=>[e,(e.id+' '+e.firstChild.textContent+' '+(e.lastChild.firstChild?.textContent??'')).toLowerCase()]);
const filter=()=>{
const sought=words.value.toLowerCase().split(/\\s+/).filter(Boolean),v=verdict.value;let n=0;
for(const[e,text]of items){const on=(!v||e.dataset.v===v)&&sought.every((w)=>text.includes(w));e.hidden=!on;if(on)n++}
count.textContent=n+' of '+items.length+' shown'};
words.addEventListener('input',filter);verdict.addEventListener('change',filter);
const open=()=>{
let id;try{id=decodeURIComponent(location.hash.slice(1))}catch{return}
const e=id&&byId(id);if(!e)return;
for(let p=e;p;p=p.parentElement){if(p.tagName==='DETAILS')p.open=true;p.hidden=false}
e.scrollIntoView()};
addEventListener('hashchange',open);
document.addEventListener('click',(event)=>{const a=event.target.closest('a[href^="#"]');if(a&&a.hash===location.hash)open()});
let closed=[];
addEventListener('beforeprint',()=>{closed=[...document.querySelectorAll('.a[data-v=f]:not([open])')];for(const e of closed)e.open=true});
addEventListener('afterprint',()=>{for(const e of closed)e.open=false});
byId('page-filters').hidden=false;filter();open();
`;
