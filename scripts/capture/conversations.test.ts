import { expect, test } from 'vitest';
import { capturedFixtures } from '../../conformance/replay/captured.ts';
import { conversations } from './conversations.ts';

test('every conversation has its fixture, and every fixture its conversation', () => {
  const titles = (all: readonly { name: string; title: string }[]): string[] =>
    all.map(({ name, title }) => `${name}: ${title}`).sort();
  const captured = capturedFixtures().map(({ name, fixture }) => ({ name, title: fixture.head.title }));
  expect(titles(captured)).toEqual(titles(conversations));
});
