// The script of the page: filters, links that open what they lead to, ladders that are unpacked when they are asked for, copying.
// Inline and small; the page reads without it. It never makes markup of what it finds in the page, but for ladders, which were
// escaped when they were packed.

import { bytesOfInScript } from './letters.ts';

/** The address holds what is filtered by, in words, so that it can be passed on. Browsers let it be written only so often, and some not at all. */
const filters = `
const byId=(id)=>document.getElementById(id),all=(what,inside=document)=>[...inside.querySelectorAll(what)];
const words=byId('page-words'),verdict=byId('page-verdict'),chapter=byId('page-chapter'),count=byId('page-count');
const chapterOf=(id)=>byId(id)?.closest('[data-s]')?.dataset.s;
const items=all('[data-v]').map((e)=>{
const facts=e.children[1],cited=facts?.matches('.q')?facts.textContent.split(/\\s+/):[];
return{e,text:(e.id+' '+e.firstChild.textContent+' '+(facts?.textContent??'')).toLowerCase(),chapters:new Set([e.id,...cited].map(chapterOf))}});
const groups=all('#page-main>section>div').filter((e)=>e.querySelector('[data-v]'));
const filter=()=>{
const sought=words.value.toLowerCase().split(/\\s+/).filter(Boolean),v=verdict.value,c=chapter.value;let n=0;
for(const{e,text,chapters}of items){
const on=(!v||e.dataset.v===v)&&(!c||chapters.has(c))&&sought.every((w)=>text.includes(w));
if(e.hidden===on)e.hidden=!on;if(on)n++}
for(const e of groups)e.hidden=!e.querySelector('[data-v]:not([hidden])');
count.textContent=n===items.length?n+' in all':n+' of '+items.length};
const write=(how,hash=location.hash)=>{
const p=new URLSearchParams,put=(name,value)=>{if(value)p.set(name,value)};
put('words',words.value);put('verdict',verdict.value&&verdict.selectedOptions[0].text);put('section',chapter.value);
const query=String(p);
try{history[how+'State'](null,'',(query?'?'+query:location.pathname)+hash)}catch{}};
const read=()=>{
const p=new URLSearchParams(location.search),choose=(list,name)=>{
list.value=[...list.options].find((one)=>one.text===p.get(name))?.value??''};
words.value=p.get('words')??'';choose(verdict,'verdict');choose(chapter,'section');filter()};
let typed=false;
words.addEventListener('input',()=>{filter();write(typed?'replace':'push');typed=true});
words.addEventListener('blur',()=>{typed=false});
for(const list of[verdict,chapter])list.addEventListener('change',()=>{filter();write('push')});
const show=(v)=>{verdict.value=v;words.value=chapter.value='';filter()};
byId('page-reset').addEventListener('click',()=>{show('');write('push');words.focus()});
addEventListener('popstate',()=>{typed=false;read()});
`;

const links = `
const open=()=>{
let id;try{id=decodeURIComponent(location.hash.slice(1))}catch{return}
const e=id&&byId(id);if(!e)return;
for(let p=e;p;p=p.parentElement){if(p.tagName==='DETAILS')p.open=true;p.hidden=false}
e.scrollIntoView();if(e.matches('[data-v]'))e.firstChild.focus({preventScroll:true})};
addEventListener('hashchange',open);
for(const a of all('[data-f]')){
const v=a.dataset.f;a.search='?verdict='+[...verdict.options].find((one)=>one.value===v).text;
a.addEventListener('click',(event)=>{
if(event.ctrlKey||event.metaKey||event.shiftKey)return;
event.preventDefault();show(v);write('push',a.hash);open()})}
document.addEventListener('click',(event)=>{const a=event.target.closest('a[href^="#"]');if(a&&a.hash===location.hash)open()});
document.addEventListener('click',(event)=>{
const e=event.target.closest('summary')?.parentElement;
if(e?.matches('[data-v]:not([open])'))write('replace','#'+e.id)});
document.addEventListener('keydown',(event)=>{
const at=document.activeElement;
if(event.key==='/'&&!event.ctrlKey&&!event.metaKey&&!at.matches('input,select')){event.preventDefault();words.focus();words.select()}
const step={ArrowRight:1,ArrowLeft:-1}[event.key];
if(step&&at.matches('.g a')){const cells=all('.g a');event.preventDefault();cells[cells.indexOf(at)+step]?.focus()}});
for(const a of all('.g a'))a.title=byId(a.hash.slice(1)).firstChild.textContent;
const closed=[];let printing=false;
addEventListener('beforeprint',()=>{printing=true;
const folded=all('[data-v=f]:not([open]),[data-v=e]:not([open])');closed.push(...folded);for(const e of folded)e.open=true});
addEventListener('afterprint',()=>{printing=false;for(const e of closed.splice(0))e.open=false});
`;

const unpacking = `
let unpacked;
const unpack=()=>unpacked??=(async()=>{
const{content,dataset}=byId('page-packed'),stream=new Blob([bytesOf(content.textContent,+dataset.bytes)]).stream();
return JSON.parse(await new Response(stream.pipeThrough(new DecompressionStream('deflate-raw'))).text())})();
const fillTimes=(list,times)=>{let at=0;
const steps=times.split(',');
all(':scope>[class]:not(.h0)>i',list).forEach((i,n)=>{at+=+steps[n];i.textContent=+at.toFixed(1)})};
const linkCited=(facts)=>{
const[start,cited]=facts.textContent.split(' · cites ');
if(!cited||facts.querySelector('a'))return;
facts.textContent=start+' · cites ';
for(const id of cited.split(' ')){const a=document.createElement('a');a.href='#'+id;a.textContent=id;facts.append(a,' ')}};
const copy=async(text)=>{
try{await navigator.clipboard.writeText(text);return true}catch{
const area=document.createElement('textarea');area.value=text;document.body.append(area);area.select();
const done=document.execCommand('copy');area.remove();return done}};
const button=(name,text,said)=>{
const b=document.createElement('button');b.type='button';b.textContent=name;
b.addEventListener('click',async()=>{said.textContent=await copy(text())?'copied':'the browser does not let this page copy'});return b};
const fixture=(head,list)=>{
const names=all('.h0 b',list).map((b)=>b.textContent.replace(/[^\\w.-]+/g,'-'));
const lines=all('li[class]',list).flatMap((li)=>{
const kind=li.className[0],name=names[li.className.charCodeAt(1)-97],time=(li.firstChild.textContent/1e3).toFixed(3);
const words=li.querySelector('p,summary')?.textContent??'',said=(side,what)=>[time+' '+name+' '+side+' '+what];
if(kind==='b')return said('>','open');
if(kind==='x')return said(words.includes('ended by the target')?'<':'>',words.includes('(RST)')?'rst':'fin');
const hex=all('code',li).map((c)=>c.textContent).filter(Boolean).join(' ');
return kind==='t'||kind==='r'?said(kind==='t'?'>':'<',hex+' # '+words.replace(/^decided here: /,'')):[]});
return head+'\\n\\n'+lines.join('\\n')+'\\n'};
const scenarios=all('[aria-labelledby=page-scenarios] [data-v]');
const complete=async(e)=>{
const place=scenarios.indexOf(e);
if(place<0||e.dataset.whole!==undefined)return;
e.dataset.whole='';
linkCited(e.querySelector('.q'));
const[ladder,times,shortCommand,shortHead,passes]=(await unpack())[place];
const whole=(text)=>text.replaceAll('{id}',e.id.split('@')[0]).replace('{title}',()=>e.querySelector('summary').lastChild.data.trim());
const command=whole(shortCommand),head=whole(shortHead);
const markup=(text)=>{const t=document.createElement('template');t.innerHTML=text;return t.content.firstChild};
const bar=document.createElement('p'),said=document.createElement('output');
bar.append(button('Copy as command',()=>command,said),' ');
const trace=e.querySelector('.t'),told=e.querySelector('.h');
if(passes){const list=markup(passes);if(told)told.replaceWith(list);else trace.before(list)}
if(!trace||!ladder){bar.append(said);e.append(bar);return}
const list=markup(ladder);
fillTimes(list,times);
trace.replaceWith(bar,list);
if(head)bar.append(button('Copy as fixture',()=>fixture(head,list),said),' ');
bar.append(said)};
document.addEventListener('toggle',(event)=>{if(event.target.matches('[data-v]')&&event.target.open&&!printing)complete(event.target)},true);
`;

export const script = `
${filters}${links}${bytesOfInScript}${unpacking}
byId('page-filters').hidden=false;byId('page-brief').hidden=true;read();open();addEventListener('load',open);
`;
