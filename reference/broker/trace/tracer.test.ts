import { describe, expect, test } from 'vitest';
import { encode } from '../../codec/encode.ts';
import type { Packet } from '../../codec/packet.ts';
import { bytes, connect, hex } from '../core/sample-broker.ts';
import { Tracer } from './tracer.ts';

function traced(): { tracer: Tracer; lines: string[] } {
  const lines: string[] = [];
  return { tracer: new Tracer({ connectionId: 7, write: (line) => lines.push(line) }), lines };
}

describe('a trace', () => {
  test('has both directions, in whatever pieces the bytes come', () => {
    const { tracer, lines } = traced();
    for (const byte of encode(connect('c', { userName: 'u', password: bytes('secret') })))
      tracer.came(Uint8Array.of(byte));
    const answers: readonly Packet[] = [
      { type: 'connack', returnCode: 0, sessionPresent: false },
      { type: 'pingresp' },
    ];
    tracer.sent(Buffer.concat(answers.map((packet) => encode(packet))));
    tracer.ended('finished');
    expect(lines).toEqual([
      '#7 > CONNECT protocolLevel=4 cleanSession=true keepAlive=0 clientId="c" userName="u" password=***',
      '#7 < CONNACK returnCode=0 sessionPresent=false',
      '#7 < PINGRESP',
      '#7 - the client has ended the connection',
    ]);
  });

  test('names what is malformed, and ends where no packet begins any more', () => {
    const { tracer, lines } = traced();
    tracer.came(hex('c100'));
    tracer.came(hex('30ffffffff7f'));
    tracer.came(hex('c000'));
    // A faulty broker sends such bytes, too.
    tracer.sent(hex('30ffffffff7f'));
    tracer.sent(hex('d000'));
    expect(lines).toEqual([
      expect.stringMatching(/^#7 > malformed: MQTT-2\.2\.2-/),
      expect.stringMatching(/^#7 > malformed: 2\.2\.3/),
      expect.stringMatching(/^#7 < malformed: 2\.2\.3/),
    ]);
  });

  test('shows no password, wherever a CONNECT is cut or bent', () => {
    const whole = encode(connect('c', { userName: 'u', password: bytes('secret') }));
    const { tracer, lines } = traced();
    for (let at = 0; at < whole.length; at++) {
      for (const value of [0, 1, 0xff]) {
        const bent = whole.slice();
        bent[at] = value;
        new Tracer({ connectionId: 1, write: (line) => lines.push(line) }).came(bent);
      }
      const cut = whole.slice(0, at + 1);
      if (at > 0) cut[1] = at - 1;
      tracer.came(cut);
    }
    expect(lines.length).toBeGreaterThan(30);
    const text = lines.join('\n');
    expect(text).not.toContain('secret');
    expect(text).not.toContain(Buffer.from('secret').toString('hex'));
  });
});
