// `pub` and `sub` as processes of their own, at the broker that stands beside them.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Broker, startBroker } from '../broker/index.ts';
import { connect } from '../client/index.ts';
import { selfSigned } from '../transport/sample-certificates.ts';
import { pubCommand } from './pub.ts';
import { main, run } from './sample-run.ts';
import { subCommand } from './sub.ts';

describe('pub and sub', () => {
  const folder = mkdtempSync(join(tmpdir(), 'mqttspec-'));
  const ca = join(folder, 'ca.pem');
  let broker: Broker;
  let port = '';
  beforeAll(async () => {
    writeFileSync(ca, selfSigned.cert);
    broker = await startBroker({
      listeners: [
        { kind: 'tcp', port: 0 },
        { kind: 'tls', port: 0, tls: selfSigned },
        { kind: 'ws', port: 0 },
      ],
    });
    port = String(broker.port);
  });
  afterAll(async () => {
    await broker.stop();
    rmSync(folder, { recursive: true });
  });

  const portOf = (kind: string): string => String(broker.places.find((place) => place.kind === kind)?.port);
  /** Resolves once a subscriber, started with `--debug`, is connected and has subscribed. */
  const subscribed = (topicFilter: string): Promise<void> =>
    new Promise((done) => {
      const listening = broker.on('subscribed', (event) => {
        if (event.topicFilter !== topicFilter) return;
        listening[Symbol.dispose]();
        done();
      });
    });

  test('carry lines of standard input, over TLS and WebSocket, to the last', async () => {
    const ready = subscribed('lines/#');
    const reading = run(['sub', '-p', portOf('ws'), '--ws', '-t', 'lines/#', '-v', '-q', '2', '-C', '1001']);
    await ready;
    const input = Array.from({ length: 1_000 }, (_, i) => `line ${i}\r\n`).join('');
    const wrote = await run(['pub', '-p', portOf('tls'), '--cafile', ca, '-t', 'lines/x', '-l', '-q', '2'], {
      input: `${input}last`,
    });
    expect(wrote).toEqual({ code: 0, out: '', err: '' });
    const { code, out } = await reading;
    expect(code).toBe(0);
    const expected = [...Array.from({ length: 1_000 }, (_, i) => `line ${i}`), 'last'];
    expect(out.trimEnd().split('\n')).toEqual(expected.map((line) => `lines/x ${line}`));
  });

  test('keep messages that are retained, and print them as they are told', async () => {
    expect((await run(['pub', '-L', `mqtt://localhost:${port}/kept`, '-m', 'value', '-r', '-q', '1'])).code).toBe(0);
    const { code, out } = await run([
      'sub',
      '-p',
      port,
      '-t',
      'kept',
      '-q',
      '1',
      '-C',
      '1',
      '-F',
      '%t %p %l %q%r%d %x %%',
    ]);
    expect({ code, out }).toEqual({ code: 0, out: 'kept value 5 110 76616c7565 %\n' });
  });

  test('end without an error when nobody reads what they print any more', async () => {
    const ready = subscribed('pipes');
    const reading = run(['sub', '-p', port, '-t', 'pipes'], { readsOnce: true });
    await ready;
    await using publisher = await connect(`mqtt://127.0.0.1:${port}`);
    let ended = false;
    const result = reading.finally(() => (ended = true));
    while (!ended) await publisher.publish('pipes', 'x'.repeat(100), { qos: 1 });
    expect(await result).toMatchObject({ code: 0, err: '' });
  });

  test('speak MQTT 3.1 where -V says so', async () => {
    let came = '';
    const server = createServer((socket) =>
      socket
        .on('error', () => {})
        .on('data', (chunk) => {
          came += chunk.toString('latin1');
          socket.end();
        }),
    );
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const { port: at } = server.address() as AddressInfo;
    await run(['pub', '-h', '127.0.0.1', '-p', String(at), '-t', 'a', '-m', 'x', '-V', 'mqttv31']);
    server.close();
    expect(came.slice(2, 11)).toBe('\0\x06MQIsdp\x03');
  });

  test('say it where the last lines were never acknowledged, although the input has ended by then', async () => {
    let connections = 0;
    // Acknowledges nothing, ends the connection at the third PUBLISH, and refuses the next one.
    const server = createServer((socket) => {
      const returnCode = connections++ === 0 ? 0 : 5;
      let said = '';
      socket.on('error', () => {});
      socket.on('data', (chunk) => {
        if (chunk[0] === 0x10) socket.write(Uint8Array.of(0x20, 2, 0, returnCode));
        said += chunk.toString('latin1');
        if (said.split('last words').length > 3) socket.destroy();
      });
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const at = String((server.address() as AddressInfo).port);
    const { code, err } = await run(['pub', '-h', '127.0.0.1', '-p', at, '-t', 'last words', '-l', '-q', '1'], {
      input: 'a\nb\nc\n',
    });
    server.close();
    expect({ code, connections }).toEqual({ code: 1, connections: 2 });
    expect(err).toContain('return code 5');
  });

  test.each([
    ['pub', '-l'],
    ['sub', '-v'],
  ])(
    '%s %s ends with 1 as soon as it is refused later, whatever it waits for',
    { timeout: 20_000 },
    async (name, how) => {
      let connections = 0;
      // Ends the first connection behind its CONNACK, and refuses the next.
      const server = createServer((socket) => {
        const isFirst = connections++ === 0;
        socket.on('error', () => {});
        socket.once('data', () => {
          socket.write(Uint8Array.of(0x20, 2, 0, isFirst ? 0 : 5));
          if (isFirst) socket.end();
        });
      });
      await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
      const at = String((server.address() as AddressInfo).port);
      const { code, err } = await run([name, '-h', '127.0.0.1', '-p', at, '-t', 'a', how], {
        input: 'a line\n',
        staysOpen: true,
      });
      server.close();
      expect({ code, connections }).toEqual({ code: 1, connections: 2 });
      expect(err).toContain('return code 5');
    },
  );

  test('take what stands behind the host of -L as the topic, to its end', async () => {
    const ready = subscribed('url/a?b/#');
    const reading = run(['sub', '-L', `mqtt://localhost:${port}/url/a?b/#`, '-v', '-C', '1']);
    await ready;
    expect((await run(['pub', '-L', `mqtt://localhost:${port}/url/a?b/c%20d`, '-m', 'x'])).code).toBe(0);
    expect((await reading).out).toBe('url/a?b/c d x\n');
  });

  test('leave a will behind that the server publishes when they are killed', async () => {
    const ready = subscribed('wills');
    const reading = run(['sub', '-p', port, '-t', 'wills', '-C', '1']);
    await ready;
    const dying = subscribed('whatever');
    const will = ['--will-topic', 'wills', '--will-payload', 'gone', '--will-qos', '1'];
    const args = ['--import', 'tsx', main, 'sub', '-p', port, '-t', 'whatever', ...will];
    const child = spawn(process.execPath, args, { stdio: 'ignore' });
    await dying;
    child.kill('SIGKILL');
    expect((await reading).out).toBe('gone\n');
  });

  test('end with 27 when their time is over, with 3 where they reach nobody, with 1 where they are refused', async () => {
    const closed = await startBroker({ port: 0 });
    await closed.stop();
    await using strict = await startBroker({ port: 0, authenticate: () => 'not authorized' });
    const [late, nobody, refused] = await Promise.all([
      run(['sub', '-p', port, '-t', 'silent', '-W', '1']),
      run(['pub', '-p', String(closed.port), '-t', 'a', '-m', 'x']),
      run(['pub', '-p', String(strict.port), '-t', 'a', '-m', 'x']),
    ]);
    expect(late).toEqual({ code: 27, out: '', err: '' });
    expect(nobody.code).toBe(3);
    expect(nobody.err).toContain('connection refused. Is the server running');
    expect(refused.code).toBe(1);
    expect(refused.err).toContain('return code 5');
  });

  test('say wrong usage by one line and exit code 2', async () => {
    const { code, out, err } = await run(['pub', '-t', 'a/#', '-m', 'x']);
    expect({ code, out, lines: err.trim().split('\n').length }).toEqual({ code: 2, out: '', lines: 1 });
    expect(err).toContain('without wildcards');
  });

  test('have as many messages in flight as mosquitto takes, unless told otherwise', () => {
    expect(pubCommand().opts()).toMatchObject({ maxInflight: 20 });
    expect(subCommand().opts()).toMatchObject({ maxInflight: 20 });
  });

  test.each([
    [pubCommand, ['-t', 'a'], 'which message'],
    [pubCommand, ['-m', 'x'], 'which topic'],
    [pubCommand, ['-t', 'a', '-m', 'x', '-n'], 'which message'],
    [pubCommand, ['-t', 'a', '-m', 'x', '-q', '3'], 'expected 0, 1 or 2'],
    [pubCommand, ['-t', 'a', '-m', 'x', '-i', 'me', '-I', 'me'], 'one of -i and -I'],
    [pubCommand, ['-t', 'a', '-m', 'x', '--repeat-delay', 'soon'], 'expected seconds'],
    [subCommand, ['-t', 'a#'], '"#" alone'],
    [subCommand, ['-t', 'a', '-c'], 'needs a client id'],
    [subCommand, ['-t', 'a', '--disable-clean-session'], 'needs a client id'],
    [subCommand, ['-t', 'a', '--cafile', '/nowhere'], 'cannot read /nowhere'],
    [subCommand, ['-t', 'a', '--will-payload', 'x'], 'needs --will-topic'],
  ])('%s %j is wrong usage', async (command, args, sentence) => {
    const quiet = command()
      .exitOverride()
      .configureOutput({ writeErr: () => {} });
    await expect(quiet.parseAsync(args, { from: 'user' })).rejects.toThrow(sentence);
  });
});
