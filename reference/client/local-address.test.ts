// From which address of ours a client dials.
import { expect, test } from 'vitest';
import { startBroker } from '../broker/index.ts';
import { selfSigned } from '../transport/sample-certificates.ts';
import { connect } from './index.ts';

test.each(['tcp', 'tls', 'ws', 'wss'] as const)('a client dials %s from the address that it is told', async (kind) => {
  const listener = kind === 'tls' || kind === 'wss' ? ({ kind, port: 0, tls: selfSigned } as const) : { kind, port: 0 };
  await using broker = await startBroker({ listeners: [listener] });
  const tls = { ca: selfSigned.cert };
  await (await connect(broker.address, { tls, localAddress: '127.0.0.1' })).end();
  // Of the addresses for documentation (RFC 5737): nobody's.
  const dialling = connect(broker.address, { tls, localAddress: '192.0.2.1' });
  await expect(dialling).rejects.toMatchObject({ reason: 'unreachable', cause: { code: 'EADDRNOTAVAIL' } });
});

test('a client dials from no name', async () => {
  await expect(connect('mqtt://127.0.0.1:1', { localAddress: 'here' })).rejects.toThrow('expected an IP address');
});
