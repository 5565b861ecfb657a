// Packs the package, installs it into an empty folder, and uses it as a stranger would: the bin, each door, the types.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'mqttspec-package-'));

function inFolder(command: string, ...args: readonly string[]): string {
  return execFileSync(command, args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
}

const program = `
import { encode, decode, Framer } from 'mqttspec/codec';
import { matches } from 'mqttspec/topics';
import { startBroker } from 'mqttspec/broker';
import { connect } from 'mqttspec/client';
import { faultNamed } from 'mqttspec/faults';
import { runConformance } from 'mqttspec/conformance';
const packet = decode(encode({ type: 'pingreq' }));
if (packet.type !== 'pingreq') throw new Error('codec');
if (!matches('a/+', 'a/b')) throw new Error('topics');
if (typeof Framer !== 'function') throw new Error('framer');
if (faultNamed('will-never') === undefined) throw new Error('faults');
const broker = await startBroker({ port: 0 });
const client = await connect(broker.address);
await client.publish('a', 'b', { qos: 2 });
await client.end();
const report = await runConformance({ target: \`127.0.0.1:\${broker.port}\`, only: ['3.12'] });
await broker.stop();
if (report.run.exitCode !== 0) throw new Error('conformance');
console.log('doors open');
`;

try {
  const packed = JSON.parse(
    execFileSync('npm', ['pack', '--json', '--pack-destination', folder], {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    }),
  ) as readonly { readonly filename: string; readonly size: number }[];
  const [{ filename, size } = { filename: '', size: 0 }] = packed;
  writeFileSync(join(folder, 'package.json'), '{ "name": "empty", "private": true, "type": "module" }');
  inFolder('npm', 'install', '--no-fund', '--no-audit', join(folder, filename));
  console.log(`packed and installed ${filename}, ${size} bytes`);
  writeFileSync(join(folder, 'doors.mjs'), program);
  console.log(inFolder(process.execPath, 'doors.mjs').trim());
  writeFileSync(join(folder, 'types.mts'), program);
  const options = [
    '--module',
    'nodenext',
    '--target',
    'es2023',
    '--lib',
    'es2023,esnext.disposable',
    '--strict',
    '--noEmit',
    '--skipLibCheck',
    '--types',
    'node',
  ];
  execFileSync(
    join(root, 'node_modules/.bin/tsc'),
    [...options, '--typeRoots', join(root, 'node_modules/@types'), join(folder, 'types.mts')],
    { cwd: folder, stdio: 'inherit' },
  );
  console.log('types fit');
  console.log(inFolder('npx', 'mqttspec', '--version').trim());
  inFolder('npx', 'mqttspec', '--only', '3.12', '--out', 'reports', '--quiet');
  console.log('bin works');
} finally {
  rmSync(folder, { recursive: true, force: true });
}
