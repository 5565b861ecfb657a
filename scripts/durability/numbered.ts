// Payloads that are a number, and something behind it so that they are of all sizes.

const mostPadding = 3_000;

/** Mostly short; one in eight is long. */
export function paddedPayload(number: number, random: number): Uint8Array {
  const padding = random < 0.875 ? '' : `,${'.'.repeat(Math.floor((random - 0.875) * 8 * mostPadding))}`;
  return Buffer.from(`${number}${padding}`);
}

export const numberOf = (payload: Uint8Array): number => Number.parseInt(new TextDecoder().decode(payload), 10);
