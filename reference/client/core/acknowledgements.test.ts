import { describe, expect, test } from 'vitest';
import { Acknowledgements } from './acknowledgements.ts';

function recording() {
  const log: string[] = [];
  const acknowledgements = new Acknowledgements(({ packet, packetId }) => void log.push(`${packet} ${packetId}`));
  return { log, acknowledgements };
}

describe('acknowledgements that the application gives', () => {
  test('go in the order in which the messages came, whatever the order in which they are given', () => {
    const { log, acknowledgements } = recording();
    const [one, two, three] = [
      acknowledgements.arrived('puback', 1),
      acknowledgements.arrived('pubrec', 2),
      acknowledgements.arrived('puback', 3),
    ];
    acknowledgements.acknowledge(three);
    acknowledgements.acknowledge(two);
    expect(log).toEqual([]);
    acknowledgements.acknowledge(one);
    expect(log).toEqual(['puback 1', 'pubrec 2', 'puback 3']);
  });

  test('of a connection that is gone are not sent on the next', () => {
    const { log, acknowledgements } = recording();
    const before = acknowledgements.arrived('puback', 1);
    acknowledgements.connectionLost();
    acknowledgements.acknowledge(before);
    const again = acknowledgements.arrived('puback', 1);
    expect(log).toEqual([]);
    acknowledgements.acknowledge(again);
    expect(log).toEqual(['puback 1']);
  });

  test('of QoS 2 hold for the message when it comes again', () => {
    const { log, acknowledgements } = recording();
    const before = acknowledgements.arrived('pubrec', 9);
    acknowledgements.connectionLost();
    acknowledgements.acknowledge(before);
    expect(log).toEqual([]);
    acknowledgements.arrived('pubrec', 9);
    expect(log).toEqual(['pubrec 9']);
    acknowledgements.arrived('pubrec', 9);
    expect(log).toEqual(['pubrec 9', 'pubrec 9']);
  });

  test('of QoS 2 are asked for anew once PUBREL has freed the identifier', () => {
    const { log, acknowledgements } = recording();
    acknowledgements.acknowledge(acknowledgements.arrived('pubrec', 9));
    acknowledgements.released(9);
    const next = acknowledgements.arrived('pubrec', 9);
    expect(log).toEqual(['pubrec 9']);
    acknowledgements.acknowledge(next);
    expect(log).toEqual(['pubrec 9', 'pubrec 9']);
  });
});
