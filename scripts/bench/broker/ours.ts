// The reference broker as a process: ours.ts PORT. It ends by SIGTERM.
import { startBroker } from '../../../reference/broker/index.ts';

const broker = await startBroker({ port: Number(process.argv[2]) });
process.once('SIGTERM', () => void broker.stop().then(() => process.exit(0)));
