import { describe, expect, test } from 'vitest';
import { BadAddress, formatAddress, parseAddress } from './address.ts';

describe('parseAddress', () => {
  test.each([
    ['127.0.0.1:1883', { scheme: 'mqtt', host: '127.0.0.1', port: 1883, path: '/mqtt' }],
    ['localhost', { scheme: 'mqtt', host: 'localhost', port: 1883, path: '/mqtt' }],
    ['[::1]:1884', { scheme: 'mqtt', host: '::1', port: 1884, path: '/mqtt' }],
    ['tcp://broker:1', { scheme: 'mqtt', host: 'broker', port: 1, path: '/mqtt' }],
    ['mqtts://broker', { scheme: 'mqtts', host: 'broker', port: 8883, path: '/mqtt' }],
    ['ws://broker:8080/ws', { scheme: 'ws', host: 'broker', port: 8080, path: '/ws' }],
    ['mqtt://u:p%40w@h:9', { scheme: 'mqtt', host: 'h', port: 9, path: '/mqtt', userName: 'u', password: 'p@w' }],
    ['mqtt://u@h', { scheme: 'mqtt', host: 'h', port: 1883, path: '/mqtt', userName: 'u' }],
  ])('reads %s', (text, address) => {
    expect(parseAddress(text)).toEqual(address);
  });

  test.each(['', 'host:99999', 'host:0', 'host:x', 'http://host', 'a b', 'host:1883:2'])(
    'refuses "%s" in one line',
    (text) => {
      expect(() => parseAddress(text)).toThrow(BadAddress);
    },
  );

  test('never shows a password', () => {
    expect(() => parseAddress('mqtt://u:secret@host:99999')).toThrow(/^(?!.*secret)/);
    expect(formatAddress(parseAddress('mqtt://u:secret@host'))).toBe('mqtt://u@host:1883');
  });
});
