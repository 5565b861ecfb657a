import { expect, test } from 'vitest';
import { VirtualClock } from '../clock.ts';
import { Alarm, type Sleeper } from './alarm.ts';

function sleeper(name: string, log: string[], deadlines: number[]): Sleeper {
  return {
    due: Number.POSITIVE_INFINITY,
    place: -1,
    deadline: () => deadlines[0] ?? Number.POSITIVE_INFINITY,
    tick: (now) => {
      log.push(`${name} at ${now}`);
      deadlines.shift();
    },
  };
}

test('calls each at its deadlines, by one timer', () => {
  const clock = new VirtualClock();
  const alarm = Alarm.of(clock);
  const log: string[] = [];
  alarm.set(sleeper('late', log, [30, 40]));
  alarm.set(sleeper('early', log, [10, 50]));
  clock.advance(100);
  expect(log).toEqual(['early at 10', 'late at 30', 'late at 40', 'early at 50']);
});

test('finds out by itself that a deadline has become later, and is told when one is earlier', () => {
  const clock = new VirtualClock();
  const alarm = Alarm.of(clock);
  const log: string[] = [];
  const deadlines = [10];
  const one = sleeper('one', log, deadlines);
  alarm.set(one);
  deadlines[0] = 20;
  clock.advance(15);
  expect(log).toEqual([]);
  deadlines[0] = 17;
  alarm.set(one);
  clock.advance(5);
  expect(log).toEqual(['one at 17']);
});

test('an error in one call leaves the others theirs', () => {
  const clock = new VirtualClock();
  const alarm = Alarm.of(clock);
  const log: string[] = [];
  const deadlines = [10];
  alarm.set({
    due: Number.POSITIVE_INFINITY,
    place: -1,
    deadline: () => deadlines[0] ?? Number.POSITIVE_INFINITY,
    tick: () => {
      deadlines.shift();
      throw new Error('of the application');
    },
  });
  alarm.set(sleeper('other', log, [10]));
  alarm.set(sleeper('later', log, [20]));
  expect(() => clock.advance(10)).toThrow('of the application');
  clock.advance(10);
  expect(log).toEqual(['other at 10', 'later at 20']);
});

test('one clock has one alarm', () => {
  const clock = new VirtualClock();
  expect(Alarm.of(clock)).toBe(Alarm.of(clock));
  expect(Alarm.of(new VirtualClock())).not.toBe(Alarm.of(clock));
});
