/** Byte streams that are thrown at a broker. */
export const streams = Number(process.env['MQTTSPEC_ROBUSTNESS_STREAMS'] ?? 10_000);
/** Makes the same streams again. */
export const seed = Number(process.env['MQTTSPEC_ROBUSTNESS_SEED'] ?? Date.now() % 1_000_000_000);
