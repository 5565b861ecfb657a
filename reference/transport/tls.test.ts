// TLS and secure WebSocket: versions, client certificates, renewal, and handshakes that never end.
import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import { afterEach, describe, expect, test } from 'vitest';
import WebSocket from 'ws';
import { type Broker, type Client, type Listener, startBroker } from '../broker/index.ts';
import { alice, authority, forgedAlice, nameless, renewed, selfSigned } from './sample-certificates.ts';
import { certificateName } from './tls.ts';

const open: { destroy(): void }[] = [];
afterEach(() => {
  for (const one of open.splice(0)) one.destroy();
});

const connectPacket = Buffer.from('100d00044d5154540402003c000178', 'hex');
const pingreq = Buffer.from('c000', 'hex');

function dial({ port }: Broker, options: ConnectionOptions = {}): TLSSocket {
  const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false, ...options });
  socket.on('error', () => {});
  open.push(socket);
  // Who does not read does not see the end, either.
  return socket.resume();
}

/** What comes for these bytes, in hex; empty where the connection ends without. */
async function answer(socket: Socket, bytes: Uint8Array): Promise<string> {
  const came = new Promise<string>((done) => {
    socket.once('data', (chunk: Buffer) => done(chunk.toString('hex')));
    socket.once('close', () => done(''));
  });
  socket.write(bytes);
  return came;
}

const listening = (kind: 'tls' | 'wss', tls: object): { listeners: readonly Listener[] } => ({
  listeners: [{ kind, port: 0, tls: { ...selfSigned, ...tls } }],
});

describe('TLS', () => {
  test.each(['TLSv1.2', 'TLSv1.3'] as const)('speaks %s', async (version) => {
    await using broker = await startBroker(listening('tls', {}));
    const socket = dial(broker, { minVersion: version, maxVersion: version });
    expect(await answer(socket, connectPacket)).toBe('20020000');
    expect(socket.getProtocol()).toBe(version);
  });

  test('does not speak what is older', async () => {
    await using broker = await startBroker(listening('tls', {}));
    const socket = dial(broker, { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' });
    expect(await answer(socket, connectPacket)).toBe('');
  });

  test('has a new certificate for new connections, and keeps the old ones', async () => {
    await using broker = await startBroker(listening('tls', {}));
    const before = dial(broker);
    expect(await answer(before, connectPacket)).toBe('20020000');
    broker.renewCertificate(renewed);
    const after = dial(broker);
    await once(after, 'secureConnect');
    expect(after.getPeerCertificate().fingerprint256).not.toBe(before.getPeerCertificate().fingerprint256);
    expect(await answer(before, pingreq)).toBe('d000');
  });

  test('asks for the same certificates of clients with a new one of its own, and speaks the same versions', async () => {
    await using broker = await startBroker(
      listening('tls', { requestCert: true, ca: authority, minVersion: 'TLSv1.3', passphrase: 'of the old key' }),
    );
    broker.renewCertificate(renewed);
    expect(await answer(dial(broker, alice), connectPacket)).toBe('20020000');
    expect(await answer(dial(broker, forgedAlice), connectPacket)).toBe('');
    expect(await answer(dial(broker, { ...alice, maxVersion: 'TLSv1.2' }), connectPacket)).toBe('');
  });

  test('keeps its certificate where the new one cannot be used', async () => {
    await using broker = await startBroker(listening('tls', {}));
    expect(() => broker.renewCertificate({ cert: renewed.cert, key: selfSigned.key })).toThrow(/key values mismatch/);
    expect(await answer(dial(broker), connectPacket)).toBe('20020000');
  });
});

describe.each(['tls', 'wss'] as const)('a client certificate over %s', (kind) => {
  /** Under which user name a client is let in; undefined: it is not. */
  async function userName(broker: Broker, options: ConnectionOptions): Promise<string | undefined> {
    const connected = new Promise<Client>((done) => broker.on('connected', done));
    const refused = new Promise<void>((done) => broker.on('refused', () => done()));
    const ended = kind === 'tls' ? endOfTls(broker, options) : endOfWebSocket(broker, options);
    return Promise.race(
      [connected.then(({ userName: name }) => name), refused, ended].map((one) => one as Promise<undefined>),
    );
  }

  async function endOfTls(broker: Broker, options: ConnectionOptions): Promise<void> {
    const socket = dial(broker, options);
    socket.write(connectPacket);
    await new Promise((done) => socket.once('close', done));
  }

  async function endOfWebSocket({ port }: Broker, options: ConnectionOptions): Promise<void> {
    const socket = new WebSocket(`wss://127.0.0.1:${port}/mqtt`, 'mqtt', { rejectUnauthorized: false, ...options });
    open.push({ destroy: () => socket.terminate() });
    socket.on('error', () => {});
    socket.once('open', () => socket.send(connectPacket));
    await new Promise((done) => socket.once('close', done));
  }

  const asked = { requestCert: true, ca: authority };
  const optional = {
    ...listening(kind, { ...asked, rejectUnauthorized: false }),
    access: { certificateNames: true, anonymous: false },
  };

  test('says who the client is, by its common name', async () => {
    await using broker = await startBroker(optional);
    expect(await userName(broker, alice)).toBe('alice');
  });

  test.each([
    ['none', {}],
    ['one that somebody else has signed', forgedAlice],
    ['one without a name', nameless],
  ])('where it is optional may be missing: %s gives no name', async (_which, options) => {
    await using broker = await startBroker(optional);
    expect(await userName(broker, options)).toBeUndefined();
    await using open = await startBroker({ ...optional, access: { certificateNames: true, anonymous: true } });
    const [client] = await Promise.all([nextConnected(open), userName(open, options)]);
    expect(client.userName).toBeUndefined();
  });

  test('where it is required has to be there, and right', async () => {
    await using broker = await startBroker({ ...listening(kind, asked), access: { certificateNames: true } });
    expect(await userName(broker, forgedAlice)).toBeUndefined();
    expect(broker.counters.connectionsAccepted).toBe(0);
    expect(await userName(broker, alice)).toBe('alice');
  });
});

const nextConnected = (broker: Broker): Promise<Client> => new Promise((done) => broker.on('connected', done));

test.each([
  ['alice', 'alice'],
  ['', undefined],
  [['alice', 'bob'], undefined],
  [undefined, undefined],
])('a certificate with the common name %j names %j', (CN, name) => {
  const socket = { authorized: true, getPeerCertificate: () => ({ subject: { CN } }) };
  expect(certificateName(socket as never)).toBe(name);
});

test('a session of TLS that is resumed has the name of its certificate', async () => {
  await using broker = await startBroker({
    ...listening('tls', { requestCert: true, ca: authority }),
    access: { certificateNames: true },
  });
  const first = dial(broker, { ...alice, maxVersion: 'TLSv1.2' });
  const [session] = (await once(first, 'session')) as [Buffer];
  const connected = nextConnected(broker);
  const second = dial(broker, { ...alice, session, maxVersion: 'TLSv1.2' });
  await once(second, 'secureConnect');
  second.write(connectPacket);
  expect([second.isSessionReused(), (await connected).userName]).toEqual([true, 'alice']);
});

test.each(['TLSv1.2', 'TLSv1.3'] as const)(
  'a session of %s that is resumed has no name any more once its authority is not ours any more',
  async (maxVersion) => {
    await using broker = await startBroker({
      ...listening('tls', { requestCert: true, rejectUnauthorized: false, ca: authority }),
      access: { certificateNames: true },
    });
    const first = dial(broker, { ...alice, maxVersion });
    const gotSession = once(first, 'session');
    first.write(connectPacket);
    await once(first, 'data');
    const [session] = (await gotSession) as [Buffer];
    broker.renewCertificate({ ...selfSigned, ca: renewed.cert });
    const connected = nextConnected(broker);
    const second = dial(broker, { ...alice, session, maxVersion });
    await once(second, 'secureConnect');
    second.write(connectPacket);
    expect((await connected).userName).toBeUndefined();
  },
);

test('secure WebSocket has a new certificate for new connections, and keeps the old ones', async () => {
  await using broker = await startBroker(listening('wss', {}));
  const socket = new WebSocket(`wss://127.0.0.1:${broker.port}`, 'mqtt', { rejectUnauthorized: false });
  open.push({ destroy: () => socket.terminate() });
  await once(socket, 'open');
  const before = dial(broker);
  await once(before, 'secureConnect');
  broker.renewCertificate(renewed);
  const after = dial(broker);
  await once(after, 'secureConnect');
  expect(after.getPeerCertificate().fingerprint256).not.toBe(before.getPeerCertificate().fingerprint256);
  socket.send(connectPacket);
  const [connack] = (await once(socket, 'message')) as [Buffer];
  expect(connack.toString('hex')).toBe('20020000');
});

test.each(['tcp', 'tls', 'ws', 'wss'] as const)(
  'who says nothing over %s does not keep a broker from stopping',
  async (kind) => {
    const broker = await startBroker({
      listeners: [kind === 'tls' || kind === 'wss' ? { kind, port: 0, tls: selfSigned } : { kind, port: 0 }],
    });
    const silent = connectTcp({ port: broker.port, host: '127.0.0.1' });
    open.push(silent);
    silent.on('error', () => {});
    await once(silent, 'connect');
    const closed = once(silent, 'close');
    await broker.stop();
    silent.end();
    await closed;
  },
);

test.each(['tls', 'wss'] as const)(
  'a handshake over %s that takes too long is given up, and others are served',
  async (kind) => {
    await using broker = await startBroker(listening(kind, { handshakeTimeout: 100 }));
    const silent = connectTcp({ port: broker.port, host: '127.0.0.1' });
    open.push(silent);
    silent.on('error', () => {});
    silent.resume();
    await once(silent, 'close');
    const other = dial(broker);
    await once(other, 'secureConnect');
    expect(other.authorized).toBe(false);
  },
);
