import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { authority, renewed, selfSigned } from '../../transport/sample-certificates.ts';
import { listenerOf } from './certificates.ts';
import type { ListenerSettings } from './settings.ts';

let folder: string;
let tls: ListenerSettings;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mqttspec-certificates-'));
  const files = { crt: selfSigned.cert, key: selfSigned.key, other: renewed.key, ca: authority };
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  tls = { kind: 'tls', certificate: join(folder, 'crt'), key: join(folder, 'key') };
});
afterAll(() => rm(folder, { recursive: true }));

describe('a listener', () => {
  test('has its certificates read', async () => {
    const settings = { ...tls, clientCertificates: 'required', clientAuthority: join(folder, 'ca'), port: 0 } as const;
    expect(await listenerOf(settings, 'listeners[0]')).toEqual({
      kind: 'tls',
      port: 0,
      tls: {
        cert: Buffer.from(selfSigned.cert),
        key: Buffer.from(selfSigned.key),
        ca: Buffer.from(authority),
        requestCert: true,
        rejectUnauthorized: true,
      },
    });
  });

  test.each<[ListenerSettings, object]>([
    [{ kind: 'tcp' }, { kind: 'tcp', port: 1_883 }],
    [
      { kind: 'ws', host: '::1', port: 80 },
      { kind: 'ws', host: '::1', port: 80 },
    ],
    [
      { kind: 'unix', path: '/run/mqtt' },
      { kind: 'unix', path: '/run/mqtt' },
    ],
  ])('%j becomes %j', async (settings, listener) => {
    expect(await listenerOf(settings, 'listeners[0]')).toEqual(listener);
  });

  test('has the usual port of TLS, and asks for no certificate, unless told otherwise', async () => {
    const asks = { requestCert: false, rejectUnauthorized: false };
    expect(await listenerOf(tls, 'listeners[0]')).toMatchObject({ port: 8_883, tls: asks });
  });

  test('whose files cannot be used is told by its key', async () => {
    const missing = { ...tls, certificate: join(folder, 'none') };
    await expect(listenerOf(missing, 'listeners[3]')).rejects.toThrow(
      /^listeners\[3\]\.certificate: cannot read .*none: there is no such file$/,
    );
    const other = { ...tls, key: join(folder, 'other') };
    await expect(listenerOf(other, 'listeners[3]')).rejects.toThrow(
      /^listeners\[3\]: certificate and key cannot be used: .*key values mismatch/,
    );
  });
});
