// Bytes as text that needs no escape in HTML: 13 bits in two of 91 letters, where base64 has 12. In: bytes. Out: letters.

/** The way back, for the page's script. */
export const bytesOfInScript = `
const letters=[...Array(94).keys()].map((i)=>String.fromCharCode(i+33)).filter((c)=>!'&<\`'.includes(c));
const values=Object.fromEntries(letters.map((c,i)=>[c,i]));
const bytesOf=(text,length)=>{
const bytes=new Uint8Array(length);let waiting=0,bits=0,at=0;
for(let i=0;i<text.length;i+=2){
waiting|=(values[text[i]]*letters.length+values[text[i+1]])<<bits;
for(bits+=13;bits>7;bits-=8){if(at<length)bytes[at++]=waiting;waiting>>>=8}}
return bytes};
`;

const letters = Array.from({ length: 94 }, (_, i) => String.fromCharCode(i + 33)).filter((one) => !'&<`'.includes(one));
const bitsOfTwo = 13;

export function textOfBytes(bytes: Uint8Array): string {
  const parts: string[] = [];
  let waiting = 0;
  let bits = 0;
  const write = (): void => {
    const two = waiting & (2 ** bitsOfTwo - 1);
    parts.push(`${letters[Math.floor(two / letters.length)]}${letters[two % letters.length]}`);
    waiting >>>= bitsOfTwo;
    bits -= bitsOfTwo;
  };
  for (const byte of bytes) {
    waiting |= byte << bits;
    bits += 8;
    if (bits >= bitsOfTwo) write();
  }
  if (bits > 0) write();
  return parts.join('');
}
