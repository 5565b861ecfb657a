// What `pub` and `sub` do as mosquitto's clients do it.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Broker, startBroker } from '../broker/index.ts';
import { connect } from '../client/index.ts';
import { authority, selfSigned } from '../transport/sample-certificates.ts';
import { run } from './sample-run.ts';

describe('pub and sub, as mosquitto has them,', () => {
  let broker: Broker;
  let port = '';
  beforeAll(async () => {
    broker = await startBroker({ port: 0 });
    port = String(broker.port);
  });
  afterAll(() => broker.stop());

  test('take no input at all for a mistake, as mosquitto_pub does, and an empty message for one that is meant', async () => {
    const [nothing, empty] = await Promise.all([
      run(['pub', '-p', port, '-t', 'a', '-s']),
      run(['pub', '-p', port, '-t', 'a', '-n']),
    ]);
    expect(nothing).toMatchObject({ code: 1, out: '' });
    expect(nothing.err).toContain('nothing came on standard input');
    expect(empty).toEqual({ code: 0, out: '', err: '' });
  });

  test('end at SUBACK with -E, before what is retained', async () => {
    await using publisher = await connect(`mqtt://127.0.0.1:${port}`);
    await publisher.publish('early/1', 'x', { qos: 1, retain: true });
    const { code, out } = await run(['sub', '-p', port, '-t', 'early/#', '-E']);
    expect({ code, out }).toEqual({ code: 0, out: '' });
  });

  test('connect from the address that -A says', async () => {
    // Of the addresses for documentation (RFC 5737): nobody's.
    const [ours, nobodys, none] = await Promise.all(
      ['127.0.0.1', '192.0.2.1', 'here'].map((address) =>
        run(['pub', '-h', '127.0.0.1', '-p', port, '-A', address, '-t', 'a', '-m', 'x']),
      ),
    );
    expect(ours).toEqual({ code: 0, out: '', err: '' });
    expect(nobodys?.code).toBe(3);
    expect(nobodys?.err).toContain('no interface here has the address');
    expect(none?.code).toBe(2);
    expect(none?.err).toContain('expected an IP address, got here');
  });

  test('trust the certificates of a folder, whatever lies beside them', async () => {
    const [folder, empty] = ['a', 'b'].map((name) => mkdtempSync(join(tmpdir(), `mqttspec-${name}-`))) as [
      string,
      string,
    ];
    mkdirSync(join(folder, 'deeper'));
    writeFileSync(join(folder, 'README'), 'what we trust');
    writeFileSync(join(folder, 'another.pem'), authority);
    writeFileSync(join(folder, 'ours.pem'), selfSigned.cert);
    await using secure = await startBroker({ listeners: [{ kind: 'tls', port: 0, tls: selfSigned }] });
    const [trusted, holdsNone, isNone] = await Promise.all(
      [folder, empty, join(folder, 'README')].map((capath) =>
        run(['pub', '-p', String(secure.port), '--capath', capath, '-t', 'a', '-m', 'x']),
      ),
    );
    for (const each of [folder, empty]) rmSync(each, { recursive: true });
    expect(trusted).toEqual({ code: 0, out: '', err: '' });
    expect([holdsNone?.code, isNone?.code]).toEqual([2, 2]);
    expect(holdsNone?.err).toContain('holds no file with a certificate');
    expect(isNone?.err).toContain('cannot read');
  });

  test('go on where one of several filters is refused, and end with 1 where all are, also after a reconnect', async () => {
    let isOpen = true;
    await using choosy = await startBroker({
      port: 0,
      authorize: ({ kind, topic }) => kind !== 'subscribe' || (isOpen && topic !== 'secret'),
    });
    const at = ['-h', '127.0.0.1', '-p', String(choosy.port)];
    await using publisher = await connect(choosy.address);
    await publisher.publish('open', 'x', { qos: 1, retain: true });
    const ready = new Promise<void>((done) => {
      choosy.on('subscribed', ({ clientId }) => {
        if (clientId === 'later') done();
      });
    });
    const later = run(['sub', ...at, '-i', 'later', '-t', 'open', '-R']);
    const [one, all] = await Promise.all([
      run(['sub', ...at, '-t', 'secret', '-t', 'open', '-C', '1']),
      run(['sub', ...at, '-t', 'secret']),
    ]);
    expect(one).toMatchObject({ code: 0, out: 'x\n' });
    expect(one.err).toContain('refused to subscribe to secret (');
    expect(all).toMatchObject({ code: 1, out: '' });
    await ready;
    isOpen = false;
    // Takes its place, and loses it again.
    await using _other = await connect(choosy.address, { clientId: 'later', reconnect: false });
    const refused = await later;
    expect(refused.code).toBe(1);
    expect(refused.err).toContain('refused to subscribe to open (');
  });
});
