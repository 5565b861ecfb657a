/** Cases a property is tried with: 10,000 in CI, another number by MQTTSPEC_PROPERTY_RUNS. */
export const numRuns = Number(process.env['MQTTSPEC_PROPERTY_RUNS'] ?? 10_000);
