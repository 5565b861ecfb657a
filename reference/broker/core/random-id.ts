const alphabet = '0123456789abcdefghijklmnopqrstuvwxyz';

/** Sixteen characters from a source of numbers from 0 to 1. */
export const randomId = (random: () => number): string =>
  Array.from({ length: 16 }, () => alphabet[Math.floor(random() * alphabet.length)]).join('');
