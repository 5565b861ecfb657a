// MQTT over WebSocket: chapter 6.
import { encode } from '../../../../reference/codec/encode.ts';
import type { Packet } from '../../../../reference/codec/packet.ts';
import { connack, message, pingresp, puback, publish, suback, subscribe } from '../../../wire/packets.ts';
import { sentinel } from '../../../wire/play/barrier.ts';
import { upgrade } from '../../../wire/upgrade.ts';
import { scenario } from '../../scenario.ts';

const joined = (...packets: readonly Packet[]): Uint8Array => Buffer.concat(packets.map((one) => encode(one, 4)));

export const binaryFrames = scenario('websocket-binary-frames', {
  title: 'The target sends MQTT in binary frames alone',
  cites: { v3: ['MQTT-6.0.0-1'] },
  needs: ['websocket'],
  async play({ given, when, must }) {
    const topicName = given.topicName();
    const client = await given.webSocket();
    await when(client).sends(given.connect());
    await must(client).receive(connack({ returnCode: 0 }));
    await when(client).sends(subscribe(1, { topicFilter: topicName, qos: 0 }));
    await must(client).receive(suback(1));
    await when(client).publishesUntilGot(client, { topicName, payload: 'binary' });
    await must(client).receive(message('binary'));
    const { textFrames } = client.connection;
    must(client).satisfy(textFrames === 0, { expected: 'binary frames', got: `${textFrames} text frames` });
  },
});

export const textFrame = scenario('websocket-text-frame', {
  title: 'A CONNECT in a text frame ends the connection without CONNACK',
  cites: { v3: ['MQTT-6.0.0-1'] },
  needs: ['websocket'],
  async play({ given, when, must }) {
    const client = await given.webSocket();
    // Credentials would set the highest bit of Connect Flags: then the frame would be no UTF-8, and closed upon for that (RFC 6455).
    const { userName: _userName, password: _password, ...plain } = given.connect();
    await when(client).sendsText(encode(plain, 4), 'CONNECT in a text frame');
    await must(client).end();
    const answers = client.connection.pending.length;
    must(client).satisfy(answers === 0, { expected: 'no answer', got: `${answers} packets` });
  },
});

export const textFrameLater = scenario('websocket-text-frame-once-connected', {
  title: 'A text frame ends the connection of a client that is connected, and its PUBLISH reaches nobody',
  cites: { v3: ['MQTT-6.0.0-1'] },
  needs: ['websocket'],
  async play({ given, when, must }) {
    const topicName = given.topicName();
    const watcher = await given.subscriber(topicName, { name: 'watcher' });
    const client = await given.webSocket();
    await when(client).sends(given.connect());
    await given.arrival(client, connack({ returnCode: 0 }));
    const bytes = encode(publish({ topicName, payload: 'text' }), 4);
    await when(client).sendsText(bytes, 'PUBLISH in a text frame');
    await must(client).end();
    const publisher = await given.client({ name: 'publisher' });
    await must(watcher).receiveExactly([], { until: sentinel(publisher, { topicName }) });
  },
});

export const oneByteFrames = scenario('websocket-one-byte-a-frame', {
  title: 'Packets that are spread over frames of one byte are put together',
  cites: { v3: ['MQTT-6.0.0-2'] },
  needs: ['websocket', 'qos 1'],
  async play({ given, when, must }) {
    const topicName = given.topicName();
    const client = await given.webSocket();
    const script = [given.connect(), subscribe(1, { topicFilter: topicName, qos: 1 })];
    for (const packet of script)
      for (const byte of encode(packet, 4)) await when(client).sendsBytes(Uint8Array.of(byte), 'one byte in a frame');
    await must(client).receive(connack({ returnCode: 0 }));
    await must(client).receive(suback(1));
    const whole = encode(publish({ topicName, payload: 'in pieces', qos: 1, packetId: 2 }), 4);
    for (const at of [0, 1, 3, 7, whole.length - 2]) {
      const end = [1, 3, 7, whole.length - 2, whole.length].find((one) => one > at);
      await when(client).sendsBytes(whole.subarray(at, end), 'part of a PUBLISH');
    }
    await must(client).receive(puback(2));
    await must(client).receive(message('in pieces'));
  },
});

export const severalInAFrame = scenario('websocket-several-packets-a-frame', {
  title: 'Several packets in one frame are all served, and so is one that begins in a frame and ends in the next',
  cites: { v3: ['MQTT-6.0.0-2'] },
  needs: ['websocket', 'qos 1'],
  async play({ given, when, must }) {
    const topicName = given.topicName();
    const client = await given.webSocket();
    const rest = joined(
      subscribe(1, { topicFilter: topicName, qos: 1 }),
      publish({ topicName, payload: 'first', qos: 1, packetId: 2 }),
      { type: 'pingreq' },
      publish({ topicName, payload: 'second', qos: 1, packetId: 3 }),
    );
    const cut = rest.length - 4;
    await when(client).sendsBytes(
      Buffer.concat([encode(given.connect(), 4), rest.subarray(0, cut)]),
      'CONNECT, SUBSCRIBE, PUBLISH, PINGREQ and most of a PUBLISH in one frame',
    );
    await when(client).sendsBytes(rest.subarray(cut), 'the rest of the PUBLISH');
    await must(client).receive(connack({ returnCode: 0 }));
    await must(client).receive(suback(1));
    await must(client).receive(puback(2));
    await must(client).receive(pingresp());
    await must(client).receive(puback(3));
    await must(client).receive(message('second'));
  },
});

const offers = [['mqtt'], ['foo', 'mqtt'], ['mqtt', 'foo']] as const;

export const subprotocol = scenario('websocket-subprotocol', {
  title: 'The subprotocol "mqtt" is chosen, wherever it stands among those that the client offers',
  cites: { v3: ['MQTT-6.0.0-4'] },
  needs: ['websocket'],
  async play({ given, must }) {
    const { websocket } = given.hints;
    if (websocket === undefined) return given.skip('no WebSocket address is known');
    // For the report: a client to whom the checks belong.
    const client = await given.webSocket();
    for (const offered of offers) {
      const { status, subprotocol: chosen } = await upgrade(websocket, { offered, timeoutMs: given.unhurriedMs });
      must(client).satisfy(status === 101 && chosen === 'mqtt', {
        expected: `Sec-WebSocket-Protocol: mqtt, upon ${offered.join(', ')}`,
        got: status === 101 ? `Sec-WebSocket-Protocol: ${chosen ?? 'none'}` : `status ${status ?? 'none'}`,
      });
    }
  },
});
