// The load as a process: generator.ts LOAD PORT WARM-UP-MS MEASURED-MS SCALE. Its figures go to the parent as the last message.
import { type LoadName, loads } from './loads.ts';

const [name = '', port = '', warmUpMs = '300', measuredMs = '1500', scale = '1'] = process.argv.slice(2);
const load = loads[name as LoadName];
if (load === undefined) throw new Error(`no load ${name}: ${Object.keys(loads).join(', ')}`);
const figures = await load(Number(port), {
  warmUpMs: Number(warmUpMs),
  measuredMs: Number(measuredMs),
  scale: Number(scale),
});
process.send?.({ figures });
process.disconnect?.();
process.exit(0);
