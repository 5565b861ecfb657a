// Who writes each packet by itself, as a process: single-writer.ts PORT TOPIC-NAME. It tells its parent once it writes, and ends with it.
import { writeRepeatedly } from './bare-handle.ts';
import { peers } from './load.ts';
import { publish } from './packets.ts';

const longestMs = 60_000;
const packetsPerTurn = 512;

const [port = '', topicName = ''] = process.argv.slice(2);
process.once('disconnect', () => process.exit(0));
setTimeout(() => process.exit(1), longestMs);
const [sender] = await peers(Number(port), 1, 'pub');
if (sender === undefined) throw new Error('no connection');
const packet = publish({ topicName, payload: Buffer.alloc(16, 0x78) });
// A Socket's write costs more than the system call, and would be what is measured.
writeRepeatedly(sender.socket, packet, { perTurn: packetsPerTurn });
process.send?.('writes');
