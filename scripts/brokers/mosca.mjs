// mosca as a process: node mosca.mjs PORT FOLDER
import { createRequire } from 'node:module';
import { join } from 'node:path';

const mosca = createRequire(join(process.argv[3], 'package.json'))('mosca');
const server = new mosca.Server({
  port: Number(process.argv[2]),
  host: '127.0.0.1',
  persistence: { factory: mosca.persistence.Memory },
});
server.on('error', (error) => console.error(error));
