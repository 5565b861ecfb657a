// Publishes again what was lost at QoS 0: it may be (section 4.3.1), though not every time.
import type { ExpectedMessage } from '../packets.ts';
import { payloadBytes } from '../packets.ts';
import { publishes } from './barrier-reached.ts';
import type { Client } from './client.ts';

const mostRounds = 5;

/**
 * Publishes again what a publisher has published of these messages, as it did, until `came` tells that one of them came. What comes
 * afterwards may come several times.
 */
export async function publishAgain(
  publisher: Client,
  subscriber: Client,
  { expected, came }: { readonly expected: readonly ExpectedMessage[]; readonly came: () => boolean },
): Promise<void> {
  const isExpected = ({ topicName, payload }: { topicName: string; payload: Uint8Array }): boolean =>
    expected.some(
      (one) =>
        (one.topicName === undefined || one.topicName === topicName) &&
        (one.payload === undefined || Buffer.compare(payloadBytes(one.payload), payload) === 0),
    );
  // What has been published again already, for another subscriber, counts once.
  const sameAs =
    (one: Client['published'][number]) =>
    ({ topicName, payload, qos, retain }: Client['published'][number]): boolean =>
      topicName === one.topicName &&
      qos === one.qos &&
      retain === one.retain &&
      Buffer.compare(payload, one.payload) === 0;
  const again = publisher.published.filter(isExpected).filter((one, i, all) => all.findIndex(sameAs(one)) === i);
  if (again.length === 0) return;
  const { connection } = subscriber;
  const settled = (): true | undefined => (came() || !connection.isOpen ? true : undefined);
  for (let rounds = 0; rounds < mostRounds && settled() === undefined; rounds++) {
    publisher.hasPublishedAgain = true;
    for (const { topicName, payload, qos, retain } of again)
      if (!(await publishes(publisher, { topicName, payload, qos, retain }))) return;
    await publisher.pings();
    await connection.waitFor(settled, connection.replyMs / 4);
  }
}
