// The reference broker as a process, compiled as the package has it (npm run compile): ours.mjs PORT [DATA-FOLDER]. It ends by SIGTERM.
import { startBroker } from '../../../dist/reference/broker/index.js';
import { keepYoungGenerationSmall } from '../../../dist/reference/cli/young-generation.js';

// As `mqttspec broker` does.
keepYoungGenerationSmall();
const [port, data] = process.argv.slice(2);
const broker = await startBroker({ port: Number(port), ...(data === undefined ? {} : { data }) });
process.once('SIGTERM', () => void broker.stop().then(() => process.exit(0)));
