// User name and password: section 3.1.4, item 3. Judged where the target's address has credentials.
import { connack } from '../../../wire/packets.ts';
import { answered, closed } from '../../../wire/play/reaction.ts';
import { scenario } from '../../scenario.ts';

const wrong = [
  ['a-wrong-password', (userName: string) => ({ userName, password: 'wrong password of mqttspec' })],
  ['an-unknown-user', () => ({ userName: 'nobody-of-mqttspec', password: 'wrong' })],
] as const;

export const refused = wrong.map(([id, credentialsOf]) =>
  scenario(`connect-with-${id}`, {
    title: `A CONNECT with ${id.replaceAll('-', ' ')} is refused with CONNACK 0x04 or 0x05, then the connection is closed`,
    cites: { v3: ['SHOULD-3.1.4-c', 'MQTT-3.2.2-5', 'MAY-3.1.4-d'] },
    needs: ['credentials'],
    protocols: ['3.1.1', '3.1'],
    async play({ given, when, must, should, observe }) {
      const client = await given.connection();
      const credentials = credentialsOf(given.userName ?? '');
      await when(client).sends(given.connect({ credentials }));
      const arrived = await client.connection.waitFor(
        () => client.take({ type: 'connack' }) ?? client.connection.ending,
      );
      const code =
        arrived !== undefined && 'packet' in arrived && arrived.packet.type === 'connack'
          ? arrived.packet.returnCode
          : undefined;
      if (code === 0) return observe('accepted: the target lets everybody in', 'MAY-3.1.4-d');
      observe('refused', 'MAY-3.1.4-d');
      const expected = 'CONNACK return code 4 or 5';
      should(client, 'SHOULD-3.1.4-c').satisfy(code === 4 || code === 5, {
        expected,
        got: code === undefined ? 'a close' : `return code ${code}`,
      });
      await must(client, 'MQTT-3.2.2-5').end();
    },
  }),
);

export const withoutCredentials = scenario('connect-without-credentials', {
  title: 'What becomes of a CONNECT without credentials',
  cites: { v3: ['MAY-3.1.4-d'] },
  needs: ['credentials'],
  observesOnly: true,
  async play({ given, when, may }) {
    const client = await given.connection();
    const { userName: _userName, password: _password, ...plain } = given.connect();
    await when(client).sends(plain);
    await may(client).reactByOneOf([
      answered(connack({ returnCode: 0 })),
      answered(connack({ returnCode: 4 })).thenClosed(),
      answered(connack({ returnCode: 5 })).thenClosed(),
      closed(),
    ]);
  },
});
