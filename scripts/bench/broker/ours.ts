// The reference broker as a process: ours.ts PORT [DATA-FOLDER]. It ends by SIGTERM.
import { startBroker } from '../../../reference/broker/index.ts';
import { keepYoungGenerationSmall } from '../../../reference/cli/young-generation.ts';

// As `mqttspec broker` does.
keepYoungGenerationSmall();
const [port, data] = process.argv.slice(2);
const broker = await startBroker({ port: Number(port), ...(data === undefined ? {} : { data }) });
process.once('SIGTERM', () => void broker.stop().then(() => process.exit(0)));
